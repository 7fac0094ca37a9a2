/** The other end of a command that came by SSH. */
import { writeSync } from "node:fs";
import { constants } from "node:os";
import { fail } from "../errors/errors.ts";
import { programs } from "../sessions/git/programs.ts";
import { markLine, type Order } from "./token.ts";

/** Arguments by which berth starts itself. */
export type OwnCommand = readonly [string, ...string[]];

const say = (line: string): void => void writeSync(2, line);

/** Start it and wait for its end. @returns its exit status, 128 and the signal's number when one ended it */
async function run(program: string, args: readonly string[]): Promise<number> {
  const { spawn } = await programs();
  return await new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: "inherit", windowsHide: true });
    child.once("error", (error) => {
      const why = "code" in error ? String(error.code) : error.message;
      reject(fail("no_such_program", { program, why }, error));
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/**
 * Do what an order says, with our standard streams, and say on standard error when it begins and how it ends.
 *
 * @param report says why it could not be started @returns the exit status of that
 * @returns its exit status
 */
export async function execute(
  { argv, self, mark }: Order,
  own: OwnCommand,
  report: (error: unknown) => number,
): Promise<number> {
  const [program = "", ...args] = self ? [...own, ...argv] : argv;
  say(markLine(mark, "begins"));
  const status = await run(program, args).catch(report);
  say(markLine(mark, status));
  return status;
}

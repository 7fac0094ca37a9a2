import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { userEnvironment } from "../../sessions/git/git-environment.ts";
import { programs } from "../../sessions/git/programs.ts";
import type { Context } from "../command.ts";
import { decidedColours } from "../say/colours.ts";

/** What tells git of our rule for colours; nothing where it is git's own to see who reads. */
export function gitColours({ host }: Context): readonly string[] {
  const decided = decidedColours(host.variables);
  return decided === null ? [] : [decided ? "--color=always" : "--no-color"];
}

/**
 * Run a program that has the terminal for itself, as a shell would: what it prints, asks and pages is its own.
 *
 * @param more variables for it
 * @returns its exit status, 128 + n where a signal ended it
 * @throws `no_such_program`
 */
export async function showBy(
  { host }: Context,
  [program = "", ...args]: readonly string[],
  { cwd, more = {} }: { readonly cwd: string; readonly more?: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  const { spawn } = await programs();
  const env = Object.fromEntries(
    Object.entries({ ...userEnvironment(host.variables), ...more }).filter(([, value]) =>
      value !== undefined
    ),
  );
  // A ^C is for the program and its pager.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(program, args, { cwd, env, stdio: "inherit" });
      child.on("error", (error) => reject(fail("no_such_program", { program, why: error.message }, error)));
      child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGPIPE" ? 0 : 128)));
    });
  } finally {
    process.off("SIGINT", ignore);
  }
}

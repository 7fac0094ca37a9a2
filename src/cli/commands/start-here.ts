import process from "node:process";
import { factsReader } from "../../facts/open.ts";
import type { Child } from "../../sessions/process/child.ts";
import { childStarter } from "../../sessions/process/child-starter.ts";
import { failureToStart, NotStarted } from "../../sessions/process/not-started.ts";
import type { Context } from "../command.ts";

/**
 * Start the command where we are, as a shell would: what `berth run` does in a session's worktree.
 *
 * @param more variables on top of ours
 * @throws `no_such_program`, `unfit_program`, `cannot_spawn`
 */
export async function startHere(
  { host }: Context,
  command: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const { startChild } = await childStarter();
  const read = await factsReader(host);
  const parentOf = (pid: number) => {
    const found = read().process(pid);
    return found.ok ? found.value.ppid : null;
  };
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...more }).filter((pair): pair is [string, string] =>
      pair[1] !== undefined
    ),
  );
  try {
    // Not by its path, on which a directory may be closed to us by now.
    return await startChild({ command, cwd: ".", env, parentOf });
  } catch (error) {
    throw error instanceof NotStarted ? failureToStart(command[0] ?? "", error) : error;
  }
}

import { closeSync, constants, openSync, statSync, writeSync } from "node:fs";
import type { Context } from "../command.ts";

/** Set by the shells' functions for one call: the file from which they read where to go. */
export const CD_FILE = "BERTH_CD_FILE";

/** Whether the shell that called us waits for a directory to go to. */
export function canSendShell({ host }: Context): boolean {
  const file = host.variables[CD_FILE];
  return file !== undefined && file !== "" && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Send the shell that called us to a directory, where its hook waits for one.
 *
 * @param directory an absolute path
 * @returns whether the shell will go there
 */
export function sendShell({ host }: Context, directory: string): boolean {
  const file = host.variables[CD_FILE];
  // The answer is a line.
  if (file === undefined || file === "" || directory.includes("\n")) return false;
  try {
    // The shell's function has made the file. Without one the variable is left over from somewhere.
    const fd = openSync(file, constants.O_WRONLY | constants.O_TRUNC);
    try {
      writeSync(fd, `${directory}\n`);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    // The shell stays where it is, and is told so like one without a hook.
    return false;
  }
}

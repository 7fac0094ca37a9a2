import process from "node:process";
import { type Ended, exitCodeOf } from "../../sessions/process/child.ts";

/** A ^C that ended the command ends us the same way, so that a script around us sees it and ends too. */
export function leave(ended: Ended): number {
  if ("signal" in ended && ended.typed === true) process.kill(process.pid, "SIGINT");
  return exitCodeOf(ended);
}

import { BerthError, fail } from "../../errors/errors.ts";
import type { Host } from "../../facts/host.ts";
import { logLine } from "./own-words.ts";
import { denied } from "./denied.ts";

/** Thrown when the reader of our output is gone: nothing is left to say, and to nobody. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
}

/** Write to a standard stream. @throws BrokenPipe when its reader is gone, BerthError write_failed otherwise */
export function writeOut(host: Host, text: string): void {
  const done = host.write(1, text);
  if (done.ok) return;
  if (done.why === "EPIPE") throw new BrokenPipe();
  throw fail("write_failed", { what: "standard output", why: done.why });
}

/**
 * Print a failure in the one place where that is done, and tell its exit status. Whatever is no failure of the
 * table and no refusal of the system is a fault of ours; its stack is shown only when `BERTH_DEBUG` asks for it.
 */
export function report(host: Host, error: unknown, how: "text" | "json" | "log"): number {
  if (error instanceof BrokenPipe) return 0;
  const failure = error instanceof BerthError
    ? error
    : denied(error) ?? fail("internal", { why: String(error) }, error);
  const { code, message, hint, exit } = failure;
  const text = how === "json"
    ? `${JSON.stringify({ error: { code, message, hint } })}\n`
    : how === "log"
    ? logLine("error", message, { code, hint })
    : `berth: ${message}${hint === "" ? "" : `\n  hint: ${hint}`}\n`;
  host.write(2, text);
  if (host.variables["BERTH_DEBUG"] && error instanceof Error) host.write(2, `${error.stack}\n`);
  return exit;
}

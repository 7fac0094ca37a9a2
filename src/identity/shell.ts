import type { Reading } from "../facts/facts.ts";
import { isShell } from "./programs.ts";

/** Options that take the next argument as their value, in the shells that we know. */
const WITH_VALUE = /^(-[oO]|\+[oO]|--init-file|--rcfile|--config|--env-config|-C|--init-command|-d|-f)$/;

/** A command to run and be gone: `-c`, bundled (`-lc`, `-ilc`), and the long spellings of fish, nu and PowerShell. */
const COMMAND = /^(-[a-zA-Z]*c[a-zA-Z]*|--command(=.*)?|--commands(=.*)?|-command|-file|-encodedcommand)$/i;

/**
 * Whether a process is a shell that somebody types at: a known shell without a command or a script to run.
 *
 * A shell whose arguments cannot be read (another user's) counts as interactive: in doubt a terminal is one.
 *
 * @param name the process's name
 * @param argv its arguments, the program's own name first
 */
export function isInteractiveShell(name: string, argv: Reading<readonly string[]>): boolean {
  if (!isShell(name)) return false;
  if (!argv.ok) return true;
  return !runsSomething(argv.value.slice(1));
}

function runsSomething(args: readonly string[]): boolean {
  let noExit = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (/^-noexit$/i.test(arg)) noExit = true;
    else if (arg === "-s" || arg === "-" || arg === "--") return arg !== "-s" && at + 1 < args.length;
    else if (WITH_VALUE.test(arg)) at++;
    else if (COMMAND.test(arg)) return !noExit;
    else if (!/^[-+]/.test(arg)) return true;
  }
  return false;
}

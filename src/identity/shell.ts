import type { Reading } from "../facts/facts.ts";
import { isShell } from "./programs.ts";

/*
 * Without regular expressions: the first use of one costs more than reading a process, and this is asked of the
 * leader of every terminal.
 */

/** Options whose value is the next argument, of bash, zsh, ksh, fish, nu and others; nothing here runs a command. */
const WITH_VALUE =
  " -o +o -O +O --init-file --rcfile --config --env-config --plugin-config -C --init-command -d" +
  " --debug -D -f --features --execute -e ";

/** PowerShell's own, which it takes in any case and with one dash. */
const POWERSHELL_COMMANDS = " -command -c -commandwithargs -cwa -file -f -encodedcommand -e -ec -enc ";
const POWERSHELL_WITH_VALUE =
  " -executionpolicy -ep -ex -workingdirectory -wd -configurationname -configurationfile" +
  " -custompipename -settingsfile -windowstyle -w -version -v -inputformat -outputformat -psconsolefile ";

const isIn = (list: string, word: string): boolean => !word.includes(" ") && list.includes(` ${word} `);

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
  if (!argv.ok || argv.value.length === 1) return true;
  const args = argv.value.slice(1);
  return isPowerShell(name) ? !powerShellRuns(args) : !shellRuns(args);
}

const isPowerShell = (name: string): boolean => name.startsWith("pwsh") || name.startsWith("powershell");

/** Whether a shell of Bourne's or a later family is given a command or a script. */
function shellRuns(args: readonly string[]): boolean {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "-s") return false;
    if (arg === "-" || arg === "--") return at + 1 < args.length;
    if (isIn(WITH_VALUE, arg)) at++;
    else if (arg.startsWith("--")) {
      if (arg.startsWith("--command")) return true;
    } else if (arg.startsWith("-")) {
      // Short options come bundled: `-lc`, `-ilc`.
      if (arg.includes("c")) return true;
    } else if (!arg.startsWith("+")) return true;
  }
  return false;
}

function powerShellRuns(args: readonly string[]): boolean {
  let stays = false;
  for (let at = 0; at < args.length; at++) {
    const arg = (args[at] ?? "").toLowerCase();
    if (arg === "-noexit") stays = true;
    else if (isIn(POWERSHELL_COMMANDS, arg)) return !stays;
    else if (isIn(POWERSHELL_WITH_VALUE, arg)) at++;
    // The first word that is no option is a script, and what comes behind it is the script's.
    else if (!arg.startsWith("-")) return !stays;
  }
  return false;
}

import type { Reading } from "../facts/facts.ts";
import { isShell } from "./programs.ts";

/*
 * Without regular expressions: the first use of one costs more than reading a process, and this is asked of the
 * leader of every terminal.
 */

/** Options whose value is the next argument, and that run nothing. The same letter differs from shell to shell. */
const WITH_VALUE = " -o +o -O +O --init-file --rcfile --emulate ";
const FISH_WITH_VALUE =
  " -C --init-command -d --debug -o --debug-output -D --debug-stack-frames -f --features -p --profile" +
  " --profile-startup ";
/** `--execute` runs a command and then stays. */
const NU_WITH_VALUE =
  " -e --execute --config --env-config --plugin-config --plugins -I --include-path -m --table-mode" +
  " --log-level --log-target --log-include --log-exclude -t --threads --error-style ";
const ELVISH_WITH_VALUE =
  " -rc --rc -log --log -db --db -sock --sock -deprecation-level --deprecation-level ";
const XONSH_WITH_VALUE = " --rc --shell-type -st -D ";

/** PowerShell's own, which it takes in any case, with one or two dashes, and as short as they stay unambiguous. */
const POWERSHELL_COMMANDS = " command commandwithargs cwa file encodedcommand ec ";
const POWERSHELL_WITH_VALUE =
  " executionpolicy ep workingdirectory wd configurationname configurationfile custompipename settingsfile" +
  " windowstyle version inputformat if outputformat of psconsolefile ";

/** What the arguments of a shell say: whether it runs something and ends, and how many of them told. */
interface Verdict {
  readonly runs: boolean;
  readonly read: number;
}

const isIn = (list: string, word: string): boolean => !word.includes(" ") && list.includes(` ${word} `);
const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

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
  // Nothing but its own name, as most terminals start one.
  if (!argv.ok || (argv.value.length === 1 && name !== "busybox")) return true;
  return !verdict(name, argv.value, ownWords(name, argv.value)).runs;
}

/**
 * The arguments of a shell without what they hold (commands, paths, passwords), for a recording: as far as they
 * tell whether somebody types at it, options as they are, and `…` for everything else.
 */
export function shellShape(name: string, argv: readonly string[]): readonly string[] {
  const own = ownWords(name, argv);
  const told = isShell(name) ? own + verdict(name, argv, own).read : 1;
  return argv.slice(0, told).map((word, at) => {
    if (at < own) return basename(word).split(" ", 1)[0] ?? "";
    return /^[-+]/.test(word) ? word.replace(/=.*/s, "=…") : "…";
  });
}

/** How many words name the program: two where an interpreter runs it (`python3 /usr/bin/xonsh`) or busybox has it. */
function ownWords(name: string, argv: readonly string[]): number {
  const first = basename(argv[0] ?? "");
  if (name === "busybox") return first === "busybox" ? 2 : 1;
  return first !== name && first !== `-${name}` && basename(argv[1] ?? "") === name ? 2 : 1;
}

function verdict(name: string, argv: readonly string[], own: number): Verdict {
  if (name === "busybox" && !isShell(appletOf(argv[own - 1] ?? ""))) return { runs: true, read: 0 };
  const args = argv.slice(own);
  return isPowerShell(name) ? powerShellVerdict(args) : shellVerdict(args, name);
}

/** A login shell's own name for itself begins with a dash (login(1)). */
const appletOf = (word: string): string => basename(word.startsWith("-") ? word.slice(1) : word);

const isPowerShell = (name: string): boolean => name.startsWith("pwsh") || name.startsWith("powershell");

/** Whether a shell of Bourne's or a later family is given a command or a script. */
export const shellRuns = (args: readonly string[], name = "sh"): boolean => shellVerdict(args, name).runs;

function shellVerdict(args: readonly string[], name: string): Verdict {
  const withValue = optionsWithValue(name);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const read = at + 1;
    if (arg === "-s") return { runs: false, read };
    if (arg === "-" || arg === "--") return { runs: read < args.length, read };
    if (isIn(withValue, arg)) at++;
    else if (arg.startsWith("--")) {
      if (arg.startsWith("--command")) return { runs: true, read };
    } else if (name === "elvish" && arg.startsWith("-")) {
      // Its options are whole words with one dash.
      if (arg === "-c") return { runs: true, read };
    } else if (arg.startsWith("-") || arg.startsWith("+")) {
      const values = bundle(arg, withValue === WITH_VALUE && name !== "zsh" && !name.startsWith("k"));
      if (values === undefined) return { runs: true, read };
      if (withValue === WITH_VALUE) at += values;
    } else return { runs: true, read };
  }
  return { runs: false, read: args.length };
}

function optionsWithValue(name: string): string {
  if (name === "fish") return FISH_WITH_VALUE;
  if (name === "nu") return NU_WITH_VALUE;
  if (name === "elvish") return ELVISH_WITH_VALUE;
  return name === "xonsh" ? XONSH_WITH_VALUE : WITH_VALUE;
}

/**
 * Short options come bundled: `-lc`, `-euo pipefail`. What an `o` sets stands in the next argument; in zsh and ksh
 * the rest of the word is it, where there is one.
 *
 * @returns how many of the next arguments are values, undefined where a command is among them
 */
function bundle(word: string, always: boolean): number | undefined {
  let values = 0;
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    if (letter === "c" && word.startsWith("-")) return undefined;
    if (letter !== "o" && letter !== "O") continue;
    if (!always && at + 1 < word.length) break;
    values++;
  }
  return values;
}

function powerShellVerdict(args: readonly string[]): Verdict {
  let stays = false;
  for (let at = 0; at < args.length; at++) {
    const arg = (args[at] ?? "").toLowerCase();
    const option = arg.startsWith("-") ? arg.slice(arg.startsWith("--") ? 2 : 1) : "";
    const read = at + 1;
    // The first word that is no option is a script, and what comes behind it is the script's.
    if (option === "") return { runs: !stays, read };
    if (option.startsWith("noe") && "noexit".startsWith(option)) stays = true;
    else if (begins(POWERSHELL_COMMANDS, option)) return { runs: !stays, read };
    else if (begins(POWERSHELL_WITH_VALUE, option)) at++;
  }
  return { runs: false, read: args.length };
}

/**
 * Whether an option is a listed one or the beginning of one. Those that run something are asked for first, as
 * PowerShell does (`-c` is -Command and not -ConfigurationName); `-i` alone is -Interactive.
 */
const begins = (list: string, option: string): boolean =>
  option !== "" && option !== "i" && !option.includes(" ") && list.includes(` ${option}`);

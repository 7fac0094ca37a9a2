import type { Facts, Process } from "../facts/facts.ts";
import { shellRuns } from "./shell.ts";
import { isShell } from "./programs.ts";

/*
 * The programs of Windows whose part in a process chain is known by their name. Windows compares file names without
 * case, and `.exe` says nothing. Names stand between bars, some having spaces.
 */

/** Run one command and are gone with it: never what a session is anchored to. */
const WRAPPERS = "|berth|sudo|gsudo|runas|time|timeout|env|nohup|winpty|taskeng|runtimebroker|";

/** Where a job without a console begins: whoever starts unrelated programs. */
const BOUNDARIES = "|system|registry|smss|csrss|wininit|winlogon|services|lsass|svchost|userinit|explorer" +
  "|sihost|taskhostw|taskhostex|taskhost|taskeng|dllhost|wmiprvse|runtimebroker|dwm|fontdrvhost" +
  "|shellexperiencehost|startmenuexperiencehost|applicationframehost|searchhost|searchapp" +
  "|sshd|sshd-session|sshd-auth|cexecsvc|vmcompute" +
  "|runner.worker|runner.listener|gitlab-runner|buildkite-agent|agent.worker|agent.listener|jenkins-agent|";

/** Open terminals for people: what runs directly below one is a terminal, whatever it is. */
const TERMINALS = "|windowsterminal|wt|openconsole|conhost|explorer|sshd|sshd-session|alacritty|wezterm-gui" +
  "|wezterm-mux-server|mintty|conemu|conemu64|conemuc|conemuc64|hyper|tabby|fluentterminal|rio|contour|kitty" +
  "|ghostty|warp|wave|mobaxterm|extraterm|electerm|termius|zellij|psmux|pmux" +
  "|code|code - insiders|vscodium|codium|cursor|windsurf|zed|devenv|eclipse|emacs|runemacs" +
  "|idea64|pycharm64|webstorm64|goland64|clion64|rider64|phpstorm64|rubymine64|rustrover64|studio64|";

/** The shells that only Windows has; those of every system are known to `programs.ts`. */
const SHELLS = "|cmd|powershell|tcc|";

const bare = (name: string): string => name.toLowerCase().replace(/\.exe$/, "");

const has = (list: string, name: string): boolean => list.includes(`|${bare(name)}|`);

export const isWindowsWrapper = (name: string): boolean => has(WRAPPERS, name);
export const isWindowsBoundary = (name: string): boolean => has(BOUNDARIES, name);
export const isWindowsTerminalProgram = (name: string): boolean => has(TERMINALS, name);

/** Whether two executables have the same name: a shim stands before the program that it is named after. */
export const isSameProgram = (one: string, other: string): boolean => bare(one) === bare(other);

/**
 * Whether a process is a shell that somebody types at. One whose arguments cannot be read counts: in doubt a
 * terminal is one. More shells by `BERTH_EXTRA_SHELLS`, separated by `;`.
 */
export function isInteractiveWindowsShell(facts: Facts, { pid, name }: Process): boolean {
  const extra = facts.variables.BERTH_EXTRA_SHELLS?.split(";") ?? [];
  const known = has(SHELLS, name) || isShell(bare(name)) ||
    extra.some((more) => more.trim() !== "" && isSameProgram(more.trim(), name));
  if (!known) return false;
  const argv = facts.arguments(pid);
  if (!argv.ok) return true;
  if (isSameProgram(name, "cmd") || isSameProgram(name, "tcc")) return !cmdRunsSomething(argv.value);
  if (/^(powershell|pwsh)$/.test(bare(name))) {
    return !powerShellRunsSomething(argv.value.slice(1), bare(name));
  }
  return !shellRuns(argv.value.slice(1));
}

/**
 * cmd.exe takes everything behind the first `/c`, `/r` (the same) or `/k` as the command, and stays after `/k`
 * alone (`cmd /?`). Options need no space before them: `cmd/d/c dir`.
 */
export function cmdRunsSomething(argv: readonly string[]): boolean {
  const [program = "", ...rest] = argv;
  // What the program's path has in it is none of its options, unless they follow its name at once.
  const glued = /^[^/\\]*cmd(?:\.exe)?(\/.*)$/i.exec(program)?.[1] ?? "";
  const [, which] = /(?:^|\s)(?:\/[^\sckr/][^\s/]*)*\/([ckr])/i.exec([glued, ...rest].join(" ")) ?? [];
  return which !== undefined && which.toLowerCase() !== "k";
}

/** Options of powershell.exe and pwsh that take a value (about_PowerShell_exe, about_Pwsh), by their full names. */
const WITH_VALUE = [
  "configurationname",
  "configurationfile",
  "custompipename",
  "executionpolicy",
  "inputformat",
  "outputformat",
  "psconsolefile",
  "settingsfile",
  "version",
  "windowstyle",
  "workingdirectory",
];
/** The shortest spellings that PowerShell takes for them, where a beginning of the name is not enough. */
const SHORT_WITH_VALUE = "|ep|ex|if|of|o|wd|w|";
const COMMANDS = ["command", "commandwithargs", "encodedcommand", "file"];
const SHORT_COMMANDS = "|c|cwa|e|ec|enc|f|";

/** PowerShell takes any beginning of an option's name, after `-`, `--` or `/`; a bare word is a command or a script. */
export function powerShellRunsSomething(args: readonly string[], program: string): boolean {
  let stays = false;
  for (let at = 0; at < args.length; at++) {
    const option = /^(?:--?|\/)([A-Za-z]+)$/.exec(args[at] ?? "")?.[1]?.toLowerCase();
    if (option === undefined) return !stays;
    if (isBeginning(option, ["noexit"], 3)) stays = true;
    else if (SHORT_COMMANDS.includes(`|${option}|`) || isBeginning(option, COMMANDS, 2)) return !stays;
    // `-v` shows the version in pwsh and asks for one in Windows PowerShell.
    else if (option === "v" && program === "powershell") at++;
    else if (SHORT_WITH_VALUE.includes(`|${option}|`) || isBeginning(option, WITH_VALUE, 2)) at++;
  }
  return false;
}

const isBeginning = (option: string, names: readonly string[], least: number): boolean =>
  option.length >= least && names.some((name) => name.startsWith(option));

import { type Facts, known, type Process } from "../facts/facts.ts";
import { isShell } from "./programs.ts";
import { isInteractiveShell, shellShape } from "./shell.ts";

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

const bare = (name: string): string => name.toLowerCase().replace(/\.exe$/, "");

const has = (list: string, name: string): boolean => list.includes(`|${bare(name)}|`);

export const isWindowsWrapper = (name: string): boolean => has(WRAPPERS, name);
export const isWindowsBoundary = (name: string): boolean => has(BOUNDARIES, name);
export const isWindowsTerminalProgram = (name: string): boolean => has(TERMINALS, name);

/** Whether two executables have the same name: a shim stands before the program that it is named after. */
export const isSameProgram = (one: string, other: string): boolean => bare(one) === bare(other);

const isCmd = (name: string): boolean => name === "cmd" || name === "tcc";

/**
 * Whether a process is a shell that somebody types at. One whose arguments cannot be read counts: in doubt a
 * terminal is one. More shells by `BERTH_EXTRA_SHELLS`, separated by `;`.
 */
export function isInteractiveWindowsShell(facts: Facts, { pid, name }: Process): boolean {
  const shell = bare(name);
  const extra = facts.variables.BERTH_EXTRA_SHELLS?.split(";") ?? [];
  const argv = facts.arguments(pid);
  if (isCmd(shell)) return !argv.ok || !cmdRunsSomething(argv.value);
  const everywhere = nameEverywhere(shell);
  if (isShell(everywhere)) {
    return isInteractiveShell(everywhere, argv.ok ? known(wordsEverywhere(shell, argv.value)) : argv);
  }
  // What the options of an unknown shell mean is not known, but without any it waits for somebody.
  return extra.some((more) => more.trim() !== "" && isSameProgram(more.trim(), name)) &&
    (!argv.ok || argv.value.length < 2);
}

/**
 * The arguments of a process without what they hold, for a recording: of a shell as far as they tell whether
 * somebody types at it, of any other program its name alone.
 */
export function windowsShape(name: string, argv: readonly string[]): readonly string[] {
  const shell = bare(name);
  if (isCmd(shell)) return cmdRunsSomething(argv) ? [shell, "/c", "…"] : [shell];
  const everywhere = nameEverywhere(shell);
  if (isShell(everywhere)) return shellShape(everywhere, wordsEverywhere(shell, argv));
  return argv.length < 2 ? [shell] : [shell, "…"];
}

/** Windows PowerShell reads its arguments as pwsh does. */
const nameEverywhere = (shell: string): string => shell === "powershell" ? "pwsh" : shell;

/** The arguments as on other systems: the shell's name first, and PowerShell's options with a dash for their slash. */
function wordsEverywhere(shell: string, [, ...rest]: readonly string[]): readonly string[] {
  const name = nameEverywhere(shell);
  return [
    name,
    ...name.startsWith("pwsh") ? rest.map((word) => word.replace(/^\/(?=[A-Za-z]+$)/, "-")) : rest,
  ];
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

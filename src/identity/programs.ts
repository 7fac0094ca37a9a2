import type { Facts, Process } from "../facts/facts.ts";
import {
  AGENTS,
  BOUNDARIES,
  DESKTOPS,
  EDITORS,
  RECORDERS,
  RELAYS,
  SANDBOXES,
  SCRIPTED,
  SERVERS,
  SHELLS,
  SSH_SERVERS,
  TERMINALS,
  WRAPPERS,
} from "./program-lists.ts";

/** Linux cuts a process's name at this length (TASK_COMM_LEN), so a name that long is compared as a beginning. */
const CUT = 15;

/** What is put behind a program's name when a script of that name takes its place, and before it a dot (Nix). */
const WRAPPED = "-wrapped";

/** Whether a list, names between single spaces, has a name. */
function has(list: string, name: string): boolean {
  if (name === "" || name.includes(" ")) return false;
  if (name.charCodeAt(0) === DOT) return hasWrapped(list, name);
  return list.includes(name.length === CUT ? ` ${name.toLowerCase()}` : ` ${name.toLowerCase()} `);
}

const DOT = 46;

/** `.kitty-wrapped` is kitty. Where the kernel cut the name there is less of the end, or nothing. */
function hasWrapped(list: string, name: string): boolean {
  for (let length = WRAPPED.length; length > 0; length--) {
    if (length < WRAPPED.length && name.length !== CUT) return false;
    if (name.endsWith(WRAPPED.slice(0, length))) return has(list, name.slice(1, -length));
  }
  return list.includes(` ${name.slice(1).toLowerCase()}`);
}

/** Multiplexer servers put more behind their name (`tmux: server`, `screen-5.0.1`), but no letters (`screenshot`). */
export function isMultiplexer(name: string): boolean {
  // Nearly every process is asked: most are told by their first letter (s, t, z).
  const first = name.charCodeAt(0) | 0x20;
  if (first !== 0x73 && first !== 0x74 && first !== 0x7a) return false;
  const lower = name.toLowerCase();
  if (lower.startsWith("screen") || lower.startsWith("zellij")) {
    return isVersion(lower.slice("screen".length));
  }
  return isTmux(name);
}

/** tmux, and tmate, which is one that shares its sessions. */
export function isTmux(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith("tmate")) return isVersion(lower.slice("tmate".length));
  return lower.startsWith("tmux") && isVersion(lower.slice("tmux".length));
}

function isVersion(rest: string): boolean {
  const next = rest.charAt(0);
  return next === "" || next === ":" || isDigit(next === "-" ? rest.charAt(1) : next);
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9";

export const isWrapper = (name: string): boolean => has(WRAPPERS, name);
export const isServer = (name: string): boolean => has(SERVERS, name) || isMultiplexer(name);
export const isDesktop = (name: string): boolean => has(DESKTOPS, name);
export const isBoundary = (name: string): boolean =>
  has(BOUNDARIES, name) || isDesktop(name) || isServer(name);
/** iTerm2's server has its version behind its name. */
export const isTerminalProgram = (name: string): boolean =>
  has(TERMINALS, name) || isServer(name) || name.startsWith("iTermServer-");
/** What asks who somebody is, and starts his shell. */
export const isLogin = (name: string): boolean => name === "login";
/** Editors and agents, whose pseudoterminals for one command are theirs. */
export const isEditor = (name: string): boolean => has(EDITORS, name);
export const isAgent = (name: string): boolean => has(AGENTS, name);
export const isRecorder = (name: string): boolean => has(RECORDERS, name);
export const isShell = (name: string): boolean => has(SHELLS, name);
export const isSshServer = (name: string): boolean => has(SSH_SERVERS, name);
export const isSandbox = (name: string): boolean => has(SANDBOXES, name);

/**
 * Whether a program is a relay.
 *
 * @param extra `BERTH_EXTRA_RELAYS`: more names, separated by `:`
 */
export function isRelay(name: string, extra: string | undefined): boolean {
  if (has(RELAYS, name)) return true;
  return extra !== undefined && has(` ${extra.replaceAll(":", " ").toLowerCase()} `, name);
}

/**
 * Whether an interpreter runs a process: the kernel calls it by its script's name, and people name a script after what
 * it starts (`~/bin/tmux`, `./init`). A script by the name of a server that is none is not that server.
 */
export function isScript(facts: Facts, { name, pid }: Process): boolean {
  if (pid === 1 || has(SCRIPTED, name)) return false;
  const argv = facts.arguments(pid);
  const called = argv.ok ? programName(argv.value[0] ?? "") : "";
  return called !== name && called !== "busybox" && (isShell(called) || isInterpreter(called));
}

/** The base name of a path or of a title that a program gives itself (`sshd: user@pts/0`), without what is behind. */
export function programName(word: string): string {
  const space = word.indexOf(" ");
  const first = space < 0 ? word : word.slice(0, space);
  const name = first.slice(first.lastIndexOf("/") + 1);
  return space > 0 && name.endsWith(":") ? name.slice(0, -1) : name;
}

/** Run the script that is their first argument. No shells: a shell's script may be called anything. */
const INTERPRETERS = " tclsh wish expect perl python ruby node lua ";

/**
 * The name of the script that an interpreter runs, empty where it is none: the kernel calls it by that name only when
 * it started the script itself, and not when the script says `exec tclsh "$0"`, as unbuffer does.
 */
const scriptName = (called: string, script: string): string =>
  isInterpreter(called) ? programName(script) : "";

/** With a version behind it too: `python3.11`. */
function isInterpreter(called: string): boolean {
  let end = called.length;
  while (isDigit(called.charAt(end - 1)) || called.charAt(end - 1) === ".") end--;
  return end > 0 && INTERPRETERS.includes(` ${called.slice(0, end)} `);
}

/** What is left of an interpreter's arguments in a recording: its script's name, where that is one that is known. */
export function scriptShape(argv: readonly string[]): readonly string[] | undefined {
  const called = programName(argv[0] ?? "");
  const script = scriptName(called, argv[1] ?? "");
  return KNOWN.some((list) => has(list, script)) ? [called, script] : undefined;
}

/** A script of any other name is nobody's business. */
const KNOWN = [
  AGENTS,
  BOUNDARIES,
  DESKTOPS,
  EDITORS,
  RELAYS,
  SANDBOXES,
  SERVERS,
  SHELLS,
  TERMINALS,
  WRAPPERS,
];

/**
 * The name by which a process is what is looked for: the kernel's own, the one that it was called by (a link, the
 * interpreter of a script), that of the script, or that of its executable. All but the first are read only where that
 * does not tell.
 *
 * @returns undefined where none fits
 */
export function nameThat(
  facts: Facts,
  process: Process,
  fits: (name: string) => boolean,
): string | undefined {
  if (fits(process.name)) return process.name;
  // Windows has its own names, and reading what a process was called by is dear there.
  if ((typeof BERTH_SYSTEM !== "string" || BERTH_SYSTEM === "win32") && facts.windows !== undefined) {
    return undefined;
  }
  const argv = facts.arguments(process.pid);
  const called = argv.ok ? programName(argv.value[0] ?? "") : "";
  if (called !== process.name && fits(called)) return called;
  const script = argv.ok && argv.value.length > 1 ? scriptName(called, argv.value[1] ?? "") : "";
  if (script !== "" && fits(script)) return script;
  const executable = facts.executable(process.pid);
  if (!executable.ok || executable.value === process.name || executable.value === called) return undefined;
  return fits(executable.value) ? executable.value : undefined;
}

/**
 * Whether a process serves others as a program of some kind: by its other names only where it leads a session, as servers
 * do, since each takes reading two files.
 */
export const isServing = (facts: Facts, process: Process, fits: (name: string) => boolean): boolean =>
  (process.sid === process.pid ? is(facts, process, fits) : fits(process.name)) && !isScript(facts, process);

/** Whether a process is what is looked for, by any of its names. */
export const is = (facts: Facts, process: Process, fits: (name: string) => boolean): boolean =>
  nameThat(facts, process, fits) !== undefined;

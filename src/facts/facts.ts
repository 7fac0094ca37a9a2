/**
 * What can be known of this process and its machine. Readers gather and decide nothing; `identity/` decides
 * over this interface alone and cannot tell a live machine (`linux.ts`, …) from a recorded one (`recording.ts`).
 *
 * Every member and every method is answered at most once and on first use: what nobody asks for costs nothing.
 */

/** An answer, or why there is none. Nothing in `facts/` throws for something that cannot be read. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export const known = <T>(value: T): Reading<T> => ({ ok: true, value });
export const unknown = (why: string): Reading<never> => ({ ok: false, why });

export type System = "linux" | "darwin" | "win32";

declare global {
  /**
   * Told by the build of a binary (`scripts/build.ts`), which then carries nothing that only another system needs;
   * undefined where the source is run. The bundler sees through a condition with this name in it, and through no
   * constant made of one.
   */
  var BERTH_SYSTEM: System | undefined;
}

/** The variables that berth looks at; all others are neither kept nor recorded. */
export const VARIABLES = [
  "BERTH_SESSION",
  "BERTH_RUN",
  "BERTH_HOME",
  "BERTH_USE",
  "BERTH_SESSION_BIND",
  "BERTH_EXTRA_RELAYS",
  "BERTH_EXTRA_SHELLS",
  "TMUX",
  "TMUX_PANE",
  "STY",
  "ZELLIJ_SESSION_NAME",
  "SSH_CONNECTION",
  "SSH_CLIENT",
  "TERM_SESSION_ID",
  "TERM_PROGRAM",
  "CODEX_THREAD_ID",
  "CLAUDE_CODE_SESSION_ID",
] as const;

export type Variable = (typeof VARIABLES)[number];
export type Variables = Readonly<Partial<Record<Variable, string>>>;

/** One process, as the kernel tells it. */
export interface Process {
  /** Its number in the process table that can be read. */
  readonly pid: number;
  /** 0 when the parent is outside the PID namespace. */
  readonly ppid: number;
  /** The kernel's name of it; on Linux cut at 15 bytes. */
  readonly name: string;
  /** Session (setsid(2)); 0 when its leader is outside the PID namespace, and on Windows. */
  readonly sid: number;
  /** Path of the controlling terminal, null without one. */
  readonly tty: string | null;
  /**
   * Start time in the platform's own unit, as a decimal number without leading zeros: Linux clock ticks since
   * boot (time namespaces undone), macOS µs since 1970, Windows 100 ns since 1601. A string, because the last
   * does not fit a double.
   */
  readonly start: string;
  /** It has ended and only waits for its parent to ask how. Where that is not known it is left out. */
  readonly zombie?: true;
}

/** What a tmux server says of a pane. */
export interface TmuxPane {
  /** As tmux counts: `$3`, `@7`, `%12`. */
  readonly session: string;
  readonly window: string;
  readonly pane: string;
  readonly serverPid: number;
  /** Seconds since 1970. */
  readonly serverStart: string;
  /** Empty when the pane has none any more. */
  readonly paneTty: string;
  /** The server's socket with symbolic links resolved. */
  readonly socket: string;
}

/** Which server and which of its panes or sessions is meant: `target` is `%12` or `$3`. */
export interface TmuxQuery {
  readonly socket: string;
  readonly serverPid: number;
  readonly target: string;
  /** The session that the pane was made in. */
  readonly session: string;
}

/** What each standard stream is, for people: `/dev/pts/3`, `pipe:[1234]`, `closed`. */
export type Streams = readonly [stdin: string, stdout: string, stderr: string];

/** A terminal, and what keeps it apart from one of the same number in another devpts, each of which counts from 0. */
export interface TerminalDevice {
  readonly tty: string;
  /** Device number of the file system that it lies on: `0:24`. */
  readonly within: string;
}

/** A run, as its supervisor marks itself with it. */
export interface RunMark {
  readonly session: string;
  readonly run: string;
}

/** A Windows console: what its programs have in place of a controlling terminal. */
export interface Console {
  /** The processes attached to it. */
  readonly pids: readonly number[];
  /** Without a window it is a background program's, and no terminal. A pseudoconsole has one as well. */
  readonly window: boolean;
  /** Whether people see that window; a pseudoconsole's they do not, except in Windows Terminal. */
  readonly visible: boolean;
}

/** What only Windows has. */
export interface WindowsFacts {
  /** The console that we are attached to; unknown without one. */
  readonly console: Reading<Console>;
  /** Whether other consoles can be asked for without losing our own output; why not. */
  readonly leaving: Reading<null>;
  /** Another process's console. Asking leaves our own for a moment: ask only where the answer depends on it. */
  consoleOf(pid: number): Reading<Console>;
  /** The MSYS or Cygwin terminal behind a standard stream (`msys-dd50a72ab4668b33-pty0`), null without one. */
  readonly pty: string | null;
}

export interface Facts {
  readonly system: System;
  /** Our own PID in the process table that can be read (which may be another namespace's than getpid's). */
  readonly self: number;
  /** Our own environment. */
  readonly variables: Variables;
  /** What is new at every boot: Linux boot_id, macOS kern.bootsessionuuid; Windows MachineGuid. */
  readonly boot: Reading<string>;
  /** What the installation has for an ID, the same at every boot. Absent in a recording of old. */
  readonly machineId?: Reading<string>;
  /** `pid:[4026531836]`; empty where the system has no PID namespaces. */
  readonly pidNamespace: Reading<string>;
  readonly streams: Reading<Streams>;
  process(pid: number): Reading<Process>;
  /** Another process's environment as it was when it was started. */
  environment(pid: number): Reading<Variables>;
  /** Another process's arguments, the program's name first. */
  arguments(pid: number): Reading<readonly string[]>;
  /** The base name of the file that a process runs, where the process may be looked at. */
  executable(pid: number): Reading<string>;
  /** The run that a process supervises, where it does. */
  supervised(pid: number): Reading<RunMark>;
  /** A process's effective user, as a decimal number. */
  user(pid: number): Reading<string>;
  /** The control groups that a process is in, as text to be compared. */
  cgroup(pid: number): Reading<string>;
  /** The terminal that a path leads to: `/dev/pts/3`, or a process's stream (`/proc/self/fd/0`). */
  terminal(path: string): Reading<TerminalDevice>;
  tmux(query: TmuxQuery): Reading<TmuxPane>;
  /** On Windows alone. */
  readonly windows?: WindowsFacts;
}

import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { constants } from "node:os";
import { resolve as resolvePath } from "node:path";
import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { type Child, type Ended, SIGNALS, type Start } from "./child.ts";
import { darwin, isIgnored, libc, spawnGroup, waitNow, why } from "./libc.ts";
import { NotStarted, obstacleOf } from "./not-started.ts";
import { holdSignals } from "./signals.ts";
import { type ControllingTerminal, isInteractive, openTerminal, SIGTSTP, stopOurselves } from "./terminal.ts";

export { isIgnored };

const SIGCONT = darwin ? 19 : 18;
const SIGTTIN = 21;
const SIGTTOU = 22;
const ENOENT = 2;
const ENOEXEC = 8;
const NEWLINE = 10;

/**
 * Signals that are meant for the command when they reach us. The terminal's own reach it by themselves where the command
 * has the terminal.
 */
const FORWARDED = {
  ...SIGNALS,
  SIGTSTP,
  SIGUSR1: darwin ? 30 : 10,
  SIGUSR2: darwin ? 31 : 12,
  SIGWINCH: 28,
} as const;

/** A SIGCHLD that is lost, or a terminal that was given to us without a word. */
const LOOK_AGAIN_MS = 1000;

/**
 * Start a command in a process group of its own and be to it what a shell is: it gets the terminal when we have it,
 * its stops are ours, and after its end the terminal is ours again. Where it is part of a pipeline it gets the terminal
 * when it asks for it, since the others need it too.
 */
export function startChild(start: Start): Promise<Child> {
  const terminal = openTerminal();
  const ours = libc.getpgrp();
  const wanted = isInteractive();
  const early: number[] = [];
  let send = (signal: number): void => void early.push(signal);
  const forwarding = forward((signal) => send(signal));
  const started = spawned(start);
  if ("failure" in started) {
    forwarding[Symbol.dispose]();
    terminal?.close();
    return Promise.reject(started.failure);
  }
  const { pid } = started;
  const job: Job = { pid, ours, terminal, wanted, parentOf: start.parentOf };
  takeTerminal(job);
  send = (signal) => signalGroup(pid, signal);
  for (const signal of early) send(signal);
  const ended = watch(job).finally(() => {
    forwarding[Symbol.dispose]();
    terminal?.close();
  });
  return Promise.resolve({ pid, ended, signal: (signal) => signalGroup(pid, signal) });
}

/** A command that runs, and the terminal that it shares with us. */
interface Job {
  readonly pid: number;
  /** Our own process group. */
  readonly ours: number;
  readonly terminal: ControllingTerminal | null;
  /** Whether the command is to have the terminal whenever we do. */
  wanted: boolean;
  readonly parentOf: Start["parentOf"];
}

function takeTerminal({ pid, ours, terminal, wanted }: Job): void {
  if (wanted && terminal?.foreground() === ours) terminal.give(pid);
}

function spawned({ command, cwd, env }: Start): { pid: number } | { failure: NotStarted } {
  const started = spawnGroup(command, cwd, env);
  if ("pid" in started) return started;
  const { errno } = started;
  const file = fileOf(command[0] ?? "", cwd, env);
  // A script without `#!`: shells run it, and so does execvp(3).
  const again = errno === ENOEXEC && file !== null && isText(file)
    ? spawnGroup(["/bin/sh", file, ...command.slice(1)], cwd, env)
    : started;
  if ("pid" in again) return again;
  // What is missing is then what the first line of the script names. Shells say the same status.
  if (errno === ENOENT && file !== null) {
    return { failure: new NotStarted("Its interpreter is missing", "missing") };
  }
  const unnamed = again.errno === constants.errno.ENAMETOOLONG && file === null;
  return { failure: new NotStarted(why(again.errno), unnamed ? "missing" : obstacleOf(nameOf(again.errno))) };
}

/** The file that the system executes for that name; null where there is none. */
function fileOf(program: string, cwd: string, env: Start["env"]): string | null {
  if (!program.includes("/")) {
    return program === "" ? null : Bun.which(program, { PATH: env["PATH"] ?? "", cwd });
  }
  const path = resolvePath(cwd, program);
  return existsSync(path) ? path : null;
}

/** Whether this can be a script, as bash tells it: there is no NUL in its first line. */
function isText(file: string): boolean {
  const bytes = new Uint8Array(80);
  try {
    const fd = openSync(file, "r");
    try {
      const length = readSync(fd, bytes);
      const line = bytes.subarray(0, length).indexOf(NEWLINE);
      return !bytes.subarray(0, line < 0 ? length : line).includes(0);
    } finally {
      closeSync(fd);
    }
  } catch {
    // A program may be executable and not readable; the shell will say so.
    return true;
  }
}

const nameOf = (errno: number): string | undefined =>
  Object.entries(constants.errno).find(([, number]) => number === errno)?.[0];

function forward(send: (signal: number) => void): Disposable {
  const { SIGKILL: _, ...sent } = FORWARDED;
  const names = (Object.keys(sent) as (keyof typeof sent)[]).filter((name) => !isIgnored(sent[name]));
  return holdSignals(names, (name) => send(sent[name]));
}

function signalGroup(pid: number, signal: number): void {
  libc.kill(-pid, signal);
  // What is stopped would keep the signal waiting.
  if (signal === SIGNALS.SIGTERM || signal === SIGNALS.SIGHUP) libc.kill(-pid, SIGCONT);
}

function watch(job: Job): Promise<Ended> {
  const { pid, ours, terminal } = job;
  return new Promise((resolve, reject) => {
    const look = () => {
      for (;;) {
        const waited = waitNow(pid);
        if (waited.kind === "nothing") break;
        if (waited.kind === "stopped") stopped(job, waited.signal);
        else if (waited.kind === "gone") {
          settled();
          return reject(fail("wait_refused", { pid }));
        } else return finish(waited.kind === "exited" ? waited : { signal: waited.signal });
      }
      takeTerminal(job);
    };
    const settled = () => {
      clearInterval(timer);
      for (const signal of ["SIGCHLD", "SIGCONT"]) process.off(signal, look);
    };
    const finish = (ended: Ended) => {
      settled();
      const had = terminal?.foreground() === pid;
      // In the background its modes are somebody else's.
      if (had) terminal.give(ours);
      if (had && "signal" in ended) terminal.restoreModes();
      const typed = had && "signal" in ended && ended.signal === SIGNALS.SIGINT;
      // The script or pipeline around us was to end by ^C as well. Our own handler is still there.
      if (typed) libc.kill(0, SIGNALS.SIGINT);
      resolve(typed ? { ...ended, typed } : ended);
    };
    // `fg` of a job that was running in the background is told to nobody but us.
    for (const signal of ["SIGCHLD", "SIGCONT"]) process.on(signal, look);
    const timer = setInterval(look, LOOK_AGAIN_MS);
    look();
  });
}

/** The command was stopped: by ^Z, or because it wanted a terminal that was not its own yet. */
function stopped(job: Job, signal: number): void {
  const { pid, ours, terminal, parentOf } = job;
  const foreground = terminal?.foreground();
  const asks = signal === SIGTTIN || signal === SIGTTOU;
  if (asks) job.wanted = true;
  // Without a terminal a stop was somebody's wish and concerns the command alone.
  if (terminal === null) return;
  if (!(asks && (foreground === pid || foreground === ours))) {
    if (foreground === pid) {
      terminal.give(ours);
      terminal.restoreModes();
    }
    stopOurselves(parentOf);
  }
  takeTerminal(job);
  libc.kill(-pid, SIGCONT);
}

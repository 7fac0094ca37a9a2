// deno-lint-ignore-file no-process-global -- `process` as an import is copied, property by property, at every start
import { readFileSync } from "node:fs";

/** What a shell or a supervisor sends to end or to steer a program. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/** What a terminal sends to every process of the group in its foreground: the program has it already. */
const FROM_TERMINAL: readonly string[] = ["SIGINT", "SIGQUIT"];

/** Since Node 22.15; not on Windows. */
type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;

export interface NativeStart {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** What is called when it does not end by itself; each may end the process in its own way. */
export interface NativeEnd {
  /** It did not start. */
  readonly failed: (reason: string) => never;
  /** A signal ended it. */
  readonly killed: (signal: NodeJS.Signals) => void;
}

const ownExecve = (): Execve | undefined => (process as { execve?: Execve }).execve;

/** Whether this Node can become another program: since 22.15, not on Windows. */
export const canBecome = (): boolean => ownExecve() !== undefined && process.platform !== "win32";

/**
 * Become the program: no process of Node's stays beside it. When the kernel refuses it Node aborts with a trace of its
 * own stack, so this is for programs that are known to fit the machine.
 */
export function become({ path, args, env }: NativeStart): void {
  // It says that it is experimental, on everybody's standard error.
  process.removeAllListeners("warning");
  ownExecve()?.call(process, path, [path, ...args], env);
}

/**
 * Start the program as a child, pass signals on, and end as it ends.
 *
 * @param load a CommonJS `require`: what starts programs costs 2 ms, and as much again by a dynamic `import`
 */
export function startChild({ path, args, env }: NativeStart, load: NodeJS.Require, ended: NativeEnd): void {
  const { spawn } = load("node:child_process") as typeof import("node:child_process");
  // Before the program is there: it may be sent one in its first moment, and a handler is called after we are through.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (!FROM_TERMINAL.includes(signal) || !inForeground()) child.kill(signal);
    });
  }
  const child = spawn(path, args, { stdio: "inherit", env });
  child.once("exit", (status, signal) => {
    if (signal === null) process.exit(status ?? 1);
    ended.killed(signal);
    for (const one of SIGNALS) process.removeAllListeners(one);
    process.kill(process.pid, signal);
    // The signal is on its way.
    setTimeout(() => process.exit(1), 1000);
  });
  child.once("error", (error: NodeJS.ErrnoException) => ended.failed(error.code ?? error.message));
}

/**
 * Whether our process group is the one in the foreground of a terminal: fields 5 (pgrp) and 8 (tpgid) of
 * `/proc/self/stat`, proc(5). Where there is no `/proc`, whether standard input is a terminal has to do.
 */
function inForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY === true;
  }
}

import process from "node:process";

/** How a command ended; `typed`: by the terminal's own ^C, which others of our process group had then missed. */
export type Ended = { readonly code: number } | { readonly signal: number; readonly typed?: boolean };

/** A command that runs. */
export interface Child {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Send a signal, by its number, to the command's whole process group. */
  signal(signal: number): void;
}

export interface Start {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The program could not be started: why, as the system says it. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";
}

/** Start a command. @throws NotStarted */
export type StartChild = (start: Start) => Promise<Child>;

/** The best way of this runtime and system: with job control where it can be had. */
export async function childStarter(): Promise<StartChild> {
  if ("Bun" in globalThis && process.platform !== "win32") {
    return (await import("./child-posix.ts")).startChild;
  }
  return (await import("./child-plain.ts")).startChild;
}

/** The exit status of a shell for it. */
export const exitCodeOf = (ended: Ended): number => "code" in ended ? ended.code : 128 + ended.signal;

/** Signals by number: these are the same on every Unix. */
export const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 } as const;

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
  /** The parent of a process, null where it cannot be read. */
  readonly parentOf: (pid: number) => number | null;
}

/** A way to start commands. */
export interface Starter {
  /** @throws NotStarted */
  startChild(start: Start): Promise<Child>;
  /** Whether we were started to ignore a signal, by its number. */
  isIgnored(signal: number): boolean;
}

/** The exit status of a shell for it. */
export const exitCodeOf = (ended: Ended): number => "code" in ended ? ended.code : 128 + ended.signal;

/** Signals by number: these are the same on every Unix. */
export const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 } as const;

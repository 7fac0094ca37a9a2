/** What tells that a process belongs to somebody's work. */
export interface Traces {
  /** Absolute, free of symbolic links; null where only the marks are looked for. */
  readonly directory: string | null;
  /** Variables (`NAME=value`), all of which a process was started with; `NAME=` is met by any value. */
  readonly marks: readonly string[];
}

/** A process that shows what was looked for. */
export interface Trace {
  readonly pid: number;
  /** Whether it stands in the directory; otherwise it carries the marks. */
  readonly inside: boolean;
}

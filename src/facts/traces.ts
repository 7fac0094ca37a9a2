import type { PidRange } from "./pid-order.ts";

/** What tells that a process belongs to somebody's work. */
export interface Traces {
  /** Absolute, free of symbolic links; null where only the marks are looked for. */
  readonly directory: string | null;
  /** Variables (`NAME=value`), all of which a process was started with; `NAME=` is met by any value. */
  readonly marks: readonly string[];
  /** Nobody else can carry the marks; anybody can without it. */
  readonly marked?: PidRange;
  /** Threads of the kernel, which are nobody's work. */
  readonly kernel?: ReadonlySet<number>;
  /** Whether to look for other mount namespaces too. */
  readonly namespaces?: boolean;
}

/** A process that shows what was looked for. */
export interface Trace {
  readonly pid: number;
  /** Whether it stands in the directory; otherwise it carries the marks. */
  readonly inside: boolean;
}

/** What one look at all processes shows. */
export interface Search {
  readonly found: readonly Trace[];
  /**
   * A process of every other mount namespace than ours, as far as we may look into them. One that no process is in (it is
   * kept by a file) is not seen.
   */
  readonly namespaces: readonly number[];
}

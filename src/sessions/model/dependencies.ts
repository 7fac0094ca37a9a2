import type { PidsNow } from "../../facts/pid-order.ts";
import type { InUse, Occupant } from "../../facts/standing.ts";
import type { Traces } from "../../facts/traces.ts";
import type { Machine } from "../../store/liveness.ts";
import type { Store } from "../../store/open.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Owner } from "./journal.ts";

/** What is left to do when a run has ended. Called once for each run, until it succeeds. */
export type Cleaner = (record: SessionRecord) => Promise<void>;

/** Told what happened, for people who look for a fault. */
export type Logger = (event: string, details: Readonly<Record<string, unknown>>) => void;

/** Everything the manager takes from outside. */
export interface Dependencies {
  /** Where records are kept. */
  readonly store: Store;
  /** A new UUID v4 at every call. */
  readonly newUuid: () => string;
  readonly clock: () => Date;
  readonly cleaner: Cleaner;
  readonly log: Logger;
  /** The processes as they are now: asked anew at every call. */
  readonly machine: () => Machine;
  /** The PIDs that were started with all of these variables (`NAME=value`) in their environment. */
  readonly findMarked: (marks: readonly string[]) => number[];
  /** Who stands in a directory, or was started with all of some variables. */
  readonly processesAt: (traces: Traces) => readonly Occupant[];
  /** The same of a directory, and what only other mount namespaces have mounted there. */
  readonly lookAround: (traces: Traces & { readonly directory: string }) => InUse;
  /** Where the kernel is with its PIDs; null where that cannot be known. */
  readonly pidsNow?: () => PidsNow | null;
  /** The mount points at or below a directory. */
  readonly mountsBelow: (directory: string) => readonly string[];
  /** The process that does the work, for others to tell whether it still does. */
  readonly self: Owner;
}

export const noCleaner: Cleaner = () => Promise.resolve();

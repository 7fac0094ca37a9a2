import process from "node:process";
import type { Occupant } from "../../facts/standing.ts";

/** Send a signal to a process, or to a process group; false when there is none (any more). @throws EPERM */
export type SendSignal = (pid: number, signal: number) => boolean;

/** What became of the processes that the session's runs had left running. */
export interface Strays {
  readonly ended: readonly Occupant[];
  /** Those that belong to somebody else, or outlive SIGKILL. */
  readonly left: readonly Occupant[];
}

/** How a session's processes are ended. */
export interface StopOptions {
  /** How long they have to end by themselves, in milliseconds. */
  readonly timeoutMs: number;
  readonly signalGroup: SendSignal;
  readonly signalProcess: SendSignal;
  /** End the run in the record where it cannot be told whether its command lives. */
  readonly force?: boolean;
  /** Told of what the session's runs had left running. */
  readonly strays?: (strays: Strays) => void;
}

export const SIGCONT = process.platform === "linux" ? 18 : 19;

const PAUSE_MS = 20;
export const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

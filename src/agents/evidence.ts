import type { Known } from "./known.ts";
import type { AgentStatus } from "./status.ts";

/** What is asked of the machine for an agent's own word on what it is doing. */
export interface Witness {
  readonly pid: number;
  /** Start time of the process, as the system tells it. */
  readonly start: string;
  readonly conversation: string | null;
  /** A file of the user's as text, null where it cannot be read; its end, where it is longer. */
  readonly read: (path: string) => string | null;
  /** A variable of the agent's own environment, ours where that cannot be read. */
  readonly variable: (name: string) => string | undefined;
}

/** What an agent keeps of what it is doing. */
export interface Evidence {
  readonly status: AgentStatus;
  readonly reason: string | null;
  /** When it became so, ms since 1970. */
  readonly at: number;
  /** What said so, for people: a file's name. */
  readonly source: string;
}

/** One agent, as it is shown. */
export interface AgentRow {
  readonly agent: string;
  readonly pid: number | null;
  readonly conversation: string | null;
  readonly status: AgentStatus;
  readonly reason: string | null;
  /** ISO 8601 UTC; null where nothing tells. */
  readonly since: string | null;
  /** What says so, and when it did. */
  readonly evidence: { readonly source: string; readonly at: string | null };
}

/** An agent of the log, with its process and what it says of itself looked at. */
export interface Seen {
  /** By which the log knows it. */
  readonly key: string;
  readonly known: Known;
  readonly row: AgentRow;
}

/** Whether what it says of itself was told to nobody yet. One that is not in the log has nothing to be told there. */
export const isNews = ({ known, row }: Seen): boolean =>
  known.unheard !== true && row.status !== "unknown" && row.status !== known.told;

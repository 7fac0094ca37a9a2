/**
 * What an event of an agent says of what it is doing.
 *
 * - `start` a conversation begins, and nothing is asked yet
 * - `work` it works: a prompt came, a tool runs, a permission was given
 * - `permission` it waits for an answer of its person
 * - `finish` the turn is over, `settle` it is over and may have failed before
 * - `cancelled` its person stopped it
 * - `error` the turn failed
 * - `end` the conversation is over
 * - `note` nothing of all this
 */
export const KINDS = [
  "start",
  "work",
  "permission",
  "finish",
  "settle",
  "cancelled",
  "error",
  "end",
  "note",
] as const;

export type PointKind = (typeof KINDS)[number];

/** An event of an agent, in the words that are the same for all of them. */
export interface Point {
  /** The agent's own name of it. */
  readonly event: string;
  readonly kind: PointKind;
  /** The agent's ID of the conversation. */
  readonly conversation?: string;
  /** The subagent that it is of; none for the agent itself. */
  readonly subagent?: string;
  readonly tool?: string;
  /** In words that complete a sentence: `permission for Bash`. */
  readonly reason?: string;
  /** When it was, by the payload, in ms since 1970. */
  readonly at?: number;
  /** What goes on behind the end of a turn, where the agent says so. */
  readonly background?: Background;
  /** A subagent that begins (`true`) or ends (`false`) with this event. */
  readonly begins?: boolean;
}

export interface Background {
  /** The subagents that still work. */
  readonly subagents: readonly string[];
  /** How many commands still run. */
  readonly commands: number;
}

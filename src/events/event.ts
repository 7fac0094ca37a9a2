/** Version of the line that this program writes. */
export const VERSION = 1;

export const TYPES = [
  "session.created",
  "session.changed",
  "session.reset",
  "session.restored",
  "session.deleted",
  "run.started",
  "run.ended",
  "status.changed",
  "worktree.made",
  "worktree.removed",
  "agent.event",
  "hook.run",
  "store.damaged",
  "resync",
] as const;

export type EventType = (typeof TYPES)[number];

/** What happened, before it has its place in the log. */
export interface News {
  readonly type: EventType;
  /** The ID of the session; null for what belongs to none. */
  readonly session: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Who writes, and when: the same for all that is written at once. */
export interface Stamp {
  /** ISO 8601 UTC. */
  readonly time: string;
  /** The UUID of this host; null where it has none. */
  readonly host: string | null;
  /** The boot ID; null where it cannot be read. */
  readonly boot: string | null;
}

/** A line of the log. */
export interface BerthEvent extends Stamp {
  /** Version of the line; 1. */
  readonly v: number;
  /** Grows from line to line, and never comes twice. */
  readonly seq: number;
  /** The ID of the session; null for what belongs to none. */
  readonly session: string | null;
  /** One of `TYPES`, or a later one: whoever does not know it passes it over. */
  readonly type: string;
  /** What the type has to say; `docs/store.md` lists it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line as it is written, with its newline. */
export const lineOf = (seq: number, { time, host, boot }: Stamp, { type, session, data }: News): string =>
  `${JSON.stringify({ v: VERSION, seq, time, host, boot, session, type, data })}\n`;

/**
 * The event of a line, null for what is none: blanks where a writer was killed, or half a line of it.
 *
 * (By hand, and not by a schema: a log has tens of thousands of lines, and valibot takes ten times as long for one.)
 */
export function parseLine(line: string): BerthEvent | null {
  if (!line.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether it has the shape of a line of the log. */
export function isEvent(value: unknown): value is BerthEvent {
  if (typeof value !== "object" || value === null) return false;
  const { v, seq, time, host, boot, session, type, data } = value as Record<string, unknown>;
  const text = (one: unknown) => one === null || typeof one === "string";
  return typeof v === "number" && Number.isSafeInteger(seq) && (seq as number) > 0 &&
    typeof time === "string" && typeof type === "string" && text(host) && text(boot) && text(session) &&
    typeof data === "object" && data !== null;
}

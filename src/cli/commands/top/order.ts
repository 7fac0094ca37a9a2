import type { Attention, QueueRow } from "./row.ts";

/** By which a row is known from one look to the next. */
export const keyOfRow = ({ id, agent, pid }: Pick<QueueRow, "id" | "agent" | "pid">): string =>
  agent === null ? id : `${id} ${agent} ${pid ?? ""}`;

const RANK: Readonly<Record<Attention, number>> = {
  waiting: 0,
  failed: 1,
  finished: 2,
  working: 3,
  idle: 4,
  unknown: 5,
};

/** Groups of the queue: what was looked at asks for nobody any more, except where somebody is waited for. */
export const rankOf = ({ state, seen }: QueueRow): number =>
  seen && (state === "failed" || state === "finished") ? RANK.idle : RANK[state];

/** Whether a person is called for. */
export const needsYou = (row: QueueRow): boolean => rankOf(row) < RANK.working;

const sinceOf = ({ since }: QueueRow): number => since === null ? Infinity : Date.parse(since);

/** Who needs somebody first; within a group the longest first. */
export function byAttention(one: QueueRow, other: QueueRow): number {
  const [since, until] = [sinceOf(one), sinceOf(other)];
  return rankOf(one) - rankOf(other) || (since === until ? 0 : since - until) ||
    compare(keyOfRow(one), keyOfRow(other));
}

const compare = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0;

/** How long rows keep their places after a change, in ms. */
export const SETTLE_MS = 2000;

/** Rows in the order in which they are shown, with what changed since that order was made. Plain data. */
export interface AttentionQueue {
  readonly rows: readonly QueueRow[];
  /** Keys of the rows that changed their state, came or went since. */
  readonly changed: ReadonlySet<string>;
  /** Keys of those that went. */
  readonly gone: ReadonlySet<string>;
  /** When the first of these changes came, in ms of the caller's clock; null where there is none. */
  readonly since: number | null;
}

export const EMPTY: AttentionQueue = { rows: [], changed: new Set(), gone: new Set(), since: null };

/** The rows as they are now: each where it was, new ones at the end, those that went still in their places. Pure. */
export function taken(queue: AttentionQueue, now: readonly QueueRow[], at: number): AttentionQueue {
  const fresh = new Map(now.map((row) => [keyOfRow(row), row]));
  const before = new Set(queue.rows.map(keyOfRow));
  const changed = new Set(queue.changed);
  const gone = new Set<string>();
  const kept = queue.rows.map((row) => {
    const key = keyOfRow(row);
    const found = fresh.get(key);
    if (found === undefined) gone.add(key);
    if (found === undefined || found.state !== row.state || rankOf(found) !== rankOf(row)) changed.add(key);
    return found ?? row;
  });
  const added = now.filter((row) => !before.has(keyOfRow(row))).toSorted(byAttention);
  for (const row of added) changed.add(keyOfRow(row));
  const since = changed.size === 0 ? null : queue.since ?? at;
  return { rows: [...kept, ...added], changed, gone, since };
}

/** In the order that is right now, with nothing marked. */
export const settled = ({ rows, gone }: AttentionQueue): AttentionQueue => ({
  ...EMPTY,
  rows: rows.filter((row) => !gone.has(keyOfRow(row))).toSorted(byAttention),
});

/** Whether the rows have kept their places for long enough. */
export const isDue = ({ since }: AttentionQueue, at: number): boolean =>
  since !== null && at - since >= SETTLE_MS;

/**
 * Whom to go to: who waits and was not looked at, then what failed, then what finished; then, of those who still wait, the
 * one that was looked at longest ago.
 *
 * @param seenAt when a session's person was there last, ISO 8601 UTC
 * @param here the ID of a session that is no place to go to
 */
export function nextOf(
  rows: readonly QueueRow[],
  seenAt: (id: string) => string | null,
  here: string | null = null,
): QueueRow | null {
  const calling = rows.filter((row) => needsYou(row) && row.id !== here).toSorted(byAttention);
  const [unseen] = calling.filter(({ seen }) => !seen);
  if (unseen !== undefined) return unseen;
  const [first] = calling.toSorted((one, other) => compare(seenAt(one.id) ?? "", seenAt(other.id) ?? ""));
  return first ?? null;
}

import type { Config } from "./config.ts";

/** Something that retention may remove: a session, an archive, a quarantined file. */
export interface Item {
  readonly key: string;
  readonly bytes: number;
  /** Last activity, ms since 1970. */
  readonly at: number;
  /** Why it is never removed, null when it may be. */
  readonly protectedBy: string | null;
}

export interface Verdict {
  readonly item: Item;
  readonly action: "delete" | "keep";
  readonly reason: string;
}

type Limits = Pick<Config, "maxAgeDays" | "maxCount" | "maxSizeMB">;

const DAY_MS = 86_400_000;
const MB = 1024 * 1024;

/**
 * What goes by age, then by count, then by size, the oldest first. What is protected stays and yet counts, so that
 * the limits speak of all that is there. A time in the future (a clock that was set back) is an age of 0.
 *
 * @param now ms since 1970
 */
export function plan(items: readonly Item[], limits: Limits, now: number): Verdict[] {
  const oldestFirst = [...items].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  const reasons = new Map<Item, string>();
  const free = () => oldestFirst.filter((item) => item.protectedBy === null && !reasons.has(item));
  const left = () => oldestFirst.filter((item) => !reasons.has(item));

  for (const item of free()) {
    const days = (now - item.at) / DAY_MS;
    if (days > limits.maxAgeDays) {
      reasons.set(item, `${Math.floor(days)} days old, limit ${limits.maxAgeDays}`);
    }
  }
  const count = left().length;
  for (const item of free().slice(0, Math.max(0, count - limits.maxCount))) {
    reasons.set(item, `one of ${count}, limit ${limits.maxCount}`);
  }
  const total = left().reduce((sum, { bytes }) => sum + bytes, 0);
  let over = total - limits.maxSizeMB * MB;
  for (const item of free()) {
    if (over <= 0) break;
    reasons.set(item, `all together ${(total / MB).toFixed(1)} MB, limit ${limits.maxSizeMB}`);
    over -= item.bytes;
  }
  return oldestFirst.map((item) => verdict(item, reasons.get(item)));
}

function verdict(item: Item, reason: string | undefined): Verdict {
  if (reason !== undefined) return { item, action: "delete", reason };
  return { item, action: "keep", reason: item.protectedBy ?? "within the limits" };
}

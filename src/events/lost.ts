import type { SessionRecord } from "../store/record.ts";
import { readEvents } from "./read.ts";

/** A change is told right after it was made, so one that old has no event any more. */
const GRACE_MS = 5000;

/**
 * The records whose last change nobody told: its writer was killed in between, or the log could not be written. What
 * was changed before the log begins is not looked at.
 *
 * @param records asked after the log was read: what changes meanwhile is told too late for us
 */
export function lostEvents(
  directory: string,
  records: () => Iterable<SessionRecord>,
  now: Date,
): SessionRecord[] {
  const told = new Map<string, string>();
  let begin: string | undefined;
  for (const { time, type, session } of readEvents(directory)) {
    begin ??= time;
    if (session !== null && type.startsWith("session.")) told.set(session, time);
  }
  if (begin === undefined) return [];
  const until = new Date(now.getTime() - GRACE_MS).toISOString();
  const found: SessionRecord[] = [];
  for (const record of records()) {
    const { id, updatedAt } = record;
    if (updatedAt > begin && updatedAt < until && updatedAt > (told.get(id) ?? "")) found.push(record);
  }
  return found;
}

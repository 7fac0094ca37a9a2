import { is } from "valibot";
import { BerthError, fail, quote } from "../errors/errors.ts";
import { MAX_BYTES } from "./backend.ts";
import { whereWrong } from "./decode.ts";
import { hostOf, stampHost } from "./hosts.ts";
import { giveBack, lockScope, seenBy } from "./locks.ts";
import { fileName, recordName } from "./names.ts";
import type { Store } from "./open.ts";
import { quarantine } from "./quarantine.ts";
import { outlineOf, tell } from "./observe.ts";
import { inspect, unreadable } from "./read.ts";
import { freshRecord, MAX_HISTORY, type Origin, recordSchema, SCHEMA, type SessionRecord } from "./record.ts";

/** Changes the draft it is given; `false` says that there is nothing to write. */
export type Change = (draft: SessionRecord) => void | false | Promise<void | false>;

/** How a session is changed. */
export interface UpdateOptions {
  /** Where the ID was found, for a session that is made by this write; its anchor is refreshed by every write. */
  readonly origin?: Origin;
  /** Whether a session that is not there is made (default), or `no_such_session` is thrown. */
  readonly create?: boolean;
  /** Whether this counts as activity of the session (default); what a cleaner or repair writes does not. */
  readonly activity?: boolean;
  /** How long to wait for the session's lock, in milliseconds; as the store was opened where nothing is said. */
  readonly waitMs?: number;
  /** Whether the change does nothing but change its draft, so that it may be made again where nothing was kept of it. */
  readonly repeatable?: boolean;
}

/** Tries of a change that a connection took with it before anything was kept. */
const TRIES = 3;

/**
 * Read, change and write one session under its lock: the only way in which records change. The lock is held for
 * all of it, so two changes never start from the same record; the session is made by its first change.
 *
 * @returns the record as it is now kept
 * @throws `locked`; `corrupt_record` (the file is then in quarantine) or `newer_record`; `record_too_large`;
 *   `bad_record` for a change that leaves no valid record; `write_failed`. The old record stays in each case
 */
export async function updateSession(
  store: Store,
  id: string,
  change: Change,
  options: UpdateOptions = {},
): Promise<SessionRecord> {
  for (let tries = 1;; tries += 1) {
    try {
      return await updateOnce(store, id, change, options);
    } catch (error) {
      const again = options.repeatable === true && tries < TRIES;
      if (!again || !(error instanceof BerthError) || error.code !== "write_lost") throw error;
    }
  }
}

async function updateOnce(
  store: Store,
  id: string,
  change: Change,
  options: UpdateOptions,
): Promise<SessionRecord> {
  const lock = await lockScope(store, { kind: "session", id }, options.waitMs);
  try {
    return await changeLocked(seenBy(store, lock), id, change, options);
  } finally {
    // A session that did not come about leaves no lock file behind.
    await giveBack(store, lock, fileName(id));
  }
}

/** As `updateSession`, for a caller that holds the session's lock. */
export async function changeLocked(
  store: Store,
  id: string,
  change: Change,
  { origin, create = true, activity = true }: UpdateOptions = {},
): Promise<SessionRecord> {
  const kept = readLocked(store, id);
  if (kept === null && !create) throw fail("no_such_session", { given: id });
  const before = kept === null ? null : outlineOf(kept);
  const draft = kept ?? freshRecord(id, origin ?? { source: "library" }, store.now());
  if (await change(draft) === false) return draft;
  // A session that is only used from here (`berth use`) keeps the terminal that it has.
  const own = origin?.source !== "use" || draft.source === "use";
  if (own && origin?.anchor !== undefined) draft.anchor = { ...origin.anchor };
  const host = await hostOf(store);
  const identity = store.hosting?.identity() ?? null;
  if (host !== null && identity !== null) stampHost(draft, host, identity);
  const record = writeLocked(store, id, stamped(draft, store.now(), activity));
  tell(store, { kind: "written", id, before, record });
  return record;
}

/** The record, for a caller that holds the session's lock and means to write: damage goes to quarantine. */
export function readLocked(store: Store, id: string): SessionRecord | null {
  const found = inspect(store, id, "guarded");
  if (found === null) return null;
  if (found.kind === "record") return found.record;
  if (found.kind === "newer") throw unreadable(store, id, found);
  throw unreadable(store, id, found, quarantine(store, id, found));
}

/** Write the record as it is given, for a caller that holds the session's lock. */
export function writeLocked(store: Store, id: string, record: SessionRecord): SessionRecord {
  store.backend.write(recordName(id), encode(id, record));
  return record;
}

/**
 * The document of a record.
 *
 * @throws `bad_record`, `record_too_large`
 */
export function encode(id: string, record: SessionRecord): string {
  if (record.id !== id || !is(recordSchema, record)) {
    throw fail("bad_record", { id, why: record.id === id ? whereWrong(record) : "id does not fit" });
  }
  const text = `${JSON.stringify(record)}\n`;
  // No code unit takes more than three bytes, so most records need not be measured.
  const bytes = text.length * 3 <= MAX_BYTES ? 0 : new TextEncoder().encode(text).length;
  if (bytes > MAX_BYTES) throw fail("record_too_large", { id: quote(id), bytes, limit: MAX_BYTES });
  return text;
}

/** The draft with what every write sets. @param activity as in `UpdateOptions` */
export function stamped(draft: SessionRecord, now: Date, activity: boolean): SessionRecord {
  draft.schema = SCHEMA;
  // A clock that was set back makes no record that was changed before it was made.
  const at = [now.toISOString(), draft.createdAt].sort().at(-1) ?? draft.createdAt;
  draft.updatedAt = at;
  if (activity) draft.lastActivity = at;
  if (draft.history.length > MAX_HISTORY) draft.history = draft.history.slice(-MAX_HISTORY);
  return draft;
}

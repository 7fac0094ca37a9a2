import { BerthError, fail, quotePath } from "../errors/errors.ts";
import { decode } from "./decode.ts";
import { giveBack, inReach, lockScope, seenBy } from "./locks.ts";
import { archiveName, fileName, isArchiveOf, RECORD_END, recordName, stem } from "./names.ts";
import type { Store } from "./open.ts";
import { tell, type Told } from "./observe.ts";
import { describe } from "./read.ts";
import { freshRecord, type Origin, type SessionRecord } from "./record.ts";
import { encode, readLocked, writeLocked } from "./update.ts";

const MAX_COUNT = 999;

/** Asked under the session's lock whether the record may be taken out of use: it throws what says why not. */
export type Guard = (record: SessionRecord) => void;

/** An archive's name as people type it: its file without folder and ending. */
export const shortArchive = (name: string): string => stem(name);

/** The first name for an archive of this second that is free, as `put` finds out by an exclusive create. */
function archived(store: Store, id: string, put: (name: string) => boolean): string {
  const now = store.now();
  for (let count = 0; count <= MAX_COUNT; count += 1) {
    const name = archiveName(fileName(id), now, count);
    if (put(name)) return name;
    if (store.backend.stat(recordName(id)) === null) break;
  }
  throw fail("names_used_up", { file: quotePath(store.backend.locate(recordName(id))), folder: "archive" });
}

/**
 * Move the session to the archive, for a caller that holds its lock. One rename: it is here or there.
 *
 * @param before what else is told of with it
 */
export function archiveLocked(store: Store, id: string, before: readonly Told[] = []): string {
  const name = archived(store, id, (free) => store.backend.move(recordName(id), free));
  tell(store, ...before, { kind: "deleted", id, archive: shortArchive(name) });
  return name;
}

/**
 * Archive the session and start it anew: ID, name, role, project and anchor stay, everything it kept is gone from
 * it. The archive is whole before the session changes, so a crash in between costs nothing.
 *
 * @returns the archive's name
 * @throws `no_such_session`, and what `guard` throws
 */
export async function resetSession(place: Store, id: string, guard: Guard = () => {}): Promise<string> {
  await using lock = await lockScope(place, { kind: "session", id });
  const store = seenBy(place, lock);
  const old = readLocked(store, id);
  if (old === null) throw fail("no_such_session", { given: id });
  guard(old);
  const text = encode(id, old);
  const name = archived(store, id, (free) => store.backend.create(free, text));
  writeLocked(store, id, startedAnew(old, store.now(), shortArchive(name)));
  tell(store, { kind: "reset", id, archive: shortArchive(name) });
  return shortArchive(name);
}

function startedAnew(old: SessionRecord, now: Date, archive: string): SessionRecord {
  const origin: Origin = { source: old.source, ...(old.anchor === undefined ? {} : { anchor: old.anchor }) };
  const fresh = freshRecord(old.id, origin, now);
  const { name, role, project, run, holders } = old;
  const kept = Object.entries({ name, role, project, run, holders }).filter(([, value]) =>
    value !== undefined
  );
  const history = [{ at: fresh.createdAt, kind: "reset", archive }];
  return { ...fresh, ...Object.fromEntries(kept), history };
}

/** Whether the session was destroyed, by an archive that says so; one that was begun anew has archives too. */
export const wasDestroyed = (store: Store, id: string): boolean =>
  store.backend.list("archive").some((base) => isArchiveOf(base, id) && endsDestroyed(store, base));

function endsDestroyed(store: Store, archive: string): boolean {
  try {
    return readArchived(store, archive).history.at(-1)?.kind === "destroyed";
  } catch (error) {
    if (error instanceof BerthError) return false;
    throw error;
  }
}

/**
 * Bring an archived session back, in the place of one that keeps nothing; its archive is then gone. The session is
 * whole before the archive goes, so a crash in between leaves both, and doing it again removes the archive.
 *
 * @param given the archive's name, with or without `.session.json`
 * @param replace archive a session that is there meanwhile, instead of refusing
 * @param changes what the record gets beside it, as another name
 * @returns the session's ID
 * @throws `no_such_archive`, `session_exists`, `corrupt_record`, `newer_record`
 */
export async function restoreArchive(
  place: Store,
  given: string,
  replace: Guard | null,
  changes: Partial<SessionRecord> = {},
): Promise<string> {
  const wanted = `archive/${withEnd(given)}`;
  const before = await inReach(place, { names: [wanted] });
  const name = findArchive(before, given);
  const { id } = readArchive(before, name);
  await using lock = await lockScope(place, { kind: "session", id, names: [name] });
  const store = seenBy(place, lock);
  // Again, now that nobody else can be restoring or purging it.
  const record = readArchive(store, name);
  const there = readLocked(store, id);
  // What a reset just made holds nothing that could be lost.
  if (there !== null && isRestoredFrom(there, name)) {
    leaveArchive(store, name);
    return id;
  }
  if (there !== null && !isBlank(there)) {
    if (replace === null) throw fail("session_exists", { id, archive: shortArchive(name) });
    replace(there);
    const text = encode(id, there);
    archived(store, id, (free) => store.backend.create(free, text));
  }
  const at = store.now().toISOString();
  record.history = [...record.history, { at, kind: "restored", archive: shortArchive(name) }];
  writeLocked(store, id, { ...record, ...changes, updatedAt: at, lastActivity: at });
  tell(store, { kind: "restored", id, archive: shortArchive(name) });
  leaveArchive(store, name);
  return id;
}

/** Whether the session is what the archive holds, brought back by somebody who was then kept from removing that. */
const isRestoredFrom = ({ history }: SessionRecord, name: string): boolean =>
  history.some(({ kind, archive }) => kind === "restored" && archive === shortArchive(name));

/** The session is back, so an archive that cannot be removed is no failure; it takes some space. */
function leaveArchive(store: Store, name: string): void {
  try {
    store.backend.remove(name);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    store.warn(`The session is back, but its archive stays: ${error.message}`);
  }
}

function isBlank({ sharedState, scriptState, metadata, lua, messageCount }: SessionRecord): boolean {
  const holders = [sharedState, scriptState, metadata, lua?.globals ?? {}];
  return messageCount === 0 && holders.every((values) => Object.keys(values).length === 0);
}

const withEnd = (given: string): string => given.endsWith(RECORD_END) ? given : `${given}${RECORD_END}`;

function findArchive(store: Store, given: string): string {
  const base = withEnd(given);
  // Looked up in the listing, so that no path can be typed.
  if (!store.backend.list("archive").includes(base)) throw fail("no_such_archive", { given });
  return `archive/${base}`;
}

/**
 * The record of an archive.
 *
 * @param given the archive's name, with or without `.session.json`
 * @throws `no_such_archive`, `corrupt_record`, `newer_record`
 */
export const readArchived = (store: Store, given: string): SessionRecord =>
  readArchive(store, findArchive(store, given));

function readArchive(store: Store, name: string): SessionRecord {
  const content = store.backend.read(name, "only");
  if (content === null) throw fail("no_such_archive", { given: shortArchive(name) });
  const found = decode(content, (id) => isArchiveOf(shortArchive(name), id));
  if (found.kind === "record") return found.record;
  const file = quotePath(store.backend.locate(name));
  if (found.kind === "newer") throw fail("newer_record", { file, schema: found.schema });
  throw fail("corrupt_record", { file, why: describe(found.reason, found.detail) });
}

/**
 * Remove the session and everything it kept, for good.
 *
 * @throws `no_such_session`, and what `guard` throws
 */
export async function deleteSession(store: Store, id: string, guard: Guard = () => {}): Promise<void> {
  const lock = await lockScope(store, { kind: "session", id });
  try {
    const seen = seenBy(store, lock);
    const record = readLocked(seen, id);
    if (record === null) throw fail("no_such_session", { given: id });
    guard(record);
    seen.backend.remove(recordName(id));
    tell(seen, { kind: "deleted", id });
  } finally {
    await giveBack(store, lock, fileName(id));
  }
}

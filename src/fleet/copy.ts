/** A session that goes from one store into another: at no time do two go on as one. */
import { fail } from "../errors/errors.ts";
import { sha256 } from "../facts/sha256.ts";
import { splitId } from "../identity/id.ts";
import { formatLabel } from "../identity/label.ts";
import { archiveLocked, type Guard, readArchived, shortArchive } from "../store/archive.ts";
import { inReach, lockScope, seenBy } from "../store/locks.ts";
import { archivesOf, fileName } from "../store/names.ts";
import type { Store } from "../store/open.ts";
import { outlineOf, tell } from "../store/observe.ts";
import type { SessionRecord } from "../store/record.ts";
import { encode, readLocked, writeLocked } from "../store/update.ts";

export interface Copying {
  readonly id: string;
  /** The namespace that it has in the other store. */
  readonly namespace: string;
  readonly to: "shared" | "local";
  readonly guard: Guard;
}

export interface Copied {
  /** What it is called there. */
  readonly id: string;
  /** What it was, archived where it was. */
  readonly archive: string;
  readonly archives: number;
}

/**
 * Copy a session and its archives into the other store, then archive it in its own with the word where it went. A crash in
 * between leaves both, and doing it again archives the source.
 *
 * @throws `no_such_session`, `copy_refused`, and what `guard` throws
 */
export async function copySession(from: Store, to: Store, copying: Copying): Promise<Copied> {
  const { id, namespace, guard } = copying;
  const prefix = archivesOf(fileName(id));
  const listed = (await inReach(from, { listed: [prefix] })).backend.list("archive")
    .map((base) => `archive/${base}`).filter((name) => name.startsWith(prefix));
  await using lock = await lockScope(from, { kind: "session", id, names: listed });
  const source = seenBy(from, lock);
  const record = readLocked(source, id);
  if (record === null) throw fail("no_such_session", { given: id });
  guard(record);
  if (record.project !== undefined) {
    throw fail("copy_refused", { id, why: "it belongs to a project of this machine" });
  }
  const there = formatLabel(`${namespace}--${splitId(id).payload}`, sha256);
  const archives = listed.map((name) => ({ name, record: readArchived(source, shortArchive(name)) }));
  await put(to, there, record, archives);
  const at = source.now().toISOString();
  const history = [...record.history, { at, kind: "copied", place: copying.to, session: there }];
  writeLocked(source, id, { ...record, history });
  const archive = shortArchive(archiveLocked(source, id));
  return { id: there, archive, archives: archives.length };
}

async function put(
  to: Store,
  id: string,
  { anchor: _anchor, holders: _holders, run: _run, ...record }: SessionRecord,
  archives: readonly { readonly name: string; readonly record: SessionRecord }[],
): Promise<void> {
  await using lock = await lockScope(to, { kind: "session", id });
  const place = seenBy(to, lock);
  const before = readLocked(place, id);
  const isOurs = before?.history.some(({ kind, session }) => kind === "copied" && session === record.id);
  if (before !== null && isOurs !== true) {
    throw fail("copy_refused", { id: record.id, why: `${id} is there already` });
  }
  // What was written there since counts; only the source is left to be archived.
  if (before !== null) return;
  const at = place.now().toISOString();
  const history = [...record.history, { at, kind: "copied", session: record.id }];
  const [was, is] = [archivesOf(fileName(record.id)), archivesOf(fileName(id))];
  for (const archive of archives) {
    place.backend.create(archive.name.replace(was, is), encode(id, { ...archive.record, id }));
  }
  const made = writeLocked(place, id, { ...record, id, history } as SessionRecord);
  tell(place, { kind: "written", id, before: before === null ? null : outlineOf(before), record: made });
}

import { fail, quotePath } from "../errors/errors.ts";
import { type Damage, decode, type Decoded } from "./decode.ts";
import { inReach } from "./locks.ts";
import { recordName } from "./names.ts";
import type { Store } from "./open.ts";
import type { SessionRecord } from "./record.ts";

/**
 * The session's record, null when nothing was kept of it. Takes no lock: a record is only ever replaced whole.
 *
 * @throws `corrupt_record` or `newer_record`; the file stays as it is
 */
export function readRecord(store: Store, id: string): SessionRecord | null {
  const found = inspect(store, id);
  if (found === null) return null;
  if (found.kind === "record") return found.record;
  throw unreadable(store, id, found);
}

/** As `readRecord`, as it is at this moment, for who has had the store open for longer. */
export const readNow = async (store: Store, id: string): Promise<SessionRecord | null> =>
  readRecord(await inReach(store, { names: [recordName(id)] }), id);

/**
 * What the session's file holds, null when there is none.
 *
 * @param how "guarded" for who holds the session's lock and means to write
 */
export function inspect(store: Store, id: string, how: "guarded" | "only" = "only"): Decoded | null {
  const content = store.backend.read(recordName(id), how);
  return content === null ? null : decode(content, (found) => found === id);
}

type Unreadable = Exclude<Decoded, { kind: "record" }>;

/** The failure of a command on this session. `moved` is where quarantine keeps the bytes now. */
export function unreadable(store: Store, id: string, found: Unreadable, moved?: string) {
  const file = quotePath(store.backend.locate(recordName(id)));
  if (found.kind === "newer") return fail("newer_record", { file, schema: found.schema });
  const kept = moved === undefined ? {} : { moved: quotePath(store.backend.locate(moved)) };
  return fail("corrupt_record", { file, why: describe(found.reason, found.detail), ...kept });
}

const WORDS: Readonly<Record<Damage, string>> = {
  "empty": "it is empty",
  "zero-filled": "it holds only zero bytes",
  "not-utf8": "it is no UTF-8 text",
  "not-json": "it is no whole JSON document",
  "not-a-record": "it is no session record",
  "wrong-id": "it holds another session's record",
  "too-large": "it is larger than any record may be",
  "not-a-file": "it is no regular file",
};

/** Damage in words: `it is no session record (run.pid does not fit)`. */
export const describe = (reason: Damage, detail: string): string => `${WORDS[reason]} (${detail})`;

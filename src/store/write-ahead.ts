import { BerthError } from "../errors/errors.ts";
import type { Content } from "./backend.ts";
import { decode } from "./decode.ts";
import { recordName } from "./names.ts";
import type { Store } from "./open.ts";
import type { SessionRecord } from "./record.ts";
import { encode } from "./update.ts";

/** What a record is to become, ready on the disk while everybody still reads what it is. */
export interface WriteAhead {
  /** The record as it will be. */
  readonly record: SessionRecord;
  /**
   * Write it, for a caller that holds the session's lock.
   *
   * @returns false where somebody has changed the record since it was made, or cleared it away; then it is to be made anew
   */
  put(): boolean;
  /** Forget it: nothing comes of it. */
  drop(): void;
}

/**
 * Make the next state of a record ready, while the caller waits for something else. It holds no lock, so that nobody
 * waits for it; who holds the lock in the end finds out whether it still is the next state.
 *
 * @param change what becomes of the record, null where it is not to be made ahead
 * @returns null where it cannot be made now: what is wrong is told when it is written in the end
 */
export function writeAhead(
  store: Store,
  id: string,
  change: (kept: SessionRecord) => SessionRecord | null,
): WriteAhead | null {
  const { backend } = store;
  const name = recordName(id);
  try {
    const before = backend.read(name, "only");
    const found = before === null ? null : decode(before, (given) => given === id);
    const record = found?.kind === "record" ? change(found.record) : null;
    const prepared = record === null ? undefined : backend.prepare?.(name, encode(id, record));
    if (record === null || prepared === undefined) return null;
    return {
      record,
      put() {
        if (isSame(before, backend.read(name, "guarded")) && prepared.put()) return true;
        prepared.drop();
        return false;
      },
      drop: () => prepared.drop(),
    };
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

function isSame(one: Content | null, other: Content | null): boolean {
  if (one?.kind !== "bytes" || other?.kind !== "bytes") return false;
  const { buffer, byteOffset, length } = one.bytes;
  return Buffer.from(buffer, byteOffset, length).equals(other.bytes);
}

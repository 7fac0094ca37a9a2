import { fail, quotePath } from "../errors/errors.ts";
import type { Damage, Decoded } from "./decode.ts";
import { fileName, quarantineName, recordName } from "./names.ts";
import type { Store } from "./open.ts";
import { tell } from "./observe.ts";
import { inspect } from "./read.ts";

/** Attempts at a free name; two files of one session, second and reason are rare, a thousand are a fault. */
const MAX_COUNT = 999;

type Damaged = Extract<Decoded, { kind: "damaged" }>;

/**
 * Move the damaged file of a session out of the way, with all its bytes. The caller holds the session's lock, and
 * the file is read a second time: another writer may have put it right before we had the lock.
 *
 * @returns its new name
 */
export function quarantine(store: Store, id: string, first: Damaged): string {
  const again = inspect(store, id);
  const reason = again?.kind === "damaged" ? again.reason : first.reason;
  if (again?.kind !== "damaged") {
    // It was put right by a hand that holds no lock. Nothing is moved, and the next try will read it.
    throw fail("corrupt_record", {
      file: quotePath(store.backend.locate(recordName(id))),
      why: "it changed while it was read",
    });
  }
  return moveAway(store, recordName(id), fileName(id), reason);
}

/** Move a file into quarantine under a name that is free. Under the lock of what it is. */
export function moveAway(store: Store, name: string, file: string, reason: Damage): string {
  const now = store.now();
  dropReserved(store, file);
  for (let count = 0; count <= MAX_COUNT; count += 1) {
    const to = quarantineName(file, now, count === 0 ? reason : `${reason}-${count}`);
    if (!store.backend.move(name, to)) continue;
    tell(store, { kind: "damaged", file: name, reason, moved: to });
    return to;
  }
  throw fail("names_used_up", { file: quotePath(store.backend.locate(name)), folder: "quarantine" });
}

/** A name that a killed process took and moved nothing to. */
function dropReserved(store: Store, file: string): void {
  for (const base of store.backend.list("quarantine")) {
    const name = `quarantine/${base}`;
    if (base.startsWith(`${file}.`) && store.backend.stat(name)?.bytes === 0) store.backend.remove(name);
  }
}

import { BerthError } from "../errors/errors.ts";
import type { Lock } from "./backend.ts";
import type { Store } from "./open.ts";
import { isOrphan, type Leftover, suspects } from "./suspects.ts";

/**
 * Temporary files, locks of no session, and names reserved in the archive. What was made under a lock that is free now has
 * no maker any more, whatever its age.
 */
export async function findLeftovers(store: Store): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const one of suspects(store)) {
    if (!(await inUse(store, one.lock))) found.push(one);
  }
  return found;
}

/** Remove the leftovers, each under its lock, and say which went. */
export async function removeLeftovers(store: Store): Promise<Leftover[]> {
  const removed: Leftover[] = [];
  for (const one of suspects(store)) {
    const lock = await tryLock(store, one.lock);
    if (lock === null) continue;
    try {
      if (removeHeld(store, one)) removed.push(one);
    } finally {
      if (isOrphan(store, one.lock)) await lock.discard();
      else await lock.release();
    }
  }
  return removed;
}

function removeHeld(store: Store, { kind, name }: Leftover): boolean {
  // The lock file itself goes with the lock. What was reserved may have been filled by now.
  if (kind === "lock") return isOrphan(store, name);
  if (kind === "reservation" && store.backend.stat(name)?.bytes !== 0) return false;
  return store.backend.remove(name);
}

async function inUse(store: Store, lock: string): Promise<boolean> {
  // Without a file nobody holds it, and none is made just to look.
  if (store.backend.stat(lock) === null) return false;
  const held = await tryLock(store, lock, true);
  await held?.release();
  return held === null;
}

async function tryLock(store: Store, name: string, only = false): Promise<Lock | null> {
  try {
    return await store.backend.lock(name, { waitMs: 0, what: name, command: store.command, only });
  } catch (error) {
    if (error instanceof BerthError && error.code === "locked") return null;
    throw error;
  }
}

import { quote } from "../errors/errors.ts";
import type { Lock, Reach } from "./backend.ts";
import {
  archivesOf,
  CONFIG,
  fileName,
  GLOBAL_LOCK,
  RECORD_END,
  recordName,
  sessionLockName,
  workspaceLockName,
  workspaceName,
} from "./names.ts";
import { ready } from "./observe.ts";
import type { Store } from "./open.ts";

/**
 * What a lock is for. Whoever needs more than one takes them in this order, so that no two wait for each other:
 * global (the whole store: configuration, cleaning), workspace (all sessions of one project), session; and last of all,
 * by whoever observes the store, the log of events.
 */
export type LockScope =
  | { readonly kind: "global" }
  | { readonly kind: "workspace"; readonly root: string }
  | {
    readonly kind: "session";
    readonly id: string;
    /** More than its record that is read under the lock. */
    readonly names?: readonly string[];
  };

/**
 * Hold the lock of a scope; `await using lock = await lockScope(…)` gives it back at the end of the block. Who holds it
 * reads and writes through `seenBy(store, lock)`.
 *
 * @param waitMs how long to wait for it, in milliseconds; otherwise as the store was opened
 * @throws `locked` with its holder, where that is known
 */
export async function lockScope(store: Store, scope: LockScope, waitMs = store.waitMs): Promise<Lock> {
  const { name, what, reach } = lockOf(scope);
  await ready(store);
  return await store.backend.lock(name, { waitMs, what, command: store.command, reach });
}

/** The store as the holder of the lock sees it. */
export const seenBy = (store: Store, { seen }: Lock): Store =>
  seen === undefined ? store : { ...store, ...seen };

/** The store with what is to be read of it in reach: itself, where everything always is. */
export function inReach(store: Store, reach: Reach): Store | Promise<Store> {
  const { backend } = store;
  return backend.view === undefined
    ? store
    : backend.view(reach).then((seen) => ({ ...store, backend: seen }));
}

function lockOf(scope: LockScope): { name: string; what: string; reach: Reach } {
  switch (scope.kind) {
    case "global":
      return { name: GLOBAL_LOCK, what: "the store", reach: {} };
    case "workspace": {
      const { root } = scope;
      const reach = {
        names: [workspaceName(root), CONFIG],
        prefixes: ["sessions/", "archive/"],
        listed: ["quarantine/"],
      };
      return { name: workspaceLockName(root), what: `workspace ${quote(root)}`, reach };
    }
    case "session": {
      const { id, names = [] } = scope;
      const file = fileName(id);
      const reach = {
        names: [recordName(id), ...names],
        listed: [archivesOf(file), `quarantine/${file}.`],
      };
      return { name: sessionLockName(id), what: `session ${quote(id)}`, reach };
    }
  }
}

/** Give a session's lock back, and its file with it where there is no such session (any more). */
export async function giveBack(store: Store, lock: Lock, file: string): Promise<void> {
  let orphan = false;
  try {
    orphan = seenBy(store, lock).backend.stat(`sessions/${file}${RECORD_END}`) === null;
  } finally {
    await (orphan ? lock.discard() : lock.release());
  }
}

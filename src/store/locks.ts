import { quote } from "../errors/errors.ts";
import type { Lock } from "./backend.ts";
import { GLOBAL_LOCK, RECORD_END, sessionLockName, workspaceLockName } from "./names.ts";
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
  | { readonly kind: "session"; readonly id: string };

/**
 * Hold the lock of a scope; `using lock = await lockScope(…)` gives it back at the end of the block.
 *
 * @param waitMs how long to wait for it, in milliseconds; otherwise as the store was opened
 * @throws `locked` with its holder, where that is known
 */
export async function lockScope(store: Store, scope: LockScope, waitMs = store.waitMs): Promise<Lock> {
  const { name, what } = lockOf(scope);
  await ready(store);
  return await store.backend.lock(name, { waitMs, what, command: store.command });
}

function lockOf(scope: LockScope): { name: string; what: string } {
  switch (scope.kind) {
    case "global":
      return { name: GLOBAL_LOCK, what: "the store" };
    case "workspace":
      return { name: workspaceLockName(scope.root), what: `workspace ${quote(scope.root)}` };
    case "session":
      return { name: sessionLockName(scope.id), what: `session ${quote(scope.id)}` };
  }
}

/** Give a session's lock back, and its file with it where there is no such session (any more). */
export function giveBack(store: Store, lock: Lock, file: string): void {
  let orphan = false;
  try {
    orphan = store.backend.stat(`sessions/${file}${RECORD_END}`) === null;
  } finally {
    if (orphan) lock.discard();
    else lock.release();
  }
}

import { giveBack, lockScope, seenBy } from "./locks.ts";
import { fileName } from "./names.ts";
import { ready, tell, type Told } from "./observe.ts";
import type { Store } from "./open.ts";
import type { SessionRecord } from "./record.ts";
import { type Change, changeLocked, type UpdateOptions } from "./update.ts";

/** A change that is kept, and of which nobody has been told yet. */
export interface Untold {
  readonly record: SessionRecord;
  /** Tell of it and give the session's lock back, which is held until then. Doing so twice is harmless. */
  settle(): Promise<void>;
}

/**
 * As `updateSession`, for a caller that has something to begin as soon as the change is kept: who observes the store is
 * told, and even loaded, while that goes on.
 */
export async function updateUntold(
  store: Store,
  id: string,
  change: Change,
  options: UpdateOptions = {},
): Promise<Untold> {
  const told: Told[] = [];
  const noting = { load: () => Promise.resolve(note), observer: note };
  const quiet = store.observing === undefined ? store : { ...store, observing: noting };
  const lock = await lockScope(quiet, { kind: "session", id }, options.waitMs);
  let settled: Promise<void> | undefined;
  const settle = () => settled ??= tellAndGiveBack();
  try {
    return { record: await changeLocked(seenBy(quiet, lock), id, change, options), settle };
  } catch (error) {
    await settle();
    throw error;
  }

  function note(...more: readonly Told[]): void {
    told.push(...more);
  }

  async function tellAndGiveBack(): Promise<void> {
    try {
      await ready(store);
      if (told.length > 0) tell(store, ...told);
    } finally {
      await giveBack(store, lock, fileName(id));
    }
  }
}

import { giveBack, lockScope, seenBy } from "./locks.ts";
import { fileName } from "./names.ts";
import { type Outline, outlineOf, tell } from "./observe.ts";
import type { Store } from "./open.ts";
import type { SessionRecord } from "./record.ts";
import { changeLocked, stamped } from "./update.ts";
import { writeAhead } from "./write-ahead.ts";

/** A change that is made ready, and that nobody sees yet. */
export interface UpdateAhead {
  /**
   * Keep it, and tell of it. Where the record has changed since, or nothing could be made ready, it is made anew.
   *
   * @throws as `updateSession`
   */
  settle(): Promise<SessionRecord>;
  /** Forget it: nothing comes of it. */
  drop(): void;
}

/**
 * As `updateSession` of a session that is there, in two halves: the first one, which waits for the disk, while the caller
 * waits for something else.
 *
 * @param change does nothing but change its draft, and may be called twice
 */
export function updateAhead(
  store: Store,
  id: string,
  change: (draft: SessionRecord) => void,
): UpdateAhead {
  let before: Outline | null = null;
  const ahead = writeAhead(store, id, (kept) => {
    before = outlineOf(kept);
    change(kept);
    return stamped(kept, store.now(), true);
  });
  return {
    async settle() {
      const lock = await lockScope(store, { kind: "session", id });
      try {
        const seen = seenBy(store, lock);
        if (ahead?.put() !== true) return await changeLocked(seen, id, change, { create: false });
        tell(seen, { kind: "written", id, before, record: ahead.record });
        return ahead.record;
      } finally {
        await giveBack(store, lock, fileName(id));
      }
    },
    drop: () => ahead?.drop(),
  };
}

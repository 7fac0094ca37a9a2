import { listRecords } from "../store/list.ts";
import { fileName, stem } from "../store/names.ts";
import type { Store } from "../store/open.ts";
import type { SessionRecord } from "../store/record.ts";
import { statusOf, uuidOf, worktreePath } from "./place.ts";

/** The sessions of a workspace. */
export interface Neighbours {
  readonly records: readonly SessionRecord[];
  /** The IDs of those whose records cannot be read, told by their worktrees: `doctor --fix` makes them whole again. */
  readonly damaged: readonly string[];
}

/** Find them in one pass over the store. Under the workspace's lock they stay as they are. */
export function neighbours(store: Store, root: string): Neighbours {
  const records: SessionRecord[] = [];
  const damaged: string[] = [];
  for (const listed of listRecords(store)) {
    if (!("record" in listed)) damaged.push(stem(listed.name));
    else if (listed.record.name !== undefined && listed.record.project?.root === root) {
      records.push(listed.record);
    }
  }
  const rebuilt = new Set(records.map(({ id }) => id));
  const ids = new Set([...damaged, ...quarantined(store)]);
  return { records, damaged: [...ids].filter((id) => !rebuilt.has(id) && hasWorktree(root, id)) };
}

/** Those whose damaged records a write has moved away, and that were not destroyed since. */
function quarantined(store: Store): string[] {
  const ids = new Set(store.backend.list("quarantine").map((base) => base.slice(0, base.indexOf("."))));
  return [...ids].filter((id) => uuidOf(id) !== null && !isArchived(store, id));
}

const isArchived = (store: Store, id: string): boolean =>
  store.backend.list("archive").some((base) => base.startsWith(`${fileName(id)}--reset--`));

const hasWorktree = (root: string, id: string): boolean =>
  uuidOf(id) !== null && statusOf(worktreePath(root, id))?.isDirectory() === true;

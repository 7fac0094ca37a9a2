import { join } from "node:path";
import { readConfig } from "../../store/config.ts";
import { worktreesFolder } from "../git/worktrees-folder.ts";
import { wasDestroyed } from "../../store/archive.ts";
import { listRecords } from "../../store/list.ts";
import { stem } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import type { SessionRecord } from "../../store/record.ts";
import { statusOf } from "../git/worktree-directory.ts";
import { FOLDER, uuidOf, worktreePath } from "../model/worktree-path.ts";

/** The sessions of a workspace. */
export interface Members {
  readonly records: readonly SessionRecord[];
  /** The IDs of those whose records cannot be read, told by their worktrees: `doctor --fix` makes them whole again. */
  readonly damaged: readonly string[];
}

/** Find them in one pass over the store. Under the workspace's lock they stay as they are. */
export function members(store: Store, root: string): Members {
  const records: SessionRecord[] = [];
  const damaged: string[] = [];
  for (const listed of listRecords(store)) {
    if (!("record" in listed)) damaged.push(stem(listed.name));
    else if (listed.record.name !== undefined && listed.record.project?.root === root) {
      records.push(listed.record);
    }
  }
  const hasWorktree = worktreeIn(store, root);
  const rebuilt = new Set(records.map(({ id }) => id));
  // Their damaged records a write has moved away; they may have been destroyed since.
  const moved = store.backend.list("quarantine").map((base) => base.slice(0, base.indexOf(".")))
    .filter((id) => hasWorktree(id) && !wasDestroyed(store, id));
  const ids = new Set([...damaged, ...moved]);
  return { records, damaged: [...ids].filter((id) => !rebuilt.has(id) && hasWorktree(id)) };
}

/** Whether a session has a worktree where new ones are, or would be by default. */
function worktreeIn(store: Store, root: string): (id: string) => boolean {
  // Hardly ever is one asked for.
  let folders: string[] | undefined;
  return (id) => {
    if (uuidOf(id) === null) return false;
    folders ??= [join(root, FOLDER), worktreesFolder(root, readConfig(store)["worktrees.path"])];
    return folders.some((folder) => statusOf(worktreePath(folder, id))?.isDirectory() === true);
  };
}

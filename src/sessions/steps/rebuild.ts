import { join } from "node:path";
import { wasDestroyed } from "../../store/archive.ts";
import { readConfig } from "../../store/config.ts";
import { lockScope } from "../../store/locks.ts";
import { recordName } from "../../store/names.ts";
import { freshRecord, type SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { updateSession } from "../../store/update.ts";
import type { Git } from "../git/git.ts";
import { type Marker, readMarker } from "../git/marker.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOfBranch } from "../model/name.ts";
import { keepNumbers } from "../workspace/numbers.ts";
import { adminDirectory, statusOf } from "../git/worktree-directory.ts";
import { FOLDER, isUuid, sessionId, worktreePath } from "../model/worktree-path.ts";
import { find } from "../workspace/query.ts";
import type { Repository } from "../git/repository.ts";
import type { ListedWorktree } from "../git/listed-worktree.ts";
import { listWorktrees } from "../git/worktree-list.ts";

/** A worktree of ours that no record speaks of. */
export interface Orphan {
  readonly id: string;
  readonly path: string;
  readonly listed: ListedWorktree;
}

/**
 * The worktrees in the workspace's own folder whose records are lost. One whose session was destroyed has its record in
 * the archive, or says so itself, and is none.
 */
export async function findOrphans(
  deps: Dependencies,
  main: Git,
  { root, commonDir }: Repository,
): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const listed of await listWorktrees(main)) {
    const uuid = listed.path.slice(listed.path.lastIndexOf("/") + 1);
    if (!isUuid(uuid) || statusOf(listed.path) === null) continue;
    const id = sessionId(uuid);
    const marker = ownMarker(commonDir, id, listed.path);
    // In another directory than the usual one it is ours where it says so.
    if (marker === null && listed.path !== worktreePath(join(root, FOLDER), id) || isKnown(deps, id)) {
      continue;
    }
    if (marker?.destroyedAt === undefined) {
      orphans.push({ id, path: listed.path, listed });
    }
  }
  return orphans;
}

/** What the worktree keeps of its session, null where it speaks of another one or of none. */
function ownMarker(commonDir: string, id: string, path: string): Marker | null {
  const admin = adminDirectory(commonDir, path);
  const marker = admin === null ? null : readMarker(admin);
  return marker?.id === id ? marker : null;
}

function isKnown({ store }: Dependencies, id: string): boolean {
  return store.backend.stat(recordName(id)) !== null || wasDestroyed(store, id);
}

/**
 * Make a record for a worktree again: from its marker, else from its branch. The session is idle.
 *
 * @returns null where somebody else did it meanwhile
 */
export async function rebuild(
  deps: Dependencies,
  { root, commonDir }: Repository,
  { id, path, listed }: Orphan,
): Promise<SessionRecord | null> {
  await using _lock = await lockScope(deps.store, { kind: "workspace", root });
  if (isKnown(deps, id)) return null;
  const known = ownMarker(commonDir, id, path);
  const branch = listed.branch ?? known?.branch;
  const wanted = known?.name ??
    (branch === undefined ? null : nameOfBranch(branch, readConfig(deps.store)["branch.prefix"])) ??
    `restored-${path.slice(-8)}`;
  const name = free(wanted, new Set([...find(deps.store, { workspace: root })].map((one) => one.name)));
  keepNumbers(deps.store, root, deps.clock(), [name]);
  const fresh = freshRecord(id, { source: "named" }, deps.clock());
  remember(fresh, deps.clock(), "rebuilt", { path });
  return await updateSession(deps.store, id, (draft) => {
    Object.assign(draft, fresh, {
      name,
      status: "idle",
      ...known?.role === undefined ? {} : { role: known.role },
      ...known === null ? {} : { createdAt: known.createdAt },
      project: {
        root,
        worktree: path,
        ...branch === undefined ? {} : { branch },
        ...known === null ? {} : { baseRef: known.baseRef },
        ...known?.baseCommit === undefined ? {} : { baseCommit: known.baseCommit },
        // Without the marker nobody knows who made the branch, so it is never deleted.
        ownsBranch: known?.ownsBranch === true && known.branch === branch,
      },
    });
  });
}

function free(wanted: string, taken: ReadonlySet<string | undefined>): string {
  for (let n = 1;; n++) {
    const name = n === 1 ? wanted : `${wanted.slice(0, 46)}-${n}`;
    if (!taken.has(name)) return name;
  }
}

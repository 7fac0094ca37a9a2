import type { SessionRecord } from "../../store/record.ts";
import { deleteLeft, findBranch, hasOwnCommits } from "../git/branch.ts";
import {
  archive,
  type Destruction,
  halfDestroyed,
  isOnlyMissing,
  ownPath,
  type Place,
  planBranch,
} from "./destroy.ts";
import type { Git } from "../git/git.ts";
import { linked } from "../git/link.ts";
import type { Means } from "../model/dependencies.ts";
import { nameOf, type PendingOf } from "../model/pending.ts";
import { assess } from "../git/risk.ts";
import { change } from "../runs/runs.ts";
import { type Found, inspectWorktree, removeWorktree } from "../git/worktree.ts";

/** `left`: finished, but for files that git could not delete before it let go of the worktree. */
export type DestroyRecovery = "finished" | "undone" | "left";

/**
 * Finish a destruction that was begun, where all that is amiss in the worktree is that files are missing.
 *
 * @param wanted what is asked for now, beside what the journal says
 * @throws `branch_unmerged`, `branch_in_use` for a branch that is to go by `wanted`, before any change;
 *   `destroy_unfinished` where git fails again
 */
export async function recoverDestroy(
  means: Means,
  record: SessionRecord,
  pending: PendingOf<"destroy">,
  place: Place,
  wanted?: Destruction,
): Promise<DestroyRecovery> {
  const { main, repository } = place;
  const path = ownPath(record, repository.root);
  const asked = wanted?.deleteBranch === true ? (await planBranch(record, place, wanted)).commit : null;
  const commit = asked ?? pending.commit;
  // Git removes the files first, `.git` among them, and what it knows of the worktree last.
  let found = await linked(place, path);
  if (pending.cleanup && found.listed !== null) {
    if (!(await onlyDeletions(record, place, found))) return await drop(means, record);
    found = await removed(record, place, path);
  }
  const force = pending.force === true || asked !== null && wanted?.force === true;
  if (commit !== null && !(await deleteUnlessLost(main, record, commit, force))) {
    // It stays the session's.
    await change(means, record.id, (draft) => void (draft["pending"] = { ...pending, commit: null }), false);
  } else if (commit !== pending.commit) {
    await change(means, record.id, (draft) => void (draft["pending"] = { ...pending, commit }), false);
  }
  await archive(means, record.id);
  return pending.cleanup && found.exists ? "left" : "finished";
}

/** The destruction did not begin, or somebody has worked there since: everything stays. */
async function drop(means: Means, record: SessionRecord): Promise<"undone"> {
  await change(means, record.id, (draft) => void delete draft["pending"], false);
  return "undone";
}

async function onlyDeletions(
  { id }: SessionRecord,
  { main, worktree }: Place,
  found: Found,
): Promise<boolean> {
  if (found.exists && found.admin === null) return false;
  // The worktree of another session, moved here.
  if (found.marker !== null && found.marker.id !== id) return false;
  return isOnlyMissing(await assess(main, worktree, found));
}

/** Git lets go of a worktree also where it cannot delete all of it; then there is nothing more that it could do. */
async function removed(record: SessionRecord, { main, repository }: Place, path: string): Promise<Found> {
  const look = () => inspectWorktree(main, { ...repository, path });
  try {
    await removeWorktree(main, record.id, path, true);
    return await look();
  } catch (error) {
    const found = await look();
    if (found.listed !== null) throw halfDestroyed(nameOf(record), error);
    return found;
  }
}

/**
 * Delete the branch that the journal names, unless that would lose commits: what held them when the journal was written
 * may be gone.
 *
 * @returns false where it stays for that reason
 */
async function deleteUnlessLost(
  git: Git,
  { project }: SessionRecord,
  commit: string,
  force: boolean,
): Promise<boolean> {
  const branch = project?.branch ?? "";
  if (await findBranch(git, branch) === undefined) return true;
  if (!force && await hasOwnCommits(git, branch)) return false;
  await deleteLeft(git, branch, commit);
  return true;
}

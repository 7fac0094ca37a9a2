import type { SessionRecord } from "../../store/record.ts";
import { putBack } from "../git/aside.ts";
import { deleteLeft } from "../git/branch-change.ts";
import { findBranch } from "../git/branch.ts";
import { hasOwnCommits } from "../git/own-commits.ts";
import { archive } from "./destroy-archive.ts";
import { planBranch } from "./branch-plan.ts";
import type { Destruction } from "./destruction.ts";
import { ownPath } from "./inspect-own.ts";
import { isOnlyMissing } from "./worktree-plan.ts";
import { halfDestroyed } from "./destroy-damage.ts";
import type { Checkout } from "../git/checkout.ts";
import type { Git } from "../git/git.ts";
import { linked } from "../git/link.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { type JournalOf, nameOf, removalOf } from "../model/journal.ts";
import { refuseMounts } from "../git/mounts.ts";
import { goneAt, lossesOf } from "../git/gone.ts";
import { assess } from "../git/risk.ts";
import { isAllKept } from "../undo/is-kept.ts";
import { keepTip } from "../undo/keep-removed.ts";
import { change } from "../runs/runs.ts";
import { type InspectedWorktree, inspectWorktree, removeWorktree } from "../git/worktree.ts";

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
  deps: Dependencies,
  record: SessionRecord,
  journal: JournalOf<"destroy">,
  checkout: Checkout,
  wanted?: Destruction,
): Promise<DestroyRecovery> {
  const { main } = checkout;
  const path = ownPath(record);
  if (journal.cleanup) putBack(checkout.repository.commonDir, path);
  const asked = wanted?.deleteBranch === true ? (await planBranch(record, checkout, wanted)).commit : null;
  const branch = journal.branch ?? record.project?.branch ?? "";
  const commit = asked ?? journal.commit;
  // Git removes the files first, `.git` among them, and what it knows of the worktree last.
  let found = await linked(checkout, path);
  const removes = journal.cleanup && found.listed !== null;
  if (removes) refuseMounts(deps.mountsBelow(path), path);
  if (removes && !(await mayGoOn(record, checkout, found, journal))) return await drop(deps, record, main);
  await keepTip(main, journal.commit, journal.removed);
  if (removes) found = await removed(record, checkout, path);
  const force = journal.force === true || asked !== null && wanted?.forceBranch === true;
  if (commit !== null && !(await deleteUnlessLost(main, branch, commit, force))) {
    // It stays the session's.
    await change(deps, record.id, (draft) => void (draft["pending"] = { ...journal, commit: null }), false);
  } else if (commit !== journal.commit) {
    await change(deps, record.id, (draft) => void (draft["pending"] = { ...journal, commit }), false);
  }
  await archive(deps, record.id);
  return journal.cleanup && found.exists ? "left" : "finished";
}

/** The destruction did not begin, or somebody has worked there since: everything stays. */
async function drop(deps: Dependencies, record: SessionRecord, main: Git): Promise<"undone"> {
  const ref = removalOf(record)?.removed?.ref;
  const isKept = ref !== undefined &&
    (await main(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`])).status === 0;
  await change(deps, record.id, (draft) => {
    const removed = removalOf(draft)?.removed;
    delete draft["pending"];
    // What was kept by then stays, and is named: it may be more than is left in the worktree.
    if (isKept && removed !== undefined && draft.project !== undefined) draft.project["removed"] = removed;
  }, false);
  return "undone";
}

/** Where only files are missing, or what is left is kept for an undo. */
async function mayGoOn(
  { id }: SessionRecord,
  checkout: Checkout,
  found: InspectedWorktree,
  journal: JournalOf<"destroy">,
): Promise<boolean> {
  if (found.exists && found.admin === null) return false;
  // The worktree of another session, moved here.
  if (found.marker !== null && found.marker.id !== id) return false;
  const risk = await assess(checkout.main, checkout.worktree, found);
  // Git's own directory is all that is left where there was no other, and goes last in any case.
  const { listed } = found;
  const gone = found.exists || listed === null
    ? null
    : goneAt(checkout.main, checkout.repository.commonDir, listed.path);
  const mayGo = isOnlyMissing(risk) && (gone === null || (await lossesOf(gone)).length === 0);
  return mayGo || await isAllKept(checkout, found, risk, journal.removed?.ref);
}

/** Git lets go of a worktree also where it cannot delete all of it; then there is nothing more that it could do. */
async function removed(
  record: SessionRecord,
  { main, repository }: Checkout,
  path: string,
): Promise<InspectedWorktree> {
  const look = () => inspectWorktree(main, { ...repository, path });
  try {
    await removeWorktree(main, record.id, path, "all");
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
  branch: string,
  commit: string,
  force: boolean,
): Promise<boolean> {
  if (await findBranch(git, branch) === undefined) return true;
  if (!force && await hasOwnCommits(git, branch)) return false;
  await deleteLeft(git, branch, commit);
  return true;
}

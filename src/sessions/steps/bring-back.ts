import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { BerthError, fail } from "../../errors/errors.ts";
import { processAlive } from "../../store/liveness.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { type Git, must } from "../git/git.ts";
import { copyIncluded } from "../git/include.ts";
import { writeMarker } from "../git/marker.ts";
import { linkedDirectory, statusOf } from "../git/worktree-directory.ts";
import { inspectWorktree, registerWorktree } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { type Journal, journalOf, nameOf, refuseUnfinished } from "../model/journal.ts";
import { change, refuseRunning } from "../runs/runs.ts";
import { branchBack } from "../undo/branch-back.ts";
import { bringBack, readManifest } from "../undo/bring-back.ts";
import { makeUnseen } from "../undo/make-unseen.ts";
import { type Removed, removedOf } from "../undo/removed.ts";
import { addLink } from "../git/readable-link.ts";
import { isOwnName, uuidOf } from "../model/worktree-path.ts";
import { markerOf } from "../git/marker-of.ts";
import { clearStaleLock } from "../git/stale-lock.ts";
import { finish } from "./make.ts";
import { clearIndexLock } from "./step-locks.ts";

/** What came back with a worktree. */
export interface BroughtBack {
  readonly record: SessionRecord;
  /** Files that no commit had. */
  readonly files: number;
  /** What is checked out; null for a detached HEAD. */
  readonly branch: string | null;
  /** Empty directories and FIFOs that could not be made again. */
  readonly unmade: readonly string[];
}

/**
 * Make the worktree again that was removed with a session: its branch where that is gone, every file as it was, index and
 * unfinished merges included. Can be done again where it was stopped in the middle; the ref that keeps the work goes
 * last.
 *
 * @param record the session, which is there again
 * @throws `nothing_removed`; `work_lost` where the ref is gone; `place_taken` where something is in its place
 */
export async function bringWorktreeBack(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
): Promise<BroughtBack> {
  const removed = removedOf(record);
  if (removed === null) throw fail("nothing_removed", { archive: nameOf(record) });
  const { main, repository, worktree } = checkout;
  await change(deps, record.id, (draft) => {
    // What a killed `restore` had begun is gone on with.
    if (!isStoppedRestore(deps, draft)) refuseUnfinished(deps.machine(), draft, "restore", deps.self);
    refuseRunning(deps, draft, "restore");
    draft["pending"] = restoring(deps);
  });
  try {
    return await goOnBringingBack(deps, record, checkout, removed, await keptCommit(main, removed));
  } catch (error) {
    // All of it is under the ref still. With a part of it in place the journal stays, so that it is gone on with.
    const isTaken = error instanceof BerthError && error.code === "place_taken";
    const isBegun = async () =>
      (await inspectWorktree(main, { ...repository, path: worktree.directory })).listed !== null;
    if (isTaken || !(await isBegun())) {
      await change(deps, record.id, (draft) => void delete draft["pending"], false);
    }
    throw error;
  }
}

/**
 * What is wrong where a removed worktree is to be: somebody's files, or what git could not delete when it let go of it. An
 * empty directory is in nobody's way.
 *
 * @returns `place_taken`; null where nothing is
 */
export function takenPlace(record: SessionRecord): BerthError | null {
  const path = record.project?.worktree ?? "";
  const there = statusOf(path);
  if (there === null) return null;
  if (there.isDirectory() && (linkedDirectory(path) !== null || readdirSync(path).length === 0)) return null;
  let to = `${path}.left`;
  for (let n = 2; statusOf(to) !== null; n++) to = `${path}.left-${n}`;
  return fail("place_taken", { session: nameOf(record), path, to });
}

/** The journal of it. */
export const restoring = ({ self }: Pick<Dependencies, "self">): Journal => ({ kind: "restore", by: self });

function isStoppedRestore(deps: Dependencies, record: SessionRecord): boolean {
  const journal = journalOf(record);
  return journal?.kind === "restore" && processAlive(deps.machine(), journal.by) === false;
}

/** As `bringWorktreeBack`, under a journal that is written. */
export async function goOnBringingBack(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  removed: Removed,
  kept: string | null,
): Promise<BroughtBack> {
  const { main, repository, worktree } = checkout;
  const path = worktree.directory;
  const taken = takenPlace(record);
  if (taken !== null) throw taken;
  const manifest = removed.work && kept !== null ? await readManifest(main, kept) : null;
  const { branch, unborn } = await branchBack(main, record.id, removed);
  const look = () => inspectWorktree(main, { ...repository, path });
  let found = await look();
  if (found.listed === null && linkedDirectory(path) !== null) {
    throw fail("worktree_refused", { path, why: "something is there already" });
  }
  if (found.listed === null || !found.exists) {
    const detach = branch === null || unborn;
    const at = (detach ? removed.head : branch) ?? await anyCommit(main);
    await registerWorktree(main, record.id, path, { at, detach, checkout: manifest === null && !unborn });
    found = await look();
  }
  const { admin } = found;
  if (admin === null) {
    throw fail("worktree_refused", { path, why: "its .git file does not lead to this repository" });
  }
  if (unborn) await must(worktree, "go to the branch", ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  if (manifest !== null) {
    await bringBack(worktree, admin, manifest);
    // Its last git only looks at the files again: where it is killed, nothing but its lock is left.
    await clearIndexLock(repository.commonDir, record);
  }
  const unmade = makeUnseen(path, removed);
  if (!repository.bare) await copyIncluded(main, repository.root, path);
  const ref = kept === null ? undefined : removed.ref;
  const restored = await change(deps, record.id, (draft) => {
    if (ref === undefined) delete draft["pending"];
    else draft["pending"] = { ...restoring(deps), ref };
    if (draft.project === undefined) return;
    delete draft.project["removed"];
    if (branch !== null) draft.project.branch = branch;
    if (removed.branchGone) draft.project["ownsBranch"] = true;
  });
  writeMarker(admin, markerOf(restored));
  const uuid = uuidOf(restored.id);
  if (uuid !== null && restored.name !== undefined && isOwnName(path, restored.id)) {
    addLink(dirname(path), restored.name, uuid);
  }
  return {
    record: ref === undefined ? restored : await letGo(deps, checkout, record.id, ref),
    files: manifest?.files.filter(({ kind }) => kind !== "directory").length ?? 0,
    branch,
    unmade,
  };
}

/** Git makes a worktree from a commit alone; where HEAD has none yet, some branch has. */
async function anyCommit(main: Git): Promise<string> {
  const all = ["rev-list", "--max-count=1", "HEAD", "--branches", "--tags", "--"];
  const { status, out } = await main(all);
  if (status === 0) return out.trim();
  return (await must(main, "look for commits", all.filter((one) => one !== "HEAD"))).trim();
}

/** All is back: the ref that kept it goes, and then the journal. */
export async function letGo(
  deps: Dependencies,
  { main, repository }: Checkout,
  id: string,
  ref: string,
): Promise<SessionRecord> {
  const remove = () => main(["update-ref", "--no-deref", "-d", ref]);
  if ((await remove()).status !== 0) {
    await clearStaleLock(repository.commonDir, ref);
    await remove();
  }
  return await finish(deps, id);
}

/** The commit that a ref names. @throws `work_lost` */
export async function commitAt(git: Git, ref: string): Promise<string> {
  const { status, out } = await git(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  if (status !== 0) throw fail("work_lost", { commit: ref, why: "there is no such ref" });
  return out.trim();
}

/** Nothing of git's is asked for a session whose work nobody kept. */
export const keptCommit = (main: Git, { ref }: Removed): Promise<string | null> =>
  ref === undefined ? Promise.resolve(null) : commitAt(main, ref);

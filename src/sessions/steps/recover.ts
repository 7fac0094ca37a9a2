import { relink } from "./relink.ts";
import { clearIndexLock, clearStepLocks, keptBy } from "./step-locks.ts";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lockScope } from "../../store/locks.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { removedOf } from "../undo/removed.ts";
import { goOnBringingBack, keptCommit, letGo } from "./bring-back.ts";
import { complete } from "./complete.ts";
import { archive } from "./destroy-archive.ts";
import type { Destruction } from "./destruction.ts";
import { ownPath } from "./inspect-own.ts";
import type { Checkout } from "../git/checkout.ts";
import { must } from "../git/git.ts";
import { adminOf, isLinkMissing, linked } from "../git/link.ts";
import { finish } from "./make.ts";
import { markerOf } from "../git/marker-of.ts";
import { undoMake } from "./undo-make.ts";
import { writeMarker } from "../git/marker.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { isUnfinished, type JournalOf, journalOf, removalOf } from "../model/journal.ts";
import { statusOf } from "../git/worktree-directory.ts";
import { type DestroyRecovery, recoverDestroy } from "./recover-destroy.ts";
import { recoverFinish } from "./recover-finish.ts";
import { recoverRename } from "./rename.ts";
import { assess } from "../git/risk.ts";
import { type InspectedWorktree, inspectWorktree, stepMarks } from "../git/worktree.ts";
import { lockIn } from "../git/worktree-list.ts";

/**
 * What became of a step that a killed process had begun. `unlinked`: there are files with a `.git` file that leads
 * nowhere.
 */
export type Recovery = DestroyRecovery | "busy" | "unlinked";

/** Time that git, which outlived us, has to come to its end. */
const GIT_MS = 10_000;

/** How git locks a worktree while it makes it. */
const MAKING = "initializing";

/** Whether git can find no repository at a project's root, so that nothing of it is left to finish or undo. */
export const isRootGone = (root: string): boolean =>
  [".git", "HEAD"].every((name) => statusOf(join(root, name)) === null);

/**
 * Finish what a killed process had begun, or undo it: whichever loses nothing. Under the workspace's lock, so that two
 * do not do it at once.
 *
 * @param seen the record as it was found
 * @param checkout null where there is no repository, or none any more: the record is archived then
 * @param wanted how it is to be destroyed, where that is asked for now
 * @throws `worktree_refused` where the record names another directory than the one we would have made; what
 *   `recoverDestroy` throws
 */
export async function recover(
  deps: Dependencies,
  seen: SessionRecord,
  checkout: Checkout | null,
  wanted?: Destruction,
): Promise<Recovery> {
  await using _lock = await lockScope(deps.store, { kind: "workspace", root: seen.project?.root ?? "" });
  // Somebody else may have finished it, and gone on, while we waited.
  const record = readRecord(deps.store, seen.id);
  if (record === null || !isUnfinished(deps, record)) return "finished";
  const journal = journalOf(record);
  if (!(await gitGone(deps, record.id))) return "busy";
  if (checkout !== null) {
    await clearStepLocks(checkout.repository.commonDir, record, keptBy(record, journal));
  }
  if (journal === null || checkout === null) {
    await archive(deps, record.id);
    return "finished";
  }
  switch (journal.kind) {
    case "new":
      return await recoverNew(deps, record, checkout);
    case "destroy":
      return await recoverDestroy(deps, record, journal, checkout, wanted);
    case "restore":
      return await recoverRestore(deps, record, journal, checkout);
    case "finish":
      return await recoverMerge(deps, record, journal, checkout);
    case "rename":
      return await recoverRename(deps, record, journal, checkout);
  }
}

/** Where the merge is there, the rest is a destruction that was begun. */
async function recoverMerge(
  deps: Dependencies,
  record: SessionRecord,
  journal: JournalOf<"finish">,
  checkout: Checkout,
): Promise<Recovery> {
  const result = await recoverFinish(deps, record, journal, checkout);
  if (result !== "merged") return result;
  const merged = readRecord(deps.store, record.id);
  const removal = merged === null ? null : removalOf(merged);
  return merged === null || removal === null
    ? "finished"
    : await recoverDestroy(deps, merged, removal, checkout);
}

/** Go on: what is there is left as it is, and the rest comes from the ref. */
async function recoverRestore(
  deps: Dependencies,
  record: SessionRecord,
  { ref }: JournalOf<"restore">,
  checkout: Checkout,
): Promise<Recovery> {
  await clearIndexLock(checkout.repository.commonDir, record);
  const removed = removedOf(record);
  if (removed === null) {
    // All was done but the last word.
    if (ref === undefined) await finish(deps, record.id);
    else await letGo(deps, checkout, record.id, ref);
    return "finished";
  }
  await goOnBringingBack(deps, record, checkout, removed, await keptCommit(checkout.main, removed));
  return "finished";
}

async function recoverNew(deps: Dependencies, record: SessionRecord, checkout: Checkout): Promise<Recovery> {
  const { main, repository } = checkout;
  const path = ownPath(record);
  const seen = await inspectWorktree(main, { ...repository, path });
  if (isBare(path, seen) && !(await holdsWork(checkout, path, seen))) {
    if (seen.exists && seen.listed !== null && seen.admin === null && !removeEmpty(path)) return "unlinked";
    await undoMake(deps, main, repository, record, false);
    return "undone";
  }
  let found = await linked(checkout, path);
  if (found.exists && found.listed === null) {
    await relink(main, repository, record, "left out");
    found = await inspectWorktree(main, { ...repository, path });
  }
  if (found.exists) {
    if (found.admin === null) return "unlinked";
    await complete(checkout.worktree, found.admin);
    if (found.listed?.locked === MAKING) {
      await must(main, "unlock the worktree", ["worktree", "unlock", path]);
    }
    writeMarker(found.admin, markerOf(record));
  }
  await finish(deps, record.id);
  return "finished";
}

/** Whether there are no files at the path: no directory, or one without any file but `.git`. */
function isBare(path: string, { exists }: InspectedWorktree): boolean {
  return !exists || readdirSync(path).every((name) => name === ".git");
}

/** Whether git's part of a worktree without files holds what would be lost: commits, mostly. */
async function holdsWork(
  { main, worktree, repository }: Checkout,
  path: string,
  found: InspectedWorktree,
): Promise<boolean> {
  if (found.listed === null) return false;
  const admin = found.admin ?? adminOf(repository.commonDir, path);
  // Git is not through with it, so nobody has worked there, and git could not look into it.
  if (admin !== null && lockIn(admin) === MAKING && !existsSync(join(admin, "index"))) return false;
  const { lost } = await assess(main, worktree, found);
  return !lost.every((loss) =>
    loss.kind === "maker" || loss.kind === "lock" && loss.reason === MAKING ||
    loss.kind === "changed" && loss.missing === loss.count
  );
}

/** Remove a directory that is empty, or has only a `.git` file that nothing was written to. */
function removeEmpty(path: string): boolean {
  if (!isLinkMissing(path)) return false;
  rmSync(join(path, ".git"), { force: true });
  rmdirSync(path);
  return true;
}

/** Wait for git where it outlived its berth: it is told by what it carries in its environment. */
async function gitGone(deps: Dependencies, id: string): Promise<boolean> {
  const marks = Object.entries(stepMarks(id)).map(([name, value]) => `${name}=${value}`);
  for (const end = performance.now() + GIT_MS; performance.now() < end;) {
    if (deps.findMarked(marks).length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

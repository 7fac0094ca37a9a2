import { existsSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { processAlive } from "../store/liveness.ts";
import { lockScope } from "../store/locks.ts";
import { readRecord } from "../store/read.ts";
import type { SessionRecord } from "../store/record.ts";
import { deleteLeft } from "./branch.ts";
import { archive, ownPath, type Place } from "./destroy.ts";
import { type Git, must } from "./git.ts";
import { finish, markerOf, undoMake } from "./make.ts";
import { writeMarker } from "./marker.ts";
import type { Means } from "./means.ts";
import { type Pending, pendingOf } from "./pending.ts";
import { statusOf } from "./place.ts";
import { assess } from "./risk.ts";
import { change } from "./runs.ts";
import { type Found, inspectWorktree, removeWorktree, stepMarks } from "./worktree.ts";

/** What became of a step that a killed process had begun. `unlinked`: there are files that git knows nothing of. */
export type Recovery = "finished" | "undone" | "busy" | "unlinked";

/** Time that git, which outlived us, has to come to its end. */
const GIT_MS = 10_000;

/** Whether the process is gone that had begun something with this session. */
export function isUnfinished(means: Means, record: SessionRecord): boolean {
  const pending = pendingOf(record);
  if (pending !== null) return processAlive(means.machine(), pending.by) === false;
  return record.history.at(-1)?.kind === "destroyed";
}

/** Whether git can find no repository at a project's root, so that nothing of it is left to finish or undo. */
export const isRootGone = (root: string): boolean =>
  [".git", "HEAD"].every((name) => statusOf(join(root, name)) === null);

/**
 * Finish what a killed process had begun, or undo it: whichever loses nothing. Under the workspace's lock, so that two
 * do not do it at once.
 *
 * @param seen the record as it was found
 * @param place null where there is no repository, or none any more: the record is archived then
 * @throws `worktree_refused` where the record names another directory than the one we would have made
 */
export async function recover(means: Means, seen: SessionRecord, place: Place | null): Promise<Recovery> {
  using _lock = await lockScope(means.store, { kind: "workspace", root: seen.project?.root ?? "" });
  // Somebody else may have finished it, and gone on, while we waited.
  const record = readRecord(means.store, seen.id);
  if (record === null || !isUnfinished(means, record)) return "finished";
  const pending = pendingOf(record);
  if (!(await gitGone(means, record.id))) return "busy";
  if (pending === null || place === null) {
    await archive(means, record.id);
    return "finished";
  }
  return pending.kind === "new"
    ? await recoverNew(means, record, place)
    : await recoverDestroy(means, record, pending, place);
}

type PendingOf<K extends Pending["kind"]> = Extract<Pending, { kind: K }>;

async function recoverNew(
  means: Means,
  record: SessionRecord,
  place: Place,
): Promise<Recovery> {
  const { main, repository: { root, commonDir } } = place;
  const path = ownPath(record, root);
  let found = await inspectWorktree(main, { root, commonDir, path });
  if (isBare(path, found)) {
    if (found.exists && found.listed !== null && found.admin === null && !removeEmpty(path)) {
      return "unlinked";
    }
    await undoMake(means, main, place.repository, record, false);
    return "undone";
  }
  found = await linked(place, path, found);
  if (found.admin === null) return "unlinked";
  await complete(place.worktree, found.admin);
  if (found.listed?.locked === "initializing") {
    await must(main, "unlock the worktree", ["worktree", "unlock", path]);
  }
  writeMarker(found.admin, markerOf(record));
  await finish(means, record.id);
  return "finished";
}

/** Whether there is nothing at the path that could be lost: no directory, or one without any file but `.git`. */
function isBare(path: string, { exists }: Found): boolean {
  return !exists || readdirSync(path).every((name) => name === ".git");
}

/** Remove a directory that is empty, or has only a `.git` file that nothing was written to. */
function removeEmpty(path: string): boolean {
  if (!isLinkMissing(path)) return false;
  unlinkIfThere(join(path, ".git"));
  rmdirSync(path);
  return true;
}

/** Whether there is no `.git` file, or one that nothing was written to. */
function isLinkMissing(path: string): boolean {
  const link = statusOf(join(path, ".git"));
  return link === null || link.isFile() && link.size === 0;
}

/** A worktree whose `.git` file is missing gets it back, where git knows the worktree. */
async function linked({ main, repository: { root, commonDir } }: Place, path: string, found: Found) {
  if (!found.exists || found.listed === null || !isLinkMissing(path)) return found;
  await must(main, "repair the worktree", ["worktree", "repair"]);
  return await inspectWorktree(main, { root, commonDir, path });
}

/** Check out what a killed git did not come to. Files that are there are left as they are. */
async function complete(worktree: Git, admin: string): Promise<void> {
  // Git writes the index last; a checkout that was killed has only its lock.
  if (existsSync(join(admin, "index"))) return;
  unlinkIfThere(join(admin, "index.lock"));
  await must(worktree, "complete the worktree", ["read-tree", "HEAD"]);
  // Without --force no file is overwritten; those that are there make it say so and fail.
  await worktree(["checkout-index", "--all", "--quiet"]);
}

function unlinkIfThere(path: string): void {
  if (existsSync(path)) unlinkSync(path);
}

/** Wait for git where it outlived its berth: it is told by what it carries in its environment. */
async function gitGone(means: Means, id: string): Promise<boolean> {
  const marks = Object.entries(stepMarks(id)).map(([name, value]) => `${name}=${value}`);
  for (const end = performance.now() + GIT_MS; performance.now() < end;) {
    if (means.findMarked(marks).length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function recoverDestroy(
  means: Means,
  record: SessionRecord,
  pending: PendingOf<"destroy">,
  place: Place,
): Promise<Recovery> {
  const { main, repository: { root, commonDir } } = place;
  const path = ownPath(record, root);
  // Git removes the files first, `.git` among them, and what it knows of the worktree last.
  const found = await linked(place, path, await inspectWorktree(main, { root, commonDir, path }));
  if (pending.cleanup && found.listed !== null) {
    if (!(await onlyDeletions(place, found))) return await drop(means, record);
    await removeWorktree(main, record.id, path, true);
  }
  if (pending.commit !== null) await deleteLeft(main, record.project?.branch ?? "", pending.commit);
  await archive(means, record.id);
  return "finished";
}

/** The destruction did not begin, or somebody has worked there since: everything stays. */
async function drop(means: Means, record: SessionRecord): Promise<Recovery> {
  await change(means, record.id, (draft) => void delete draft["pending"], false);
  return "undone";
}

/** Whether all that is amiss in a worktree is that files are missing, as a removal leaves it that was killed. */
async function onlyDeletions({ main, worktree }: Place, found: Found): Promise<boolean> {
  if (found.exists && found.admin === null) return false;
  const { lost } = await assess(main, worktree, found);
  return lost.every((loss) => loss.kind === "changed" && loss.missing === loss.count);
}

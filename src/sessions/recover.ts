import { existsSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { processAlive } from "../store/liveness.ts";
import { lockScope } from "../store/locks.ts";
import type { SessionRecord } from "../store/record.ts";
import { deleteLeft } from "./branch.ts";
import { archive, type Place } from "./destroy.ts";
import { type Git, must } from "./git.ts";
import { finish, markerOf, undoMake } from "./make.ts";
import { writeMarker } from "./marker.ts";
import type { Means } from "./means.ts";
import { type Pending, pendingOf } from "./pending.ts";
import { worktreePath } from "./place.ts";
import { assess } from "./risk.ts";
import { change } from "./runs.ts";
import { type Found, inspectWorktree, removeWorktree, stepMarks } from "./worktree.ts";

/** What became of a step that a killed process had begun. */
export type Recovery = "finished" | "undone" | "busy";

/** Time that git, which outlived us, has to come to its end. */
const GIT_MS = 10_000;

/** Whether the process is gone that had begun something with this session. */
export function isUnfinished(means: Means, record: SessionRecord): boolean {
  const pending = pendingOf(record);
  if (pending !== null) return processAlive(means.machine(), pending.by) === false;
  return record.history.at(-1)?.kind === "destroyed";
}

/**
 * Finish what a killed process had begun, or undo it: whichever loses nothing. Under the workspace's lock, so that two
 * do not do it at once.
 */
export async function recover(means: Means, record: SessionRecord, place: Place | null): Promise<Recovery> {
  using _lock = await lockScope(means.store, { kind: "workspace", root: record.project?.root ?? "" });
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
  const path = worktreePath(root, record.id);
  const found = await inspectWorktree(main, { root, commonDir, path });
  if (isBare(path, found)) {
    if (found.exists && found.listed !== null && found.admin === null) rmdirSync(path);
    await undoMake(means, main, place.repository, record, false);
    return "undone";
  }
  if (found.admin === null) return "busy";
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
  const path = record.project?.worktree ?? "";
  const inspect = () => inspectWorktree(main, { root, commonDir, path });
  let found = await inspect();
  if (found.exists && found.listed !== null && found.admin === null) {
    // Git removes the files first, `.git` among them, and what it knows of the worktree last.
    await must(main, "repair the worktree", ["worktree", "repair"]);
    found = await inspect();
  }
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

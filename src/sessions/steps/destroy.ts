import { BerthError, fail } from "../../errors/errors.ts";
import { archiveLocked } from "../../store/archive.ts";
import { lockScope } from "../../store/locks.ts";
import { tell } from "../../store/observe.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { writeLocked } from "../../store/update.ts";
import { deleteBranch, findBranch, hasOwnCommits } from "../git/branch.ts";
import type { Git } from "../git/git.ts";
import { noteDestruction } from "../git/marker.ts";
import type { Means } from "../model/dependencies.ts";
import { nameOf, type Pending, pendingOf, refusePending, removalOf } from "../model/pending.ts";
import { worktreePath } from "../git/place.ts";
import type { Repository } from "../git/repository.ts";
import { assess, inWords, type Risk } from "../git/risk.ts";
import { change, refuseRunning } from "../runs/runs.ts";
import { apply, finishRun } from "../model/transitions.ts";
import { type Found, inspectWorktree, removeWorktree } from "../git/worktree.ts";

export interface Destruction {
  /** Remove the worktree. */
  readonly cleanup: boolean;
  readonly deleteBranch: boolean;
  /** Also with work that is lost by it. */
  readonly force: boolean;
}

/** One thing that a destruction does or leaves, for `--dry-run` and for its own use. */
export interface Step {
  readonly what: "session" | "worktree" | "branch";
  readonly action: "archive" | "delete" | "keep";
  readonly reason: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Whether git must be told to remove the worktree in spite of what is in it. */
  readonly forceGit: boolean;
  readonly removesWorktree: boolean;
  /** Where the branch stands that goes; null when it stays. */
  readonly branchCommit: string | null;
  /** Whether the branch that was to go is gone already. */
  readonly branchGone: boolean;
  /** What is in the worktree that goes; null when it stays. */
  readonly risk: Risk | null;
}

/** What was done, and the record as it is in the archive. */
export interface Destroyed {
  readonly plan: Plan;
  readonly record: SessionRecord;
}

/** The repository as a destruction needs it. */
export interface Place {
  readonly main: Git;
  readonly repository: Repository;
  /** Git in the session's worktree. */
  readonly worktree: Git;
}

/**
 * What a destruction would do. Changes nothing.
 *
 * @param place null for a session without a repository
 * @throws `work_at_risk`, `worktree_refused`, `branch_unmerged`, `branch_not_ours`, `branch_in_use`
 */
export async function planDestroy(
  record: SessionRecord,
  place: Place | null,
  wanted: Destruction,
): Promise<Plan> {
  const steps: Step[] = [{ what: "session", action: "archive", reason: "berth restore brings it back" }];
  if (place === null) {
    return {
      steps,
      forceGit: false,
      removesWorktree: false,
      branchCommit: null,
      branchGone: false,
      risk: null,
    };
  }
  // The record alone tells this, whatever is wrong with the worktree.
  if (wanted.deleteBranch && record.project?.["ownsBranch"] !== true) {
    throw fail("branch_not_ours", { branch: record.project?.branch ?? "", session: nameOf(record) });
  }
  const tree = await planWorktree(record, place, wanted);
  const branch = await planBranch(record, place, wanted);
  return {
    steps: [...steps, tree.step, branch.step],
    forceGit: tree.forceGit,
    removesWorktree: tree.risk !== null,
    branchCommit: branch.commit,
    branchGone: branch.gone,
    risk: tree.risk,
  };
}

async function planWorktree(record: SessionRecord, place: Place, { cleanup, force }: Destruction) {
  const keep = (reason: string) => ({
    step: { what: "worktree", action: "keep", reason } satisfies Step,
    forceGit: false,
    risk: null,
  });
  if (!cleanup) return keep("it goes with --cleanup only");
  const begun = removalOf(record) !== null;
  const found = await inspectOwn(record, place, begun);
  if (found.listed === null) return keep(found.exists ? LEFT : "it is gone already");
  const risk = await assess(place.main, place.worktree, found);
  const { lost: losses, needsForce, ignored } = risk;
  const lost = begun && isOnlyMissing(risk) ? [] : losses.map(inWords);
  if (lost.length > 0 && !force) throw fail("work_at_risk", { session: nameOf(record), lost });
  const words = lost.length === 0 ? "nothing in it would be lost" : `lost: ${lost.join(", ")}`;
  const reason = ignored === 0 ? words : `${words}; ignored files that go too: ${ignored}`;
  const step: Step = { what: "worktree", action: "delete", reason };
  return { step, forceGit: needsForce || losses.length > 0, risk };
}

/** Why the directory of a worktree stays that git could not remove to the end. */
const LEFT = "git has removed what it could, the rest is for you to delete";

/** Whether all that is amiss is that files are missing, as a removal leaves it that was stopped. */
export const isOnlyMissing = ({ lost }: Risk): boolean =>
  lost.every((loss) => loss.kind === "changed" && loss.missing === loss.count);

/**
 * The path of the session's worktree.
 *
 * @param root of the repository
 * @throws `worktree_refused` for any path but the one we would have made
 */
export function ownPath({ id, project }: SessionRecord, root: string): string {
  const path = project?.worktree ?? "";
  if (path === worktreePath(root, id)) return path;
  throw fail("worktree_refused", { path, why: "it is not the one that berth made for this session" });
}

/**
 * The worktree of the record, where it is what its path says.
 *
 * @param begun whether its removal was begun, so that git need not know it any more
 * @throws `worktree_refused` as `ownPath`, for a directory that git does not know, and for the worktree of another
 *   session
 */
async function inspectOwn(
  record: SessionRecord,
  { main, repository }: Place,
  begun: boolean,
): Promise<Found> {
  const { root, commonDir } = repository;
  const path = ownPath(record, root);
  const found = await inspectWorktree(main, { root, commonDir, path });
  if (found.exists && found.listed === null) {
    if (begun) return found;
    throw fail("worktree_refused", { path, why: "git knows no worktree there" });
  }
  if (found.exists && found.admin === null) {
    throw fail("worktree_refused", { path, why: "its .git file does not lead to this repository" });
  }
  if (found.marker !== null && found.marker.id !== record.id) {
    throw fail("worktree_refused", { path, why: `it was made for session ${found.marker.id}` });
  }
  return found;
}

/**
 * What becomes of the branch.
 *
 * @throws `branch_not_ours`, `branch_in_use`, `branch_unmerged`
 */
export async function planBranch(record: SessionRecord, { main }: Place, wanted: Destruction) {
  const { branch = "", worktree = "" } = record.project ?? {};
  const keep = (reason: string, gone = false) => ({
    step: { what: "branch", action: "keep", reason } satisfies Step,
    commit: null,
    gone,
  });
  if (!wanted.deleteBranch) return keep("it goes with --delete-branch only");
  const found = await findBranch(main, branch);
  if (found === undefined) return keep("it is gone already", true);
  if (found.standsFor !== null) return keep(`it is another name for ${found.standsFor}`);
  const at = found.checkedOutAt;
  if (at !== null && (at !== worktree || !wanted.cleanup)) throw fail("branch_in_use", { branch, at });
  const own = await hasOwnCommits(main, branch);
  if (own && !wanted.force) throw fail("branch_unmerged", { branch });
  const reason = own ? "lost: commits that no other branch and no remote has" : "nothing would be lost";
  const step: Step = { what: "branch", action: "delete", reason: `${branch}: ${reason}` };
  return { step, commit: found.commit, gone: false };
}

/**
 * Destroy the session: the journal, worktree, branch, and at last the record, which goes to the archive.
 *
 * @throws `session_running`, `session_live`, `session_unfinished`, and what `planDestroy` throws, before any change
 */
export async function destroySession(
  means: Means,
  record: SessionRecord,
  place: Place | null,
  wanted: Destruction,
): Promise<Destroyed> {
  const plan = await planDestroy(record, place, wanted);
  const pending: Pending = {
    kind: "destroy",
    by: means.self,
    cleanup: plan.removesWorktree,
    commit: plan.branchCommit,
    force: wanted.force,
  };
  await change(means, record.id, (draft) => {
    refusePending(means.machine(), draft, "destroy");
    refuseRunning(means, draft, "destroy");
    draft["pending"] = pending;
    if (plan.branchGone) disown(draft);
  });
  try {
    if (place !== null) await removeAll(record, place, plan);
  } catch (error) {
    if (place !== null && !(await isWhole(record, place, plan))) throw halfDestroyed(nameOf(record), error);
    await change(means, record.id, (draft) => void delete draft["pending"], false);
    throw error;
  }
  const archived = await archive(means, record.id);
  means.log("session destroyed", { id: record.id, name: nameOf(record) });
  return { plan, record: archived ?? record };
}

async function removeAll(record: SessionRecord, { main }: Place, plan: Plan): Promise<void> {
  const { worktree = "", branch = "" } = record.project ?? {};
  if (plan.removesWorktree) await removeWorktree(main, record.id, worktree, plan.forceGit);
  if (plan.branchCommit !== null) await deleteBranch(main, branch, plan.branchCommit);
}

/**
 * Whether nothing was done by a destruction that failed. Git goes on to remove what it can, and a ^C stops it anywhere;
 * then the journal is what says that nobody did it by mistake.
 */
async function isWhole(
  record: SessionRecord,
  { main, repository, worktree }: Place,
  { risk: before }: Plan,
): Promise<boolean> {
  if (before === null) return true;
  try {
    const found = await inspectWorktree(main, { ...repository, path: ownPath(record, repository.root) });
    if (found.listed === null || found.exists && found.admin === null) return false;
    return !hasShrunk(before, await assess(main, worktree, found));
  } catch {
    // What cannot be looked at any more is not whole.
    return false;
  }
}

/** Whether files are gone between two looks, as far as git counts them. */
function hasShrunk(before: Risk, after: Risk): boolean {
  const missing = ({ lost }: Risk) => lost.reduce((n, loss) => n + ("missing" in loss ? loss.missing : 0), 0);
  const counts = new Map(after.lost.map((loss) => [loss.kind, "count" in loss ? loss.count : 0]));
  return missing(after) > missing(before) || after.ignored < before.ignored ||
    before.lost.some((loss) =>
      loss.kind !== "changed" && "count" in loss && (counts.get(loss.kind) ?? 0) < loss.count
    );
}

/** The failure of a removal that is to be gone on with. */
export function halfDestroyed(session: string, error: unknown): unknown {
  if (!(error instanceof BerthError)) return error;
  const why = error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
  return fail("destroy_unfinished", { session, why }, error);
}

/**
 * The end of a destruction. A crash between its two writes leaves a record whose history ends in `destroyed`.
 *
 * @returns the record as it was archived, null when somebody else did it
 */
export async function archive({ store, clock }: Means, id: string): Promise<SessionRecord | null> {
  const lock = await lockScope(store, { kind: "session", id });
  try {
    const kept = readRecord(store, id);
    if (kept === null) return null;
    const removal = removalOf(kept);
    const record = pendingOf(kept) === null ? kept : writeLocked(store, id, destroyed(kept, clock()));
    if (removal !== null) tell(store, { kind: "worktree-removed", id, path: kept.project?.worktree ?? "" });
    noteDestruction(record, record.updatedAt);
    archiveLocked(store, id);
    return record;
  } finally {
    lock.discard();
  }
}

/** A branch of that name is somebody else's from now on, also when the session is restored. */
function disown({ project }: SessionRecord): void {
  if (project !== undefined) project["ownsBranch"] = false;
}

function destroyed(record: SessionRecord, at: Date): SessionRecord {
  const pending = pendingOf(record);
  const { pending: _, ...kept } = record;
  const draft = kept as SessionRecord;
  if (pending?.kind === "destroy" && pending.commit !== null) disown(draft);
  const { run } = draft;
  if (run !== undefined && run.state !== "CLEANED") {
    if (run.state !== "TERMINATING") apply(draft, "TERMINATE");
    apply(draft, "CLEAN");
    finishRun(run, at);
    run.reason ??= "destroyed";
  }
  draft.status = "stopped";
  remember(draft, at, "destroyed");
  draft.updatedAt = at.toISOString();
  return draft;
}

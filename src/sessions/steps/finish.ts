import { BerthError, fail } from "../../errors/errors.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import type { AskedAhead } from "../git/around.ts";
import { type Checkout, lookAgain } from "../git/checkout.ts";
import type { Environment } from "../git/git-environment.ts";
import { gitIn, must } from "../git/git.ts";
import { adminOf } from "../git/link.ts";
import { askOfBase } from "../merge/base-ahead.ts";
import { lockMerges } from "../merge/lock-merges.ts";
import { mergeAsPlanned } from "../merge/merge.ts";
import { type MergeOptions, type MergePlan, planMerge } from "../merge/plan.ts";
import { scratchOf } from "../merge/rebased.ts";
import type { Dependencies } from "../model/dependencies.ts";
import {
  isDestroyed,
  type Journal,
  type JournalOf,
  journalOf,
  nameOf,
  refuseUnfinished,
} from "../model/journal.ts";
import { change, refuseRunning } from "../runs/runs.ts";
import { refuseMounts } from "../git/mounts.ts";
import { ancestorsOf, refuseOccupied } from "../process/occupants.ts";
import { newRef, removedBy } from "../undo/keep-removed.ts";
import { type Destroyed, destroySession } from "./destroy.ts";
import { begunRemoval, destroyJournal } from "./destroy-journal.ts";
import { type LookForWork, lookForWork } from "./finish-work.ts";

export interface FinishOptions extends MergeOptions {
  /** Only merge: all else stays. */
  readonly keep: boolean;
  /** Also while processes stand in the worktree. */
  readonly pastProcesses: boolean;
}

export interface Finished {
  readonly plan: MergePlan;
  /** Where the base stands now; null where it had everything. */
  readonly merged: string | null;
  /** Null where it stays. */
  readonly destroyed: Destroyed | null;
}

/**
 * The normal end of a session: its branch is merged into its base, then worktree, branch and record go.
 *
 * @param isMerged whether the base has everything of a commit, under other commits
 * @throws `finish_work` and what `planMerge` throws, before any change; `finish_failed`, `finish_conflict`, taken back;
 *   `finish_half` where it was merged and the rest stays
 */
export async function finishSession(
  deps: Dependencies,
  asked: SessionRecord,
  place: Checkout,
  environment: Environment,
  options: FinishOptions,
  isMerged: (base: string, commit: string) => Promise<boolean>,
): Promise<Finished> {
  const { commonDir } = place.repository;
  const { lock, waited } = await lockMerges(deps, commonDir, environment, () => ancestorsOf(deps));
  await using _lock = lock;
  // What git was asked ahead is no answer any more.
  const checkout = waited ? { ...place, worktree: gitIn(place.worktree.directory, environment) } : place;
  const record = readRecord(deps.store, asked.id);
  if (record === null) throw fail("no_such_session", { given: nameOf(asked) });
  let ahead: AskedAhead | undefined;
  const standing = await lookForWork(record, checkout, (found) => {
    if (found !== null) ahead = askOfBase(record, environment, options.into, found);
    if (options.keep) return;
    refuseMounts(deps, checkout.worktree.directory);
    refuseOccupied(deps, record, { action: "finish", force: options.pastProcesses, leaves: true });
  });
  // Git compares the branches while it is still looking for work, which is refused first.
  const planning = planMerge(record, checkout, environment, options, standing, isMerged, ahead);
  planning.catch(() => {});
  await standing.refuse();
  const plan = await planning;
  const removal = removalAfter(deps, record, plan, standing, options);
  const merged = plan.preview.kind === "merged"
    ? null
    : await merge(deps, record, checkout, environment, plan, options, removal);
  if (options.keep) return { plan, merged, destroyed: null };
  // Hooks ran meanwhile.
  const again = lookAgain(checkout, environment);
  const begun = merged === null ? undefined : removal;
  return { plan, merged, destroyed: await remove(deps, record, again, plan, merged, options, begun) };
}

/**
 * What goes after the merge, where that can be told before: it is in the same journal then, for a write to the disk takes
 * as long as two calls of git.
 */
function removalAfter(
  deps: Dependencies,
  record: SessionRecord,
  { wanted: { branch, commit, way } }: MergePlan,
  { listed, unseen }: LookForWork,
  { keep }: FinishOptions,
): JournalOf<"destroy"> | undefined {
  // A rebase moves the branch first.
  if (keep || unseen || way === "rebase" || record.project?.["ownsBranch"] !== true) return undefined;
  const going = { removesWorktree: true, branch, branchCommit: commit };
  const found = { exists: true, listed, admin: null };
  return destroyJournal(
    deps,
    going,
    true,
    removedBy({ ...going, found, risk: null }, newRef(deps.newUuid)),
  );
}

/** The merge, with its journal around it. */
async function merge(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  environment: Environment,
  plan: MergePlan,
  { keep }: FinishOptions,
  removal: JournalOf<"destroy"> | undefined,
): Promise<string> {
  const { id } = record;
  const scratch = scratchOf(record.project?.worktree ?? "");
  await change(deps, id, (draft) => {
    refuseUnfinished(deps.machine(), draft, "finish");
    refuseRunning(deps, draft, "finish");
    draft["pending"] = {
      ...journalFor(deps, plan, keep, scratch),
      ...removal === undefined ? {} : { removal },
    };
  });
  try {
    const now = await mergeAsPlanned(id, checkout, environment, plan, scratch);
    if (!keep) return now;
    // All else goes with the branch.
    if (plan.wanted.way === "rebase") {
      await must(checkout.worktree, "move the branch", ["reset", "--keep", "--quiet", now]);
    }
    await drop(deps, id, noteMerged(deps, plan, now));
    return now;
  } catch (error) {
    await drop(deps, id);
    throw error;
  }
}

function journalFor(
  deps: Dependencies,
  { wanted, at, preview }: MergePlan,
  keep: boolean,
  scratch: string,
): Journal {
  const { branch, commit, base, from, way } = wanted;
  return {
    kind: "finish",
    by: deps.self,
    branch,
    commit,
    base,
    from,
    at: at?.directory ?? null,
    tree: preview.kind === "diverged" ? preview.tree : null,
    squash: way === "squash",
    keep,
    scratch: way === "rebase" ? scratch : null,
  };
}

/** Forget the journal. @param note writes down what became of it */
const drop = (deps: Dependencies, id: string, note?: (draft: SessionRecord) => void) =>
  change(deps, id, (draft) => {
    delete draft["pending"];
    note?.(draft);
  }, note !== undefined);

/** For the session's history. It is kept with what comes next: a write to the disk takes as long as a call of git. */
function noteMerged(deps: Dependencies, { wanted: { branch, base } }: MergePlan, commit: string) {
  return (draft: SessionRecord): void => remember(draft, deps.clock(), "merged", { branch, base, commit });
}

/** Worktree, branch and record, after everything was looked at once more: hooks ran meanwhile. */
async function remove(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  plan: MergePlan,
  merged: string | null,
  { pastProcesses }: FinishOptions,
  begun: JournalOf<"destroy"> | undefined,
): Promise<Destroyed> {
  const { wanted } = plan;
  const note = merged === null ? undefined : noteMerged(deps, plan, merged);
  try {
    const deleteBranch = record.project?.["ownsBranch"] === true;
    return await destroySession(deps, record, checkout, {
      cleanup: true,
      deleteBranch,
      keepForeign: true,
      force: false,
      forceBranch: true,
      merged: wanted.commit,
      pastProcesses,
      begun,
      ...note === undefined ? {} : { note },
      // It is told where to go, by its hook or by us.
      leaves: true,
    });
  } catch (error) {
    if (!(error instanceof BerthError) || error.code === "destroy_unfinished") throw error;
    if (note === undefined) throw error;
    // Where the destruction was begun its own journal says how it goes on, or that only the archive is missing.
    const kept = readRecord(deps.store, record.id);
    const journal = kept === null ? null : journalOf(kept);
    if (kept === null || journal?.kind === "destroy" || isDestroyed(kept)) throw error;
    const admin = adminOf(checkout.repository.commonDir, checkout.worktree.directory);
    if (journal?.kind === "finish" && await begunRemoval(checkout.main, journal, admin) !== null) throw error;
    // One that was begun and taken back has written down the merge.
    if (journal !== null) await drop(deps, record.id, note);
    const why = error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
    throw fail("finish_half", { session: nameOf(record), base: wanted.base, why }, error);
  }
}

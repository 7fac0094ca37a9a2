import { fail } from "../../errors/errors.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { AskedAhead } from "../git/around.ts";
import { type Checkout, lookAgain } from "../git/checkout.ts";
import type { Environment } from "../git/git-environment.ts";
import { gitIn, must } from "../git/git.ts";
import { askOfBase } from "../merge/base-ahead.ts";
import { lockMerges } from "../merge/lock-merges.ts";
import { mergeAsPlanned } from "../merge/merge.ts";
import { type MergeOptions, type MergePlan, planMerge } from "../merge/plan.ts";
import { scratchOf } from "../merge/rebased.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { type JournalOf, nameOf, refuseUnfinished } from "../model/journal.ts";
import { changeUntold, refuseRunning, tellOf } from "../runs/runs.ts";
import { refuseInUse } from "../process/occupants.ts";
import type { Destroyed } from "./destroy.ts";
import { dropJournal, mergeJournal, noteMerged, removalAfter } from "./finish-journal.ts";
import { removeMerged } from "./finish-remove.ts";
import { lookForWork } from "./finish-work.ts";

export interface FinishOptions extends MergeOptions {
  /** Only merge: all else stays. */
  readonly keep: boolean;
  /** Also while processes stand in the worktree. */
  readonly pastProcesses: boolean;
  /** What the checkout that we are in was asked already, where nobody's program ran since. */
  readonly ahead?: AskedAhead | undefined;
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
  const { lock, waited } = await lockMerges(deps, commonDir, environment);
  await using _lock = lock;
  // What git was asked ahead is no answer any more.
  const checkout = waited
    ? { ...place, worktree: gitIn(place.worktree.directory, environment), before: null }
    : place;
  const record = readRecord(deps.store, asked.id);
  if (record === null) throw fail("no_such_session", { given: nameOf(asked) });
  let ahead: AskedAhead | undefined;
  const standing = await lookForWork(record, checkout, (found) => {
    const early = waited ? undefined : options.ahead;
    if (found !== null) ahead = askOfBase(record, environment, options.into, found, early);
    if (options.keep) return;
    refuseInUse(deps, record, { action: "finish", force: options.pastProcesses, leaves: true });
  });
  // Git compares the branches while it is still looking for work, which is refused first.
  const planning = planMerge(record, checkout, environment, options, standing, isMerged, ahead);
  planning.catch(() => {});
  await standing.refuse();
  const plan = await planning;
  const removal = removalAfter(deps, record, plan, standing, options.keep);
  const merged = plan.preview.kind === "merged"
    ? null
    : await merge(deps, record, checkout, environment, plan, options, removal);
  if (options.keep) return { plan, merged, destroyed: null };
  // Hooks ran meanwhile.
  const again = lookAgain(checkout, environment);
  const begun = merged === null ? undefined : removal;
  return {
    plan,
    merged,
    destroyed: await removeMerged(deps, record, again, plan, merged, options.pastProcesses, begun),
  };
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
  const begun = await changeUntold(deps, id, (draft) => {
    refuseUnfinished(deps.machine(), draft, "finish");
    refuseRunning(deps, draft, "finish");
    draft["pending"] = {
      ...mergeJournal(deps, plan, keep, scratch),
      ...removal === undefined ? {} : { removal },
    };
  });
  // Git merges while others are told of it. Its hooks find the session free, as soon as who observes it was told.
  const tell = () => tellOf(deps, begun);
  try {
    const now = await mergeAsPlanned(id, checkout, environment, plan, scratch, tell);
    if (!keep) return now;
    // All else goes with the branch.
    if (plan.wanted.way === "rebase") {
      await must(checkout.worktree, "move the branch", ["reset", "--keep", "--quiet", now]);
    }
    await dropJournal(deps, id, noteMerged(deps, plan, now));
    return now;
  } catch (error) {
    await tell();
    await dropJournal(deps, id);
    throw error;
  }
}

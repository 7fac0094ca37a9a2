import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import type { CheckoutState } from "../git/checkout-state.ts";
import type { Risk } from "../git/risk.ts";
import type { Survey } from "../git/survey.ts";
import type { InspectedWorktree } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf } from "../model/journal.ts";
import { askWhoseBranch, planBranch } from "./branch-plan.ts";
import type { DestroyStep, Destruction } from "./destruction.ts";
import { planWorktree } from "./worktree-plan.ts";

export interface Plan {
  readonly steps: readonly DestroyStep[];
  /** Whether git must be told to remove the worktree in spite of what is in it. */
  readonly forceGit: boolean;
  /** Whether processes may stand in the worktree that goes. */
  readonly pastProcesses: boolean;
  readonly removesWorktree: boolean;
  /** Whether our own shell stands in the worktree that goes. */
  readonly fromInside: boolean;
  /** Where the branch stands that goes; null when it stays. */
  readonly branchCommit: string | null;
  /** The branch that HEAD of the worktree names, else that of the record. */
  readonly branch: string;
  /** Whether the branch that was to go is gone already. */
  readonly branchGone: boolean;
  /** The worktree that goes; null when it stays. */
  readonly found: InspectedWorktree | null;
  /** The state of the worktree that goes, from before git looked at its files; null when it stays, or has none. */
  readonly before: CheckoutState | null;
  /** What is in the worktree that goes; null when it stays. */
  readonly risk: Risk | null;
  /** What git does not see of the worktree that goes; null when it stays. */
  readonly surveyed: Survey | null;
}

/**
 * What a destruction would do. Changes nothing.
 *
 * @param checkout null for a session without a repository
 * @throws `work_at_risk`, `worktree_refused`, `worktree_has_mounts`, `worktree_occupied`; `branch_unmerged`,
 *   `branch_not_ours`, `branch_in_use`
 */
export async function planDestroy(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout | null,
  wanted: Destruction,
): Promise<Plan> {
  const steps: DestroyStep[] = [{
    what: "session",
    action: "archive",
    reason: "berth restore brings it back",
  }];
  if (checkout === null) {
    return {
      steps,
      forceGit: false,
      pastProcesses: false,
      removesWorktree: false,
      fromInside: false,
      branchCommit: null,
      branch: "",
      branchGone: false,
      found: null,
      before: null,
      risk: null,
      surveyed: null,
    };
  }
  // The record alone tells this, whatever is wrong with the worktree.
  if (wanted.deleteBranch && record.project?.["ownsBranch"] !== true) {
    throw fail("branch_not_ours", { branch: record.project?.branch ?? "", session: nameOf(record) });
  }
  const madeFor = wanted.deleteBranch ? askWhoseBranch(record, checkout) : undefined;
  const tree = await planWorktree(deps, record, checkout, wanted);
  const branch = await planBranch(record, checkout, wanted, tree.found?.all, madeFor);
  return {
    steps: [...steps, tree.step, branch.step],
    forceGit: tree.forceGit,
    pastProcesses: tree.pastProcesses,
    removesWorktree: tree.risk !== null,
    fromInside: tree.fromInside,
    branchCommit: branch.commit,
    branch: branch.name,
    branchGone: branch.gone,
    found: tree.found,
    before: tree.before,
    risk: tree.risk,
    surveyed: tree.surveyed,
  };
}

import type { SessionRecord } from "../../store/record.ts";
import { deleteBranch } from "../git/branch-change.ts";
import type { Checkout } from "../git/checkout.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { type Journal, nameOf, refuseUnfinished } from "../model/journal.ts";
import { change, refuseRunning } from "../runs/runs.ts";
import { removeWorktree } from "../git/worktree.ts";
import { type Destruction, type Plan, planDestroy } from "./destroy-plan.ts";
import { archive, disown } from "./destroy-archive.ts";
import { halfDestroyed, isWhole } from "./destroy-damage.ts";

/** What was done, and the record as it is in the archive. */
export interface Destroyed {
  readonly plan: Plan;
  readonly record: SessionRecord;
}

/**
 * Destroy the session: the journal, worktree, branch, and at last the record, which goes to the archive.
 *
 * @throws `session_running`, `session_live`, `session_unfinished`, and what `planDestroy` throws, before any change
 */
export async function destroySession(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout | null,
  wanted: Destruction,
): Promise<Destroyed> {
  const plan = await planDestroy(record, checkout, wanted);
  const journal: Journal = {
    kind: "destroy",
    by: deps.self,
    cleanup: plan.removesWorktree,
    commit: plan.branchCommit,
    force: wanted.force,
  };
  await change(deps, record.id, (draft) => {
    refuseUnfinished(deps.machine(), draft, "destroy", deps.self);
    refuseRunning(deps, draft, "destroy");
    draft["pending"] = journal;
    if (plan.branchGone) disown(draft);
  });
  try {
    if (checkout !== null) await removeAll(record, checkout, plan);
  } catch (error) {
    if (checkout !== null && !(await isWhole(record, checkout, plan))) {
      throw halfDestroyed(nameOf(record), error);
    }
    await change(deps, record.id, (draft) => void delete draft["pending"], false);
    throw error;
  }
  const archived = await archive(deps, record.id);
  deps.log("session destroyed", { id: record.id, name: nameOf(record) });
  return { plan, record: archived ?? record };
}

async function removeAll(record: SessionRecord, { main }: Checkout, plan: Plan): Promise<void> {
  const { worktree = "", branch = "" } = record.project ?? {};
  if (plan.removesWorktree) await removeWorktree(main, record.id, worktree, plan.forceGit);
  if (plan.branchCommit !== null) await deleteBranch(main, branch, plan.branchCommit);
}

import type { SessionRecord } from "../../store/record.ts";
import { putBack } from "../git/aside.ts";
import type { Checkout } from "../git/checkout.ts";
import { statusOf } from "../git/worktree-directory.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, refuseUnfinished } from "../model/journal.ts";
import { change, changeUntold, refuseRunning } from "../runs/runs.ts";
import { newRef, removedBy } from "../undo/keep-removed.ts";
import { unseenIn } from "../undo/unseen.ts";
import { archive, disown, type Ending } from "./destroy-archive.ts";
import { destroyJournal, isSameJournal } from "./destroy-journal.ts";
import { clearStepLocks } from "./step-locks.ts";
import { halfDestroyed, isWhole } from "./destroy-damage.ts";
import { type Plan, planDestroy } from "./destroy-plan.ts";
import type { Destruction } from "./destruction.ts";
import { carryOut } from "./carry-out.ts";

/** What was done, and the record as it is in the archive. */
export interface Destroyed {
  readonly plan: Plan;
  readonly record: SessionRecord;
}

/**
 * Destroy the session: the journal, what an undo needs, worktree, branch, and at last the record, which goes to the
 * archive.
 *
 * @throws `session_running`, `session_live`, `session_unfinished`, and what `planDestroy` throws, before any change;
 *   `work_not_kept`, `work_too_large` before anything is removed
 */
export async function destroySession(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout | null,
  wanted: Destruction,
): Promise<Destroyed> {
  const plan = await planDestroy(deps, record, checkout, wanted);
  const { risk, surveyed } = plan;
  const unseen = checkout === null || risk === null || surveyed === null
    ? undefined
    : await unseenIn(checkout.worktree, surveyed, risk);
  const removed = removedBy(plan, wanted.begun?.removed?.ref ?? newRef(deps.newUuid), unseen);
  const journal = destroyJournal(deps, plan, wanted.forceBranch, removed);
  const note = (draft: SessionRecord): void => {
    draft["pending"] = journal;
    wanted.note?.(draft);
    if (plan.branchGone) disown(draft);
  };
  const begin = () =>
    changeUntold(deps, record.id, (draft) => {
      refuseUnfinished(deps.machine(), draft, "destroy", deps.self);
      refuseRunning(deps, draft, "destroy");
      note(draft);
    });
  const isBegun = isSameJournal(journal, wanted.begun);
  const late = isBegun ? note : undefined;
  const begun = isBegun ? null : await begin();
  let ending: Ending | null;
  try {
    ending = await carryOut(deps, record, checkout, { plan, removed, begun, late });
  } catch (error) {
    if (isBegun) await (await begin()).settle();
    if (checkout !== null) await clearStepLocks(checkout.repository.commonDir, record, removed?.ref);
    if (checkout !== null && !(isBack(checkout, plan) && await isWhole(record, checkout, plan))) {
      throw halfDestroyed(nameOf(record), error);
    }
    await change(deps, record.id, (draft) => void delete draft["pending"], false);
    throw error;
  }
  const archived = await archive(deps, record.id, late, ending);
  deps.log("session destroyed", { id: record.id, name: nameOf(record) });
  return { plan: withWhatCame(plan), record: archived ?? record };
}

/** Whether a worktree whose removal failed could be put back in its place. */
function isBack({ repository }: Checkout, { found }: Plan): boolean {
  const path = found?.listed?.path;
  try {
    if (path !== undefined) putBack(repository.commonDir, path);
    return true;
  } catch {
    return false;
  }
}

/** Somebody who writes by the worktree's path may make its directories anew. That is theirs. */
function withWhatCame(plan: Plan): Plan {
  const path = plan.found?.listed?.path;
  if (path === undefined || statusOf(path) === null) return plan;
  const reason = `somebody has made ${path} again meanwhile`;
  return { ...plan, steps: [...plan.steps, { what: "worktree", action: "keep", reason }] };
}

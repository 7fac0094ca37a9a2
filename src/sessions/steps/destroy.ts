import { readConfig } from "../../store/config.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Untold } from "../../store/update.ts";
import { moveAside, putBack } from "../git/aside.ts";
import { beginDeletion, type Deletion } from "../git/branch-change.ts";
import type { Checkout } from "../git/checkout.ts";
import { gitAt } from "../git/git.ts";
import { refuseMounts } from "../git/mounts.ts";
import { statusOf } from "../git/worktree-directory.ts";
import { removeWorktree } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, refuseUnfinished } from "../model/journal.ts";
import { change, changeUntold, refuseRunning } from "../runs/runs.ts";
import { keepRemoved, type Kept, newRef, NOTHING_KEPT, removedBy } from "../undo/keep-removed.ts";
import type { Removed } from "../undo/removed.ts";
import { unseenIn } from "../undo/unseen.ts";
import { archive, disown, type Ending, prepareEnd } from "./destroy-archive.ts";
import { destroyJournal, isSameJournal, noteRemoval } from "./destroy-journal.ts";
import { clearStepLocks } from "./step-locks.ts";
import { halfDestroyed, isWhole } from "./destroy-damage.ts";
import { type Plan, planDestroy } from "./destroy-plan.ts";
import type { Destruction } from "./destruction.ts";

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

/** What a journal says, and how it came to be there. */
interface Journalled {
  readonly plan: Plan;
  readonly removed: Removed | null;
  /** Null where it is that of a merge. */
  readonly begun: Untold | null;
  /** What it does not say yet. */
  readonly late: ((draft: SessionRecord) => void) | undefined;
}

/**
 * Do what the journal says. While git is at work on the worktree the store's part is done as far as it can be.
 *
 * @returns the record's end, where it could be made ready
 */
async function carryOut(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout | null,
  journalled: Journalled,
): Promise<Ending | null> {
  const { plan, begun, late } = journalled;
  let ending = null as Ending | null;
  const meanwhile = async () => {
    await begun?.settle();
    ending = prepareEnd(deps, record.id, late);
  };
  try {
    if (checkout !== null) {
      const kept = await keep(deps, record, checkout, journalled);
      await removeAll(deps, record, checkout, plan, kept, meanwhile);
    }
    return ending;
  } catch (error) {
    ending?.drop();
    throw error;
  } finally {
    await begun?.settle();
  }
}

async function keep(
  { store }: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  { plan, removed, begun }: Journalled,
): Promise<Kept> {
  if (removed?.ref === undefined) return NOTHING_KEPT;
  // It may take long.
  await begun?.settle();
  const limit = readConfig(store)["limits.removedMB"] * 2 ** 20;
  const kept = await keepRemoved(checkout, record, plan, removed, limit);
  const admin = plan.found?.admin ?? null;
  if (begun === null && admin !== null) noteRemoval(admin, removed.ref);
  return kept;
}

/**
 * The worktree, and then its branch: the git for that is started while the other one is at work. A mount may have come
 * since we looked.
 *
 * @param meanwhile what else is done while git is at work on the worktree
 */
async function removeAll(
  deps: Dependencies,
  record: SessionRecord,
  { main }: Checkout,
  plan: Plan,
  { late, withBranch }: Kept,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { found, forceGit, branch: name, branchCommit: commit } = plan;
  const path = found?.listed?.path;
  let deletion: Deletion | undefined;
  const beginBranch = (): void => {
    if (commit !== null) deletion = beginDeletion(main, { name, commit, keptAs: withBranch });
  };
  if (path === undefined) beginBranch();
  else {
    refuseMounts(deps, path);
    const at = asideFor(plan) ?? path;
    if (at !== path) refuseMounts(deps, at);
    await late?.(gitAt(main, at));
    try {
      await removeWorktree(main, record.id, at, forceGit, async () => {
        beginBranch();
        await meanwhile();
      });
    } catch (error) {
      await deletion?.leave();
      throw error;
    }
  }
  await deletion?.go();
}

/**
 * Git looks for changes itself before it removes a worktree, but where it is told to remove it in any case: then it is
 * moved where nobody finds it any more, and looked at for the last time there.
 */
function asideFor({ found, risk, forceGit }: Plan): string | null {
  const { listed = null, admin = null } = found ?? {};
  if (!forceGit || listed === null || admin === null) return null;
  // Those find their files by their own note of the path.
  const hasSubmodules = risk?.files.some(({ mode }) => mode === "160000") === true;
  return hasSubmodules ? null : moveAside(admin, listed.path);
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

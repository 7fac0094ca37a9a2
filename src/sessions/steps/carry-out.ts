import { readConfig } from "../../store/config.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Untold } from "../../store/untold.ts";
import { beginDeletion, type Deletion } from "../git/branch-change.ts";
import type { Checkout } from "../git/checkout.ts";
import { gitAt } from "../git/git.ts";
import { removeWorktree } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { keepRemoved, type Kept, NOTHING_KEPT } from "../undo/keep-removed.ts";
import type { Removed } from "../undo/removed.ts";
import { type Ending, prepareEnd } from "./destroy-archive.ts";
import { noteRemoval } from "./destroy-journal.ts";
import type { Plan } from "./destroy-plan.ts";
import { outOfTheWay, refuseLate } from "./out-of-the-way.ts";

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
export async function carryOut(
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
 * The worktree, and then its branch: the git for that is started while the other one is at work.
 *
 * @param meanwhile what else is done while git is at work on the worktree
 */
async function removeAll(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  plan: Plan,
  { late, withBranch }: Kept,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { main } = checkout;
  const { found, branch: name, branchCommit: commit } = plan;
  const path = found?.listed?.path;
  let deletion: Deletion | undefined;
  const beginBranch = (): void => {
    if (commit !== null) deletion = beginDeletion(main, { name, commit, keptAs: withBranch });
  };
  if (path === undefined) beginBranch();
  else {
    await refuseLate(checkout, plan, path);
    const { at, force } = outOfTheWay(deps, checkout, plan, path);
    await late?.(gitAt(main, at));
    try {
      await removeWorktree(main, record.id, at, force, {
        place: path,
        async meanwhile() {
          await meanwhile();
          // Not before: three programs at once on two processors wait for each other.
          beginBranch();
        },
      });
    } catch (error) {
      await deletion?.leave();
      throw error;
    }
  }
  await deletion?.go();
}

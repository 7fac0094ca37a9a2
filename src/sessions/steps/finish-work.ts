import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { inWords } from "../git/risk.ts";
import type { ListedAmong } from "../merge/plan.ts";
import { nameOf } from "../model/journal.ts";
import { type Survey, survey } from "../git/survey.ts";
import { inspectAll } from "./destroy-plan.ts";
import { refuseStuck } from "./refuse-stuck.ts";

/** What git says of a session's worktree, while it is still looking for work there. */
export interface LookForWork extends ListedAmong {
  /**
   * Refuse to finish a session whose worktree has anything that its branch has not.
   *
   * @throws `finish_work`, `worktree_unreadable`, `worktree_fixed`, and what the other work threw
   */
  readonly refuse: () => Promise<void>;
}

/**
 * Look at the worktree of a session that is to be finished.
 *
 * @param work what else may refuse; it is done while git looks, and heard last
 * @throws `worktree_refused` and `worktree_missing` where the worktree is not what the record says
 */
export async function lookForWork(
  record: SessionRecord,
  checkout: Checkout,
  work: () => void = () => {},
): Promise<LookForWork> {
  let surveyed: Survey | undefined;
  const { found, meanwhile, risk } = await inspectAll(record, checkout, false, () => {
    work();
    surveyed = survey(record.project?.worktree ?? "");
  });
  if (!found.exists || found.listed === null) {
    throw fail("worktree_missing", { session: nameOf(record), path: record.project?.worktree ?? "" });
  }
  const refuse = async () => {
    const assessed = await risk();
    const { lost } = assessed;
    refuseStuck(record, found, assessed.unseen, surveyed);
    if (lost.length > 0) throw fail("finish_work", { session: nameOf(record), lost: lost.map(inWords) });
    meanwhile();
  };
  return { listed: found.listed, all: found.all, refuse };
}

/** As `lookForWork`, and refuse at once. */
export const refuseWork = async (record: SessionRecord, checkout: Checkout): Promise<void> =>
  await (await lookForWork(record, checkout)).refuse();

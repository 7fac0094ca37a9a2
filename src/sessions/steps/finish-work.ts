import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { inWords } from "../git/risk.ts";
import type { ListedAmong } from "../merge/plan.ts";
import { nameOf } from "../model/journal.ts";
import { inspectAll, refuseUnseen } from "./destroy-plan.ts";

/**
 * Refuse to finish a session whose worktree has anything that its branch has not.
 *
 * @param work what else may refuse; it is done while git looks, and heard last
 * @throws `finish_work`, `worktree_unreadable`; `worktree_refused` and `worktree_missing` where the worktree is not what the record says
 */
export async function refuseWork(
  record: SessionRecord,
  checkout: Checkout,
  work: () => void = () => {},
): Promise<ListedAmong> {
  const { found, meanwhile, risk } = await inspectAll(record, checkout, false, work);
  if (!found.exists || found.listed === null) {
    throw fail("worktree_missing", { session: nameOf(record), path: record.project?.worktree ?? "" });
  }
  const assessed = await risk();
  const { lost } = assessed;
  refuseUnseen(record, found, assessed);
  if (lost.length > 0) throw fail("finish_work", { session: nameOf(record), lost: lost.map(inWords) });
  meanwhile();
  return { listed: found.listed, all: found.all };
}

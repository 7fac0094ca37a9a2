import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { assess, inWords } from "../git/risk.ts";
import type { ListedAmong } from "../merge/plan.ts";
import { nameOf } from "../model/journal.ts";
import { inspectOwn, refuseUnseen } from "./destroy-plan.ts";

/**
 * Refuse to finish a session whose worktree has anything that its branch has not.
 *
 * @throws `finish_work`, `worktree_unreadable`; `worktree_refused` and `worktree_missing` where the worktree is not what the record says
 */
export async function refuseWork(record: SessionRecord, checkout: Checkout): Promise<ListedAmong> {
  const found = await inspectOwn(record, checkout, false);
  if (!found.exists || found.listed === null) {
    throw fail("worktree_missing", { session: nameOf(record), path: record.project?.worktree ?? "" });
  }
  const risk = await assess(checkout.main, checkout.worktree, found);
  const { lost } = risk;
  refuseUnseen(record, found, risk);
  if (lost.length > 0) throw fail("finish_work", { session: nameOf(record), lost: lost.map(inWords) });
  return { listed: found.listed, all: found.all };
}

import { BerthError, fail } from "../../errors/errors.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { adminOf } from "../git/link.ts";
import type { MergePlan } from "../merge/plan.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { isDestroyed, type JournalOf, journalOf, nameOf } from "../model/journal.ts";
import { type Destroyed, destroySession } from "./destroy.ts";
import { begunRemoval } from "./destroy-journal.ts";
import { dropJournal, noteMerged } from "./finish-journal.ts";

/**
 * Worktree, branch and record, after everything was looked at once more: hooks ran meanwhile.
 *
 * @param merged where the base stands now; null where it had everything
 * @param begun what the merge's journal says of it already
 * @throws `finish_half` where it was merged and the rest stays
 */
export async function removeMerged(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  plan: MergePlan,
  merged: string | null,
  pastProcesses: boolean,
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
    if (journal !== null) await dropJournal(deps, record.id, note);
    const why = error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
    throw fail("finish_half", { session: nameOf(record), base: wanted.base, why }, error);
  }
}

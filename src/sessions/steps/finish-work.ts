import { fail, shellWord } from "../../errors/errors.ts";
import { typed } from "../../errors/typed.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { inWords, type Loss } from "../git/risk.ts";
import type { ListedAmong } from "../merge/plan.ts";
import { nameOf } from "../model/journal.ts";
import { type Survey, survey } from "../git/survey.ts";
import type { ListedWorktree } from "../git/listed-worktree.ts";
import { lastHead } from "../git/last-head.ts";
import { linkedDirectory } from "../git/worktree-directory.ts";
import { inspectAll } from "./inspect-own.ts";
import { refuseStuck } from "./refuse-stuck.ts";

/** What git says of a session's worktree, while it is still looking for work there. */
export interface LookForWork extends ListedAmong {
  /** Whether there is something that git knows nothing of, and that an undo has to be told: an empty directory, a FIFO. */
  readonly unseen: boolean;
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
 * @param work what else may refuse, given what is known by then; it is done while git looks, and heard last
 * @throws `worktree_refused` and `worktree_missing` where the worktree is not what the record says
 */
export async function lookForWork(
  record: SessionRecord,
  checkout: Checkout,
  work: (found: ListedAmong | null) => void = () => {},
): Promise<LookForWork> {
  let surveyed: Survey | undefined;
  const { found, meanwhile, risk } = await inspectAll(record, checkout, false, ({ listed, all }) => {
    work(listed === null ? null : { listed, all });
    surveyed = survey(record.project?.worktree ?? "");
  });
  if (!found.exists || found.listed === null) {
    throw fail("worktree_missing", { session: nameOf(record), path: record.project?.worktree ?? "" });
  }
  const { listed } = found;
  const refuse = async () => {
    const assessed = await risk();
    refuseGoneBranch(record, checkout, listed);
    const { lost } = assessed;
    refuseStuck(record, found, assessed.unseen, surveyed);
    if (lost.length > 0) {
      const next = whatNext(record, lost);
      throw fail("finish_work", { session: nameOf(record), lost: lost.map(inWords), ...next });
    }
    meanwhile();
  };
  const unseen = surveyed === undefined || surveyed.empty.length + surveyed.fifos.length > 0;
  return { listed: found.listed, all: found.all, unseen, refuse };
}

/** Without its branch all that the worktree has looks new, and committing that would make a history of its own. */
function refuseGoneBranch(
  record: SessionRecord,
  { main }: Checkout,
  { branch, head, path }: ListedWorktree,
): void {
  if (branch === null || branch !== record.project?.branch || !/^0*$/.test(head ?? "")) return;
  const admin = linkedDirectory(path);
  const commit = admin === null ? null : lastHead(admin);
  throw fail("finish_branch_gone", { session: nameOf(record), branch, commit, root: main.directory });
}

/** The command that shows what is to be put right, or puts it right, and what is to be done with that. */
function whatNext(record: SessionRecord, lost: readonly Loss[]): { type: string; then: string } {
  const { root = "", worktree = "" } = record.project ?? {};
  const has = (kind: Loss["kind"]) => lost.some((loss) => loss.kind === kind);
  const at = shellWord(worktree);
  const name = typed(nameOf(record));
  if (has("unfinished")) {
    return { type: `git -C ${at} status`, then: "to see how it goes on or back, and end it first" };
  }
  if (has("changed") || has("untracked")) {
    return { type: `berth diff ${name}`, then: "to see what is not committed, and commit it first" };
  }
  if (has("lock")) {
    return { type: `git -C ${shellWord(root)} worktree unlock ${at}`, then: "and finish again" };
  }
  if (has("commits")) {
    return { type: `berth run ${name} -- git switch -c NAME`, then: "to give them a branch" };
  }
  const type = has("hidden")
    ? `git -C ${at} ls-files -v`
    : has("submodules")
    ? `git -C ${at} submodule status --recursive`
    : `git -C ${at} status --ignored`;
  return { type, then: "to see it, and put it right first" };
}

/** As `lookForWork`, and refuse at once. */
export const refuseWork = async (record: SessionRecord, checkout: Checkout): Promise<void> =>
  await (await lookForWork(record, checkout)).refuse();

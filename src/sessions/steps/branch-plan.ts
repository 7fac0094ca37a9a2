import { BerthError, fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { checkedOut, findBranch } from "../git/branch.ts";
import { isMadeFor } from "../git/branch-change.ts";
import type { Checkout } from "../git/checkout.ts";
import { branchNow } from "../git/head-branch.ts";
import type { ListedWorktree } from "../git/listed-worktree.ts";
import { hasOwnCommits } from "../git/own-commits.ts";
import { baseBranch } from "../merge/base-branch.ts";
import { mergedIn } from "../merge/merged-in.ts";
import { nameOf } from "../model/journal.ts";
import type { DestroyStep, Destruction } from "./destruction.ts";

/** The base that has everything of a branch under other commits (squashed, rebased, picked), null where none has. */
async function baseWithAll(
  record: SessionRecord,
  checkout: Checkout,
  branch: string,
  commit: string,
): Promise<string | null> {
  try {
    const base = await baseBranch(checkout, record, branch, undefined);
    return await mergedIn(checkout.main)(base.commit, commit) ? base.name : null;
  } catch (error) {
    // Where git cannot tell, it is work.
    if (error instanceof BerthError) return null;
    throw error;
  }
}

/** Whether a branch was made for the session, asked ahead. */
export interface Whose {
  readonly branch: string;
  readonly ours: Promise<boolean>;
}

/** Begin to ask whose branch it is. */
export function askWhoseBranch(record: SessionRecord, { main }: Checkout): Whose {
  const branch = branchNow(record) ?? record.project?.branch ?? "";
  const ours = isMadeFor(main, branch, record.id);
  // Where the branch is gone nobody asks.
  ours.catch(() => {});
  return { branch, ours };
}

/**
 * What becomes of the branch.
 *
 * @param all the repository's worktrees, where they are known already
 * @param asked whose it is, where that was asked ahead
 *
 * @throws `branch_not_ours`, `branch_in_use`, `branch_unmerged`
 */
export async function planBranch(
  record: SessionRecord,
  checkout: Checkout,
  wanted: Destruction,
  all: readonly ListedWorktree[] = [],
  asked?: Whose,
) {
  const { main } = checkout;
  const { worktree = "" } = record.project ?? {};
  const branch = branchNow(record) ?? record.project?.branch ?? "";
  const keep = (reason: string, gone = false) => ({
    step: { what: "branch", action: "keep", reason } satisfies DestroyStep,
    name: branch,
    commit: null,
    gone,
  });
  if (!wanted.deleteBranch) return keep("it goes with --delete-branch only");
  const found = checkedOut(all, branch, worktree) ?? await findBranch(main, branch);
  const unborn = all.some((one) => one.path === worktree && one.branch === branch && one.head === null);
  if (found === undefined) return unborn ? keep("it has no commit yet") : keep("it is gone already", true);
  if (found.standsFor !== null) return keep(`it is another name for ${found.standsFor}`);
  const at = found.checkedOutAt;
  const session = nameOf(record);
  if (at !== null && (at !== worktree || !wanted.cleanup)) {
    throw fail("branch_in_use", { branch, at, session, own: at === worktree });
  }
  const ours = asked?.branch === branch ? asked.ours : isMadeFor(main, branch, record.id);
  if (!(await ours)) {
    if (wanted.keepForeign === true) return keep(`${branch} was not made for the session`);
    throw fail("branch_not_ours", { branch, session });
  }
  const { commit } = found;
  const { merged } = wanted;
  const own = merged !== commit && await hasOwnCommits(main, branch);
  const base = own ? await baseWithAll(record, checkout, branch, commit) : null;
  if (own && base === null && (!wanted.forceBranch || merged !== undefined)) {
    throw fail("branch_unmerged", { branch, session });
  }
  const reason = base !== null
    ? `all that it changed is in ${base}`
    : own
    ? "with commits that no other branch and no remote has"
    : "nothing would be lost";
  const step: DestroyStep = {
    what: "branch",
    action: "delete",
    reason: `${branch} (was ${commit.slice(0, 12)}): ${reason}`,
    commit,
  };
  return { step, name: branch, commit, gone: false };
}

import type { Git } from "../git/git.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { JournalOf } from "../model/journal.ts";
import type { Removed } from "../undo/removed.ts";

/** What is destroyed, as its journal has it. */
export interface Destroying {
  /** Whether the worktree goes. */
  readonly removesWorktree: boolean;
  readonly branch: string;
  /** Where the branch stands that goes; null when it stays. */
  readonly branchCommit: string | null;
}

/**
 * The journal of a destruction.
 *
 * @param force whether the branch goes with commits that nothing else has
 * @param removed what an undo needs; null where nothing goes
 */
export const destroyJournal = (
  { self }: Pick<Dependencies, "self">,
  { removesWorktree, branch, branchCommit }: Destroying,
  force: boolean,
  removed: Removed | null,
): JournalOf<"destroy"> => ({
  kind: "destroy",
  by: self,
  cleanup: removesWorktree,
  commit: branchCommit,
  branch,
  force,
  ...removed === null ? {} : { removed },
});

/** Whether two journals say the same, as both were made here. */
export const isSameJournal = (one: JournalOf<"destroy">, other: JournalOf<"destroy"> | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * The removal that follows a merge, where it was begun under the merge's journal.
 *
 * @returns null where it was not: the ref that keeps what goes is made before anything goes, and after all else
 */
export async function begunRemoval(
  git: Git,
  journal: Pick<JournalOf<"finish">, "removal">,
): Promise<JournalOf<"destroy"> | null> {
  const { removal } = journal;
  const ref = removal?.removed?.ref;
  if (removal === undefined || ref === undefined) return null;
  return (await git(["rev-parse", "--verify", "--quiet", ref])).status === 0 ? removal : null;
}

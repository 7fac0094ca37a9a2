import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** In git's own directory for a worktree: that it is being removed, by the ref which is to keep what goes. */
const GOING = "berth-going";

/**
 * Note that git is about to remove the worktree. It goes with that, and a note from another time says nothing.
 *
 * @param admin git's own directory for it
 */
export function noteRemoval(admin: string, ref: string): void {
  try {
    writeFileSync(join(admin, GOING), ref);
  } catch {
    // Where the base has the merge still, that says as much.
  }
}

/**
 * The removal that follows a merge, where it was begun under the merge's journal.
 *
 * @param admin git's own directory for the worktree, null where that is gone
 * @returns null where git removed nothing yet
 */
export async function begunRemoval(
  git: Git,
  { removal }: Pick<JournalOf<"finish">, "removal">,
  admin: string | null,
): Promise<JournalOf<"destroy"> | null> {
  const ref = removal?.removed?.ref;
  if (removal === undefined || ref === undefined) return null;
  if (admin !== null && textOf(join(admin, GOING)) === ref) return removal;
  return (await git(["rev-parse", "--verify", "--quiet", ref])).status === 0 ? removal : null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

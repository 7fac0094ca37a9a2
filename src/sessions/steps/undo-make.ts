import { join } from "node:path";
import { clearStepLocks } from "./step-locks.ts";
import { relink } from "./relink.ts";
import type { SessionRecord } from "../../store/record.ts";
import { recordName } from "../../store/names.ts";
import { tell } from "../../store/observe.ts";
import { lockScope } from "../../store/locks.ts";
import { findBranch } from "../git/branch.ts";
import { deleteLeft, isFresh } from "../git/branch-change.ts";
import { type Git } from "../git/git.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { journalOf } from "../model/journal.ts";
import { FOLDER, worktreePath } from "../model/worktree-path.ts";
import type { Repository } from "../git/repository.ts";
import { inspectWorktree, removeWorktree } from "../git/worktree.ts";

/**
 * Take back a session that did not come about: worktree, branch (where it still stands at its first commit) and
 * record, in this order, so that the journal goes last.
 *
 * @param made whether we know that the branch is one we made; else its reflog has to say so
 */
export async function undoMake(
  deps: Dependencies,
  main: Git,
  { root, commonDir }: Pick<Repository, "root" | "commonDir">,
  record: SessionRecord,
  made: boolean,
): Promise<void> {
  const journal = journalOf(record);
  const path = record.project?.worktree ?? worktreePath(join(root, FOLDER), record.id);
  const found = await inspectWorktree(main, { root, commonDir, path });
  // One of another session may have been moved here.
  const other = found.marker !== null && found.marker.id !== record.id;
  // Git was killed while it took its own work back: what it made, it has to know again, or nobody can remove it. What is
  // there need not be git's alone, so it is git's to refuse; then the journal stays, and `doctor --fix` makes it whole.
  if (found.exists && found.listed === null && !other) {
    await relink(main, { commonDir }, record);
    await removeWorktree(main, record.id, path, "nothing");
  } else if (found.listed !== null && !other) await removeWorktree(main, record.id, path, "all");
  const { branch } = record.project ?? {};
  await clearStepLocks(commonDir, record);
  const base = journal?.kind === "new" ? journal.base : null;
  if (branch !== undefined && record.project?.["ownsBranch"] === true && base !== null) {
    if (made || await isOurs(main, branch, record.id)) await deleteLeft(main, branch, base);
  }
  await removeRecord(deps, record.id);
}

/** A crash right before we made the branch leaves the name to anybody. */
const isOurs = async (main: Git, branch: string, id: string): Promise<boolean> =>
  await findBranch(main, branch) !== undefined && await isFresh(main, branch, id);

export async function removeRecord({ store }: Dependencies, id: string): Promise<void> {
  const lock = await lockScope(store, { kind: "session", id });
  store.backend.remove(recordName(id));
  tell(store, { kind: "deleted", id });
  await lock.discard();
}

import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import type { MergePlan } from "../merge/plan.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { Journal, JournalOf } from "../model/journal.ts";
import { change } from "../runs/runs.ts";
import { newRef, removedBy } from "../undo/keep-removed.ts";
import { destroyJournal } from "./destroy-journal.ts";
import type { LookForWork } from "./finish-work.ts";

/**
 * What goes after the merge, where that can be told before: it is in the same journal then, for a write to the disk takes
 * as long as two calls of git.
 */
export function removalAfter(
  deps: Dependencies,
  record: SessionRecord,
  { wanted: { branch, commit, way } }: MergePlan,
  { listed, unseen }: LookForWork,
  keep: boolean,
): JournalOf<"destroy"> | undefined {
  // A rebase moves the branch first.
  if (keep || unseen || way === "rebase" || record.project?.["ownsBranch"] !== true) return undefined;
  const going = { removesWorktree: true, branch, branchCommit: commit };
  const found = { exists: true, listed, admin: null };
  return destroyJournal(
    deps,
    going,
    true,
    removedBy({ ...going, found, risk: null }, newRef(deps.newUuid)),
  );
}

/** The journal of a merge, without what goes after it. @param scratch where a rebase is tried */
export function mergeJournal(
  deps: Dependencies,
  { wanted, at, preview }: MergePlan,
  keep: boolean,
  scratch: string,
): Journal {
  const { branch, commit, base, from, way } = wanted;
  return {
    kind: "finish",
    by: deps.self,
    branch,
    commit,
    base,
    from,
    at: at?.directory ?? null,
    tree: preview.kind === "diverged" ? preview.tree : null,
    squash: way === "squash",
    keep,
    scratch: way === "rebase" ? scratch : null,
  };
}

/** Forget the journal. @param note writes down what became of it */
export const dropJournal = (deps: Dependencies, id: string, note?: (draft: SessionRecord) => void) =>
  change(deps, id, (draft) => {
    delete draft["pending"];
    note?.(draft);
  }, note !== undefined);

/** For the session's history. It is kept with what comes next: a write to the disk takes as long as a call of git. */
export function noteMerged(deps: Dependencies, { wanted: { branch, base } }: MergePlan, commit: string) {
  return (draft: SessionRecord): void => remember(draft, deps.clock(), "merged", { branch, base, commit });
}

import { dirname } from "node:path";
import { archiveLocked } from "../../store/archive.ts";
import { lockScope } from "../../store/locks.ts";
import { tell } from "../../store/observe.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { writeLocked } from "../../store/update.ts";
import { noteDestruction } from "../git/marker.ts";
import { removeLinks } from "../git/readable-link.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { journalOf, removalOf } from "../model/journal.ts";
import { uuidOf } from "../model/worktree-path.ts";
import { statusOf } from "../git/worktree-directory.ts";
import { apply, finishRun } from "../model/transitions.ts";

/**
 * The end of a destruction. A crash between its two writes leaves a record whose history ends in `destroyed`.
 *
 * @param late what its journal does not say yet
 * @returns the record as it was archived, null when somebody else did it
 */
export async function archive(
  { store, clock }: Dependencies,
  id: string,
  late: (draft: SessionRecord) => void = () => {},
): Promise<SessionRecord | null> {
  const lock = await lockScope(store, { kind: "session", id });
  try {
    const kept = readRecord(store, id);
    if (kept === null) return null;
    late(kept);
    const removal = removalOf(kept);
    const record = journalOf(kept) === null ? kept : writeLocked(store, id, destroyed(kept, clock()));
    const { worktree } = kept.project ?? {};
    const uuid = uuidOf(id);
    // Also where a crash came between this and the write above, after which no journal tells of the removal.
    if (uuid !== null && worktree !== undefined && statusOf(worktree) === null) {
      removeLinks(dirname(worktree), uuid);
    }
    if (removal !== null) {
      tell(store, { kind: "worktree-removed", id, path: kept.project?.worktree ?? "" });
    }
    noteDestruction(record, record.updatedAt);
    archiveLocked(store, id);
    return record;
  } finally {
    await lock.discard();
  }
}

/** A branch of that name is somebody else's from now on, also when the session is restored. */
export function disown({ project }: SessionRecord): void {
  if (project !== undefined) project["ownsBranch"] = false;
}

export function destroyed(record: SessionRecord, at: Date): SessionRecord {
  const journal = journalOf(record);
  const { pending: _, ...kept } = record;
  const draft = kept as SessionRecord;
  if (journal?.kind === "destroy") {
    if (journal.commit !== null) disown(draft);
    if (journal.removed !== undefined && draft.project !== undefined) {
      draft.project["removed"] = journal.removed;
    }
  }
  const { run } = draft;
  if (run !== undefined && run.state !== "CLEANED") {
    if (run.state !== "TERMINATING") apply(draft, "TERMINATE");
    apply(draft, "CLEAN");
    finishRun(run, at);
    run.reason ??= "destroyed";
  }
  draft.status = "stopped";
  remember(draft, at, "destroyed");
  draft.updatedAt = at.toISOString();
  return draft;
}

import { dirname } from "node:path";
import { archiveLocked } from "../../store/archive.ts";
import { lockScope } from "../../store/locks.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { writeLocked } from "../../store/update.ts";
import { type WriteAhead, writeAhead } from "../../store/write-ahead.ts";
import { noteDestruction } from "../git/marker.ts";
import { linksTo, removeLinks } from "../git/readable-link.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { journalOf, removalOf } from "../model/journal.ts";
import { uuidOf } from "../model/worktree-path.ts";
import { statusOf } from "../git/worktree-directory.ts";
import { apply, finishRun } from "../model/transitions.ts";

/** The record at the end of a destruction. */
interface Ended {
  readonly record: SessionRecord;
  /** Whether its journal said that the worktree goes. */
  readonly removes: boolean;
  /** The links that lead to the worktree, where somebody has looked for them. */
  readonly links?: readonly string[];
}

/** As it was made ready while git was at work. */
export type Ending = Ended & WriteAhead;

/**
 * Make the end of a destruction ready, while what its journal says is being done. Nobody sees it until `archive` puts it
 * in place.
 *
 * @param late what its journal does not say yet
 * @returns null where it is to be made when it is time
 */
export function prepareEnd(
  { store, clock }: Pick<Dependencies, "store" | "clock">,
  id: string,
  late: (draft: SessionRecord) => void = () => {},
): Ending | null {
  let removes = false;
  const ahead = writeAhead(store, id, (kept) => {
    late(kept);
    removes = removalOf(kept) !== null;
    return journalOf(kept) === null ? null : destroyed(kept, clock());
  });
  return ahead === null ? null : { ...ahead, removes, links: linksOf(ahead.record) };
}

/**
 * The end of a destruction. A crash between its two writes leaves a record whose history ends in `destroyed`.
 *
 * @param late what its journal does not say yet
 * @param ending what was made ready of it
 * @returns the record as it was archived, null when somebody else did it
 */
export async function archive(
  deps: Dependencies,
  id: string,
  late?: (draft: SessionRecord) => void,
  ending: Ending | null = null,
): Promise<SessionRecord | null> {
  const { store } = deps;
  const lock = await lockScope(store, { kind: "session", id });
  try {
    const ended = ending?.put() === true ? ending : end(deps, id, late);
    if (ended === null) return null;
    const { record, removes } = ended;
    const { worktree } = record.project ?? {};
    const uuid = uuidOf(id);
    // Also where a crash came between this and the write above, after which no journal tells of the removal.
    if (uuid !== null && worktree !== undefined && statusOf(worktree) === null) {
      removeLinks(dirname(worktree), uuid, ended.links);
    } else noteDestruction(record, record.updatedAt);
    archiveLocked(store, id, removes ? [{ kind: "worktree-removed", id, path: worktree ?? "" }] : []);
    return record;
  } finally {
    await lock.discard();
  }
}

function linksOf({ id, project }: SessionRecord): string[] {
  const uuid = uuidOf(id);
  return uuid === null || project?.worktree === undefined ? [] : linksTo(dirname(project.worktree), uuid);
}

/** Write the end of a destruction, where nothing was made ready of it or the record has changed since. */
function end(
  { store, clock }: Dependencies,
  id: string,
  late: (draft: SessionRecord) => void = () => {},
): Ended | null {
  const kept = readRecord(store, id);
  if (kept === null) return null;
  late(kept);
  const removes = removalOf(kept) !== null;
  const record = journalOf(kept) === null ? kept : writeLocked(store, id, destroyed(kept, clock()));
  return { record, removes };
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

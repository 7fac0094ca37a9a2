import { join } from "node:path";
import { BerthError } from "../../errors/errors.ts";
import { deleteSession } from "../../store/archive.ts";
import { lockScope } from "../../store/locks.ts";
import { recordName } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import type { SessionRecord } from "../../store/record.ts";
import { encode, updateSession } from "../../store/update.ts";
import { checkAdmission } from "./admission.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { keepNumbers } from "./numbers.ts";
import { checkPlace } from "../git/worktree-directory.ts";
import { FOLDER, sessionId, worktreePath } from "../model/worktree-path.ts";
import { toRecord, type WorkspaceEntry, type WorkspaceFile } from "./workspace-file.ts";

/**
 * Take over sessions, all or none: what speaks against one of them is found before the first is kept, and where one cannot
 * be kept then, those before it go again. A kill in between leaves some; doing it again takes over the rest.
 *
 * @returns the IDs that came in and those that were there
 * @throws `MAX_SESSIONS`, `name_taken`, `write_failed` and the like
 */
export async function importSessions(
  deps: Pick<Dependencies, "store" | "clock" | "machine">,
  root: string,
  { sessions }: WorkspaceFile,
): Promise<{ imported: string[]; skipped: string[] }> {
  const { store } = deps;
  await using _lock = await lockScope(store, { kind: "workspace", root });
  const isThere = ({ id }: WorkspaceEntry) => store.backend.stat(recordName(sessionId(id))) !== null;
  const unique = [...new Map(sessions.map((entry) => [entry.id, entry])).values()];
  const [fresh, there] = [unique.filter((entry) => !isThere(entry)), unique.filter(isThere)];
  checkAdmission(deps, root, fresh.map(({ id, name }) => ({ id: sessionId(id), name })));
  const records = fresh.map((entry) => toRecord(entry, root, ownWorktree(root, entry), deps.clock()));
  for (const record of records) encode(record.id, record);
  keepNumbers(store, root, deps.clock(), fresh.map(({ name }) => name));
  await keepAll(store, records);
  return { imported: records.map(({ id }) => id), skipped: there.map(({ id }) => sessionId(id)) };
}

async function keepAll(store: Store, records: readonly SessionRecord[]): Promise<void> {
  const kept: string[] = [];
  try {
    for (const record of records) {
      // It may be there though it could not be made sure.
      kept.push(record.id);
      await updateSession(store, record.id, (draft) => void Object.assign(draft, record), {
        activity: false,
      });
    }
  } catch (error) {
    for (const id of kept) {
      try {
        await deleteSession(store, id);
      } catch (other) {
        // Never kept, or as little to be removed: why it failed is what counts.
        if (!(other instanceof BerthError)) throw other;
      }
    }
    throw error;
  }
}

/**
 * A worktree elsewhere stays with whoever made it: only what is in our own folder is taken over.
 *
 * @throws `worktree_refused` where a link leads there
 */
function ownWorktree(root: string, { id, worktreePath: path }: WorkspaceEntry): string | null {
  const own = worktreePath(join(root, FOLDER), sessionId(id));
  return path === own && checkPlace(root, own) ? own : null;
}

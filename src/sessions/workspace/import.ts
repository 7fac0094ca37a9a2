import { join } from "node:path";
import { lockScope } from "../../store/locks.ts";
import { recordName } from "../../store/names.ts";
import { encode, updateSession } from "../../store/update.ts";
import { checkAdmission } from "./admission.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { keepNumbers } from "./numbers.ts";
import { checkPlace } from "../git/worktree-directory.ts";
import { FOLDER, sessionId, worktreePath } from "../model/worktree-path.ts";
import { toRecord, type WorkspaceEntry, type WorkspaceFile } from "./workspace-file.ts";

/**
 * Take over sessions. Everything that speaks against one of them is found before the first is kept.
 *
 * @returns the IDs that came in and those that were there
 * @throws `MAX_SESSIONS`, `name_taken`
 */
export async function importSessions(
  deps: Dependencies,
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
  for (const record of records) {
    await updateSession(store, record.id, (draft) => void Object.assign(draft, record), { activity: false });
  }
  return { imported: records.map(({ id }) => id), skipped: there.map(({ id }) => sessionId(id)) };
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

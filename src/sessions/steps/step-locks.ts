import type { SessionRecord } from "../../store/record.ts";
import { clearStaleLock } from "../git/stale-lock.ts";
import { uuidOf } from "../model/worktree-path.ts";
import { REMOVED } from "../undo/keep.ts";

/** Clear away what a killed git of a session's step left locked: its branch, and what keeps its work for an undo. */
export async function clearStepLocks(commonDir: string, { id, project }: SessionRecord): Promise<void> {
  const uuid = uuidOf(id);
  if (project?.branch !== undefined) await clearStaleLock(commonDir, `refs/heads/${project.branch}`);
  if (uuid !== null) await clearStaleLock(commonDir, `${REMOVED}/${uuid}`);
}

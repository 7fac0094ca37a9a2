import type { SessionRecord } from "../../store/record.ts";
import { clearStaleLock } from "../git/stale-lock.ts";

/**
 * Clear away what a killed git of a session's step left locked: its branch, and the ref that keeps its work for an undo.
 *
 * @param kept that ref, where there is one
 */
export async function clearStepLocks(
  commonDir: string,
  { project }: SessionRecord,
  kept?: string,
): Promise<void> {
  if (project?.branch !== undefined) await clearStaleLock(commonDir, `refs/heads/${project.branch}`);
  if (kept !== undefined) await clearStaleLock(commonDir, kept);
}

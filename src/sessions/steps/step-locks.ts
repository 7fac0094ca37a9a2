import { basename } from "node:path";
import type { SessionRecord } from "../../store/record.ts";
import { adminOf } from "../git/link.ts";
import { clearStaleLock } from "../git/stale-lock.ts";
import type { Journal } from "../model/journal.ts";
import { removedOf } from "../undo/removed.ts";

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

/** As `clearStepLocks`, of the index of a worktree that was coming back. */
export async function clearIndexLock(commonDir: string, { project }: SessionRecord): Promise<void> {
  const admin = project?.worktree === undefined ? null : adminOf(commonDir, project.worktree);
  if (admin !== null) await clearStaleLock(commonDir, `worktrees/${basename(admin)}/index`);
}

/** The ref that a step in the journal keeps work under. */
export function keptBy(record: SessionRecord, journal: Journal | null): string | undefined {
  if (journal?.kind === "destroy") return journal.removed?.ref;
  if (journal?.kind === "finish") return journal.removal?.removed?.ref;
  if (journal?.kind === "restore") return journal.ref ?? removedOf(record)?.ref;
  return undefined;
}

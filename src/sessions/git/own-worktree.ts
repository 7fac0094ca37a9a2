import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { projectAround } from "./project-around.ts";
import { linkedDirectory, linkOf, statusOf } from "./worktree-directory.ts";

/**
 * Why the directory of a session's worktree is no worktree of its repository. Git would look further up from there and
 * take the main checkout for the one that is meant. Told by git's own files, since it is asked before every command.
 *
 * @returns null where it is one, or where there is no directory
 */
export function whyNone({ project }: SessionRecord): string | null {
  const { root = "", worktree } = project ?? {};
  if (worktree === undefined || !existsSync(worktree)) return null;
  const link = statusOf(join(worktree, ".git"));
  if (link === null) return "its .git file is gone";
  const admin = linkedDirectory(worktree);
  if (admin === null) return "its .git file leads nowhere: git has it on its list no more";
  const back = linkOf(admin);
  if (back === null || !isSame(back, join(worktree, ".git"))) {
    return "its .git file leads to another worktree";
  }
  return projectAround(worktree, []) === root ? null : "its .git file leads to another repository";
}

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

/**
 * Refuse to do anything in a worktree that is none.
 *
 * @throws `worktree_broken`
 */
export function refuseNone(record: SessionRecord): void {
  const why = whyNone(record);
  if (why === null) return;
  const { worktree = "" } = record.project ?? {};
  throw fail("worktree_broken", { session: record.name ?? record.id, path: worktree, why });
}

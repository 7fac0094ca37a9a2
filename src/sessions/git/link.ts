import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import { adminsIn, linkOf, statusOf } from "./worktree-directory.ts";
import { type InspectedWorktree, inspectWorktree } from "./worktree.ts";

/**
 * Look at a worktree whose `.git` file may be missing: it gets it back where git knows the worktree. `git worktree
 * repair` could do it, but looks after every worktree of the repository, and fails where another one is broken.
 */
export async function linked({ main, repository }: Checkout, path: string): Promise<InspectedWorktree> {
  const found = await inspectWorktree(main, { ...repository, path });
  if (!found.exists || found.listed === null || !isLinkMissing(path)) return found;
  const admin = adminOf(repository.commonDir, path);
  if (admin === null) return found;
  writeFileSync(join(path, ".git"), `gitdir: ${admin}\n`);
  return await inspectWorktree(main, { ...repository, path });
}

/** Whether there is no `.git` file, or one that nothing was written to. */
export function isLinkMissing(path: string): boolean {
  const link = statusOf(join(path, ".git"));
  return link === null || link.isFile() && link.size === 0;
}

/** Git's own directory for the worktree at a path, by what it says itself (gitrepository-layout(5)). */
export const adminOf = (commonDir: string, path: string): string | null =>
  adminsIn(commonDir)?.find((admin) => linkOf(admin) === join(path, ".git")) ?? null;

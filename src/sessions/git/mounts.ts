import process from "node:process";
import { fail } from "../../errors/errors.ts";
import type { OtherMount } from "../../facts/other-mounts.ts";

/**
 * Refuse to remove a directory with anything mounted at or below it: git would delete what is in there, and it is
 * somebody else's.
 *
 * @param found the mount points there
 * @throws `worktree_has_mounts`
 */
export function refuseMounts(found: readonly string[], path: string): void {
  if (found.length === 0) return;
  // What is mounted in another mount goes first.
  throw fail("worktree_has_mounts", { path, mounts: found.toSorted((a, b) => b.length - a.length) });
}

/**
 * As `refuseMounts`, of what only other mount namespaces have: a removal would unmount it there.
 *
 * @throws `worktree_mounted_elsewhere`
 */
export function refuseOtherMounts(found: readonly OtherMount[], path: string): void {
  if (found.length === 0) return;
  const mounts = found.toSorted((a, b) => b.path.length - a.path.length);
  throw fail("worktree_mounted_elsewhere", { path, mounts, root: process.geteuid?.() === 0 });
}

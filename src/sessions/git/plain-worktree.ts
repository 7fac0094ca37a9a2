import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { adminDirectory } from "./worktree-directory.ts";

/**
 * Whether a linked worktree is one in which git works for certain, so that it need not be asked: its `.git` file leads
 * into the repository, it is ours, and the repository's own configuration, which alone can say so (git-config(1),
 * `core.bare`, `core.worktree`, `extensions.worktreeConfig`), says nothing against it.
 */
export function isPlainWorktree(commonDir: string, path: string): boolean {
  if (!hasMainCheckout(commonDir)) return false;
  const us = process.geteuid?.();
  return us !== undefined && adminDirectory(commonDir, path) !== null &&
    [path, join(path, ".git"), commonDir].every((one) => statSync(one).uid === us);
}

/** Whether the repository's own configuration leaves its main checkout beside its `.git`. False where it may not. */
export function hasMainCheckout(commonDir: string): boolean {
  const settings = configOf(commonDir);
  return settings !== null && !/worktree/i.test(settings) &&
    [...settings.matchAll(/bare\b(.*)/gi)].every(([, value = ""]) => value.trim() === "= false");
}

/** Whether the repository's configuration may say of a branch what it follows. False also where another one alone does. */
export const saysOfBranches = (commonDir: string): boolean =>
  /branch|include/i.test(configOf(commonDir) ?? "branch");

function configOf(commonDir: string): string | null {
  try {
    return readFileSync(join(commonDir, "config"), "utf8");
  } catch {
    return null;
  }
}

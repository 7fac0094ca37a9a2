import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { adminDirectory } from "./worktree-directory.ts";

/**
 * Whether a linked worktree is one in which git works for certain, so that it need not be asked: its `.git` file leads
 * into the repository, it is ours, and the repository's own configuration, which alone can say so (git-config(1),
 * `core.bare`, `core.worktree`, `extensions.worktreeConfig`), says nothing against it.
 */
export function isPlainWorktree(commonDir: string, path: string): boolean {
  return hasMainCheckout(commonDir) && isOwnWorktree(commonDir, path);
}

/** The part of `isPlainWorktree` that is not said of the repository. */
export function isOwnWorktree(commonDir: string, path: string): boolean {
  const us = process.geteuid?.();
  return us !== undefined && adminDirectory(commonDir, path) !== null &&
    [path, join(path, ".git"), commonDir].every((one) => statSync(one).uid === us);
}

/**
 * Whether git works for certain in a main checkout too, so that nothing about its repository need be asked: it is ours, its
 * `.git` is a directory of that place, and each line of its configuration is one that git can read.
 *
 * @param root absolute
 */
export function isPlainCheckout(root: string): boolean {
  const commonDir = join(root, ".git");
  const settings = configOf(commonDir);
  if (settings === null || !settings.split("\n").every(isReadable) || !hasMainCheckout(commonDir)) {
    return false;
  }
  const us = process.geteuid?.();
  return ["HEAD", "objects", "refs"].every((name) => existsSync(join(commonDir, name))) &&
    realpathSync(commonDir) === commonDir && [root, commonDir].every((one) => statSync(one).uid === us);
}

/** What git itself writes into a configuration, but for extensions, of which it may not know one, and other files. */
const READABLE = /^(\[(?!extensions|include)[a-z][a-z0-9.-]*( "[^"\\]*")?\]|\t[a-z][a-z0-9-]* = [^"\\]*|)$/i;
const VERSION = /^\trepositoryformatversion = (?!0$)/i;

const isReadable = (line: string): boolean => READABLE.test(line) && !VERSION.test(line);

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

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasMainCheckout } from "./plain-worktree.ts";
import { looseBranch } from "./ref-files.ts";
import { adminsIn, linkOf } from "./worktree-directory.ts";
import type { ListedWorktree } from "./listed-worktree.ts";

/** A main checkout, and git's directory in it. */
export interface MainCheckout {
  readonly root: string;
  readonly commonDir: string;
}

/**
 * The worktrees of a repository with a main checkout, by git's own files (gitrepository-layout(5)): what
 * `git worktree list` reads too, without a process.
 *
 * @returns null where anything is out of the ordinary, and git must be asked: no such checkout, a branch that is packed,
 *   a lock, a worktree that is being made or removed
 */
export function worktreesByFiles({ root, commonDir }: MainCheckout): ListedWorktree[] | null {
  if (commonDir !== join(root, ".git") || !hasMainCheckout(commonDir)) return null;
  const admins = adminsIn(commonDir);
  if (admins === null) return null;
  const all = [listedBy(commonDir, commonDir, root), ...admins.map((admin) => linkedBy(commonDir, admin))];
  const told = all.filter((one) => one !== null);
  return told.length === all.length ? told : null;
}

function linkedBy(commonDir: string, admin: string): ListedWorktree | null {
  const link = linkOf(admin);
  // Git locks one that it is making.
  if (link === null || basename(link) !== ".git" || existsSync(join(admin, "locked"))) return null;
  return listedBy(commonDir, admin, dirname(link));
}

/** @param own git's directory for that one checkout */
function listedBy(commonDir: string, own: string, path: string): ListedWorktree | null {
  const text = headOf(own);
  const branch = /^ref: refs\/heads\/(.+)$/.exec(text)?.[1] ?? null;
  const head = branch === null
    ? (/^[0-9a-f]{40,64}$/.test(text) ? text : null)
    : looseBranch(commonDir, branch);
  return head === null ? null : { path, head, branch, bare: false, locked: null };
}

function headOf(own: string): string {
  try {
    return readFileSync(join(own, "HEAD"), "utf8").trimEnd();
  } catch {
    return "";
  }
}

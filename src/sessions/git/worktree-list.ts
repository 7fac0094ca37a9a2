import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Git, mustLook } from "./git.ts";
import type { ListedWorktree } from "./listed-worktree.ts";
import { type MainCheckout, worktreesByFiles } from "./worktree-files.ts";

/** Every worktree of the repository, the main one first. @param main where it is known: its files may tell them */
export async function listWorktrees(git: Git, main?: MainCheckout): Promise<ListedWorktree[]> {
  const told = main === undefined ? null : worktreesByFiles(main);
  return told ??
    parseWorktrees(await mustLook(git, "list the worktrees", ["worktree", "list", "--porcelain"]));
}

/** Read `git worktree list --porcelain`. (Its `-z` came with 2.36; our own paths have no newline in them.) */
export function parseWorktrees(text: string): ListedWorktree[] {
  return text.split("\n\n").filter((block) => block.startsWith("worktree ")).map((block) => {
    const lines = block.split("\n");
    const after = (word: string): string | null =>
      lines.find((line) => line === word || line.startsWith(`${word} `))?.slice(word.length + 1) ?? null;
    return {
      path: after("worktree") ?? "",
      head: bornAt(after("HEAD")),
      branch: after("branch")?.replace(/^refs\/heads\//, "") ?? null,
      bare: after("bare") !== null,
      locked: after("locked"),
    };
  });
}

/** Before the first commit git names zeros. */
const bornAt = (head: string | null): string | null => head === null || /^0+$/.test(head) ? null : head;

/**
 * The lock of a worktree as `Listed` has it, from git's own directory for it (gitrepository-layout(5)): a git before
 * 2.31 does not list it.
 */
export function lockIn(admin: string): string | null {
  const file = join(admin, "locked");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

import { join } from "node:path";
import { type Git, must } from "../git/git.ts";
import { statusOf } from "../git/worktree-directory.ts";
import type { MergeChange } from "./preview.ts";

/**
 * The files of a checkout that a merge would overwrite, or that keep git from merging there: those with changes that
 * are not committed, and those that no commit has where the merge adds some, also where git ignores them.
 *
 * @param checkout git in it
 * @param changing what the merge changes
 * @param strict also whatever is staged: git makes a merge commit from the index
 * @param asked the answer of `notCommitted`, where it was asked for ahead
 */
export async function filesInTheWay(
  checkout: Git,
  changing: Promise<readonly MergeChange[]>,
  strict: boolean,
  asked: Promise<readonly string[]> = notCommitted(checkout),
): Promise<string[]> {
  const [changes, entries] = await Promise.all([changing, asked]);
  const paths = new Set(changes.map(({ path }) => path));
  const dirty = entries.filter((entry) => (strict && entry[0] !== " ") || paths.has(entry.slice(3)))
    .map((entry) => entry.slice(3));
  const covered = await untracked(checkout, changes.filter(({ added }) => added).map(({ path }) => path));
  return [...new Set([...dirty, ...covered])].sort();
}

/** What is changed in a checkout and in no commit, as lines of `git status`. */
export async function notCommitted(checkout: Git): Promise<readonly string[]> {
  const how = [
    "status",
    "--porcelain",
    "-z",
    "--no-renames",
    "--untracked-files=no",
    "--ignore-submodules=dirty",
  ];
  return (await must(checkout, "look for changes", how)).split("\0").filter((entry) => entry !== "");
}

/** What stands where files are to be, or one step above, and is in no commit. */
async function untracked(checkout: Git, added: readonly string[]): Promise<string[]> {
  const there = added.flatMap((path) => standing(checkout.directory, path) ?? []);
  if (there.length === 0) return [];
  const tracked = new Set((await must(checkout, "list the files", ["ls-files", "-z"])).split("\0"));
  return there.filter((path) => !tracked.has(path));
}

/** The path itself or a step above it, whichever is there and no directory. */
function standing(root: string, path: string): string | null {
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const step = parts.slice(0, count).join("/");
    const found = statusOf(join(root, step));
    if (found === null) return null;
    if (!found.isDirectory()) return step;
  }
  return null;
}

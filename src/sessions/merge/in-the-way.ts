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
 * @param state the answer of `stateOf` there
 */
export async function filesInTheWay(
  checkout: Git,
  changing: Promise<readonly MergeChange[]>,
  strict: boolean,
  state: Promise<string>,
): Promise<string[]> {
  const [changes, entries] = await Promise.all([changing, state.then(notCommitted)]);
  const paths = new Set(changes.map(({ path }) => path));
  const dirty = entries.filter(({ staged, path }) => (strict && staged) || paths.has(path))
    .map(({ path }) => path);
  const covered = await untracked(checkout, changes.filter(({ added }) => added).map(({ path }) => path));
  return [...new Set([...dirty, ...covered])].sort();
}

/**
 * What a checkout holds that is in no commit, as one text: it is compared, and `notCommitted` reads it. What is changed
 * inside of a submodule is in no merge's way.
 */
export const stateOf = (checkout: Git): Promise<string> =>
  must(checkout, "look for changes", [
    "status",
    "--porcelain=v2",
    "-z",
    "--no-renames",
    "--untracked-files=normal",
    "--ignore-submodules=dirty",
  ]);

/** A tracked file with changes. */
export interface ChangedFile {
  readonly path: string;
  /** Whether the index has another content than HEAD, or a conflict. */
  readonly staged: boolean;
}

/** Fields in front of the path (git-status(1), porcelain version 2), by what an entry begins with. */
const FIELDS: Readonly<Record<string, number>> = { "1": 8, u: 10 };

/** The tracked files among the entries of `stateOf`. */
export function notCommitted(state: string): ChangedFile[] {
  return state.split("\0").flatMap((entry) => {
    const [kind = "", both = ""] = entry.split(" ", 2);
    const before = FIELDS[kind];
    if (before === undefined) return [];
    return [{ path: entry.split(" ").slice(before).join(" "), staged: !both.startsWith(".") }];
  });
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

import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Git, must } from "../git/git.ts";
import { checkoutStatus } from "../git/status-call.ts";
import { statusOf } from "../git/worktree-directory.ts";
import type { MergeChange } from "./preview.ts";
import { UNREADABLE } from "../git/unreadable.ts";

/**
 * The files of a checkout that a merge would overwrite, or that keep git from merging there: those with changes that
 * are not committed or with a conflict, and those that no commit has where the merge adds some, also where git ignores
 * them and also whole directories of such.
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
  const dirty = entries.filter(({ staged, open, path }) => open || (strict && staged) || paths.has(path))
    .map(({ path }) => path);
  const adding = changes.filter(({ added }) => added);
  const covered = [...await untracked(checkout, adding), ...await unreadable(checkout, adding)];
  return [...new Set([...dirty, ...covered])].sort();
}

/**
 * What a checkout holds that is in no commit, as one text: it is compared, and `notCommitted` reads it.
 */
export const stateOf = (checkout: Git): Promise<string> => must(checkout, "look for changes", checkoutStatus);

/** A tracked file with changes. */
export interface ChangedFile {
  readonly path: string;
  /** Whether the index has another content than HEAD, or a conflict, or the name of a file that is to be added. */
  readonly staged: boolean;
  /** Whether it has a conflict: with one in the index git merges nothing. */
  readonly open: boolean;
}

/** Fields in front of the path (git-status(1), porcelain version 2), by what an entry begins with. */
const FIELDS: Readonly<Record<string, number>> = { "1": 8, u: 10 };

/** The tracked files among the entries of `stateOf`. */
export function notCommitted(state: string): ChangedFile[] {
  return state.split("\0").flatMap((entry) => {
    const [kind = "", both = ""] = entry.split(" ", 2);
    const before = FIELDS[kind];
    if (before === undefined) return [];
    const path = entry.split(" ").slice(before).join(" ");
    return [{ path, staged: !/^\.[^A]/.test(both), open: kind === "u" }];
  });
}

/** What stands where files are to be, or one step above, or below, and is in no commit. */
async function untracked(checkout: Git, added: readonly MergeChange[]): Promise<string[]> {
  const there = added.flatMap((change) => standing(checkout.directory, change));
  if (there.length === 0) return [];
  const tracked = new Set((await must(checkout, "list the files", ["ls-files", "-z"])).split("\0"));
  return there.filter((path) => !tracked.has(path));
}

/** As `untracked`, of paths that are no UTF-8 text: such a file cannot be looked for, so git lists those that are there. */
async function unreadable(checkout: Git, added: readonly MergeChange[]): Promise<string[]> {
  const paths = added.map(({ path }) => path).filter((path) => path.includes(UNREADABLE));
  if (paths.length === 0) return [];
  const listed = (await must(checkout, "list the files", ["ls-files", "--others", "-z"])).split("\0");
  const others = listed.map((path) => path.replace(/\/$/, "")).filter((path) => path !== "");
  return others.filter((other) =>
    paths.some((path) => path === other || path.startsWith(`${other}/`) || other.startsWith(`${path}/`))
  );
}

/** The path itself or a step above it, whichever is there and no directory; else all files of the directory there. */
function standing(root: string, { path, submodule }: MergeChange): string[] {
  const parts = path.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const step = parts.slice(0, count).join("/");
    const found = statusOf(join(root, step));
    if (found === null) return [];
    if (!found.isDirectory()) return [step];
  }
  return submodule && statusOf(join(root, path, ".git")) !== null ? [] : filesBelow(root, path);
}

/** What is no directory, at any depth, and what nobody may look into. A repository counts as its `.git`. */
function filesBelow(root: string, path: string): string[] {
  const entries = entriesOf(join(root, path));
  if (entries === null) return [path];
  if (entries.some(({ name }) => name === ".git")) return [`${path}/.git`];
  return entries.flatMap((entry) => {
    const below = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, below) : [below];
  });
}

function entriesOf(directory: string): Dirent[] | null {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return null;
  }
}

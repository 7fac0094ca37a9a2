import { constants, copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fail } from "../../errors/errors.ts";
import { type Git, lastLine, must } from "./git.ts";
import { below, FOLDER } from "../model/worktree-path.ts";
import { statusOf } from "./worktree-directory.ts";

/** Patterns as in `.gitignore`; what they match and git ignores is copied into new worktrees. */
const FILE = ".worktreeinclude";

/** What became of the files that `.worktreeinclude` names. */
export interface Included {
  readonly copied: readonly string[];
  /** Symbolic links, which are not. */
  readonly links: readonly string[];
}

export const NOTHING: Included = { copied: [], links: [] };

/**
 * Copy what a new worktree lacks to work (`.env`, local settings) from the main checkout.
 *
 * Nothing is overwritten. No symbolic link is followed or copied, on either side: a link in the branch could lead
 * what we write out of the worktree.
 *
 * @returns paths below the root
 */
export async function copyIncluded(main: Git, root: string, worktree: string): Promise<Included> {
  if (!statusOf(join(root, FILE))?.isFile()) return NOTHING;
  const matching = await must(main, `read ${FILE}`, [
    "ls-files",
    "--others",
    "--ignored",
    `--exclude-from=${join(root, FILE)}`,
    "-z",
  ]);
  const folders = [FOLDER, below(root, dirname(worktree)) || FOLDER];
  // Nested repositories end in a slash; they are not looked into.
  const files = matching.split("\0").filter((file) =>
    file !== "" && !file.endsWith("/") && !folders.some((folder) => file.startsWith(`${folder}/`))
  );
  if (files.length === 0) return NOTHING;
  // With the dot no name is taken for a pathspec with magic (`:!x`). Exit status 1: none of them is ignored.
  const input = files.map((file) => `./${file}\0`).join("");
  const { status, out, err } = await main(["check-ignore", "-z", "--stdin"], { input });
  if (status > 1) throw fail("git_failed", { action: `read ${FILE}`, why: lastLine(err, status) });
  const wanted = out.split("\0").map((path) => path.slice("./".length)).filter((file) => file !== "");
  return {
    copied: wanted.filter((file) => copied(root, worktree, file)),
    links: wanted.filter((file) => statusOf(join(root, file))?.isSymbolicLink()),
  };
}

function copied(root: string, worktree: string, file: string): boolean {
  try {
    if (!plainFile(root, file) || !makeParents(worktree, file)) return false;
    const how = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
    copyFileSync(join(root, file), join(worktree, file), how);
    return true;
  } catch {
    // It is there already, or may not be read. A worktree without one of these files is still one.
    return false;
  }
}

const parentsOf = (file: string): string[] =>
  file.split("/").slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join("/"));

/** Whether it is a regular file that no link on the way leads to. */
function plainFile(root: string, file: string): boolean {
  return parentsOf(file).every((parent) => statusOf(join(root, parent))?.isDirectory()) &&
    statusOf(join(root, file))?.isFile() === true;
}

/** Make the directories of a file; false where a link or a file stands in the way. */
function makeParents(worktree: string, file: string): boolean {
  return parentsOf(file).every((parent) => {
    const path = join(worktree, parent);
    const found = statusOf(path);
    if (found === null) mkdirSync(path);
    return found === null || found.isDirectory();
  });
}

/** Files larger than this are not compared; they count as somebody's own. */
const COMPARED_BYTES = 1 << 20;

/**
 * The ignored files of a worktree but those that are as they are in the main checkout, where `.worktreeinclude` has them
 * copied: they are there still when the worktree is gone.
 */
export function withoutCopies(root: string, worktree: string, ignored: readonly string[]): string[] {
  if (!statusOf(join(root, FILE))?.isFile()) return [...ignored];
  return ignored.filter((file) => !isSame(join(root, file), join(worktree, file)));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [statusOf(one), statusOf(other)];
  if (a?.isFile() !== true || b?.isFile() !== true || a.size !== b.size || a.size > COMPARED_BYTES) {
    return false;
  }
  try {
    return readFileSync(one).equals(readFileSync(other));
  } catch {
    return false;
  }
}

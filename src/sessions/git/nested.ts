import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { statusOf } from "./worktree-directory.ts";

/** One file of the index: git's tag for it (`H`, `S` skip-worktree, lowercase assume-unchanged), mode, blob. */
export interface Indexed {
  readonly tag: string;
  readonly mode: string;
  readonly blob: string;
  readonly path: string;
  /** Where the index has it; left out where git told it. */
  readonly statAt?: number;
}

/**
 * The repositories in a worktree that `git status` says nothing of. Only the directories that git names are looked at.
 *
 * @param root the worktree
 * @param files its index: git looks at neither the `.git` of a directory with files of its own, nor into a repository
 *   that was added as it is
 * @param ignored as `git ls-files --others --ignored` lists them: a repository is a directory with a slash behind it
 * @returns absolute paths
 */
export function nestedRepositories(
  root: string,
  files: readonly Indexed[],
  ignored: readonly string[],
): string[] {
  const directories = new Set<string>();
  for (const { path } of files) {
    for (let at = dirname(path); at !== "." && !directories.has(at); at = dirname(at)) directories.add(at);
  }
  // The repository of a submodule is elsewhere, and its `.git` a file that leads there.
  const embedded = files.filter(({ mode, path }) =>
    mode === "160000" && statusOf(join(root, path, ".git"))?.isDirectory()
  );
  const found = [
    ...[...directories].filter((path) => existsSync(join(root, path, ".git"))),
    ...embedded.map(({ path }) => path),
    ...ignored.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1)),
    ...ignored.filter((path) => path.endsWith("/HEAD")).map(dirname).filter((path) =>
      isBare(join(root, path))
    ),
  ];
  return found.map((path) => join(root, path));
}

/** What git itself takes for a repository without a checkout (gitrepository-layout(5)). */
const isBare = (path: string): boolean => existsSync(join(path, "objects")) && existsSync(join(path, "refs"));

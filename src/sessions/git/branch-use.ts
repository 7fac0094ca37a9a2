import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Git, must } from "./git.ts";
import { linkOf } from "./worktree-directory.ts";

/** Files in git's directory of a checkout that name the branches to which a rebase or bisect there comes back. */
const FILES = [
  "rebase-merge/head-name",
  "rebase-merge/update-refs",
  "rebase-apply/head-name",
  "BISECT_START",
];

/**
 * The checkout in which a rebase or bisect of the branch is under way. HEAD is detached meanwhile, so git's list of
 * the branches names none, though `git branch -d` and `git worktree add` refuse it.
 *
 * @returns null where there is none
 */
export async function underWayAt(git: Git, name: string): Promise<string | null> {
  const common = await must(git, "find the repository", ["rev-parse", "--git-common-dir"]);
  const commonDir = resolve(git.directory, common.replace(/\n$/, ""));
  const linked = join(commonDir, "worktrees");
  const admins = [commonDir, ...namesIn(linked).map((one) => join(linked, one))];
  const found = admins.find((admin) => FILES.some((file) => isNamed(join(admin, file), name)));
  if (found === undefined) return null;
  if (found === commonDir) return mainCheckout(commonDir);
  const link = linkOf(found);
  return link === null ? found : dirname(link);
}

/** One of them has a short name; `update-refs` has commits between the names. */
const isNamed = (file: string, name: string): boolean =>
  (textOf(file) ?? "").split("\n").some((line) => line === name || line === `refs/heads/${name}`);

/** As far as a path tells it, for a person to read. */
const mainCheckout = (commonDir: string): string =>
  basename(commonDir) === ".git" ? dirname(commonDir) : commonDir;

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

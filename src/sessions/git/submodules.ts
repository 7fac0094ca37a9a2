import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Git } from "./git.ts";
import { globOf } from "./remote-refs.ts";

/**
 * Whether the repositories of a worktree's submodules hold nothing that their remotes have not: they are below the
 * worktree's own git directory and go with it. What is not committed in them git counts as changes of the worktree.
 *
 * @param admin git's own directory for the worktree
 */
export async function areSubmodulesSafe(worktree: Git, admin: string): Promise<boolean> {
  for (const repository of repositoriesIn(join(admin, "modules"))) {
    const own = [
      "rev-list",
      "--max-count=1",
      "HEAD",
      "--branches",
      "--tags",
      globOf("refs/stash"),
      "--not",
      "--remotes",
    ];
    const { status, out } = await worktree([`--git-dir=${repository}`, ...own, "--"]);
    // What git cannot tell counts as work.
    if (status !== 0 || out.trim() !== "") return false;
  }
  return true;
}

/** A submodule's name may have slashes in it, and it may have submodules itself. */
function repositoriesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).filter((one) => one.isDirectory()).flatMap(
    ({ name }) => {
      const path = join(directory, name);
      const isRepository = existsSync(join(path, "HEAD")) && existsSync(join(path, "objects"));
      return isRepository ? [path, ...repositoriesIn(join(path, "modules"))] : repositoriesIn(path);
    },
  );
}

import { realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { linkedDirectory } from "./worktree-directory.ts";

/**
 * `project/.git`, or `project/.bare` with a `project/.git` that names it, keep worktrees beside them; others inside, also
 * when something else beside them is a repository.
 */
export function bareRoot(commonDir: string): string {
  const parent = dirname(commonDir);
  return gitDirectory(parent) === commonDir ? parent : commonDir;
}

/** What the `.git` of a directory stands for: itself, or what it names where it is a file. Null where there is none. */
export function gitDirectory(path: string): string | null {
  const own = join(path, ".git");
  try {
    return statSync(own).isDirectory() ? realpathSync(own) : linkedDirectory(path);
  } catch {
    return null;
  }
}

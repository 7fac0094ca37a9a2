import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Git, must } from "../git/git.ts";
import { statusOf } from "../git/worktree-directory.ts";

/** Where git writes what a file would hold, for a comparison; it goes with the worktree in any case. */
const COPIES = "berth-copies";

/**
 * Check out what a killed git did not come to. Of the files that are there, only the one that it was writing is written
 * again; every other one is left as it is.
 *
 * @param worktree git in the worktree
 * @param admin git's own directory for it
 */
export async function complete(worktree: Git, admin: string): Promise<void> {
  // Git writes the index last; a checkout that was killed has only its lock.
  if (existsSync(join(admin, "index"))) return;
  rmSync(join(admin, "index.lock"), { force: true });
  await must(worktree, "complete the worktree", ["read-tree", "HEAD"]);
  // Without --force no file is overwritten; those that are there make it say so and fail.
  await worktree(["checkout-index", "--all", "--quiet"]);
  await finishCut(worktree, admin);
}

/** Write those files again that git had begun: they are empty, or as far as they go what they are to be. */
async function finishCut(worktree: Git, admin: string): Promise<void> {
  await worktree(["update-index", "-q", "--refresh"]);
  const how = ["diff-files", "--name-only", "--diff-filter=M", "-z"];
  const changed = (await must(worktree, "compare files", how)).split("\0").filter((path) => path !== "");
  if (changed.length === 0) return;
  const copies = join(admin, COPIES);
  try {
    const input = changed.join("\0");
    await worktree(["checkout-index", "--quiet", "-z", "--stdin", `--prefix=${copies}/`], { input });
    const cut = changed.filter((path) => isCut(join(worktree.directory, path), join(copies, path)));
    if (cut.length === 0) return;
    const again = ["checkout-index", "--force", "--quiet", "-z", "--stdin"];
    await must(worktree, "complete the worktree", again, { input: cut.join("\0") });
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

/** Whether a file is shorter than another and begins like it. */
function isCut(path: string, whole: string): boolean {
  const [there, wanted] = [statusOf(path), statusOf(whole)];
  if (there?.isFile() !== true || wanted?.isFile() !== true || there.size >= wanted.size) return false;
  return readFileSync(path).equals(beginning(whole, there.size));
}

function beginning(path: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  try {
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

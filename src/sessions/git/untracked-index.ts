import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Git, must } from "./git.ts";

/** A copy of a worktree's index that knows the untracked files too; nothing of the worktree changes. */
export interface UntrackedIndex extends Disposable {
  readonly file: string;
}

/**
 * Make such a copy, for a diff that is to show untracked files.
 *
 * @returns null where there are none
 */
export async function untrackedIndex(worktree: Git): Promise<UntrackedIndex | null> {
  const how = ["ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory", "-z"];
  if (await must(worktree, "list untracked files", how) === "") return null;
  const index = await must(worktree, "find the index", ["rev-parse", "--git-path", "index"]);
  const directory = mkdtempSync(join(tmpdir(), "berth-index-"));
  const copy = { file: join(directory, "index"), [Symbol.dispose]: () => removed(directory) };
  try {
    copyFileSync(resolve(worktree.directory, index.replace(/\n$/, "")), copy.file);
    // Only that they are there: no object is written. A repository among them may be one that git cannot add.
    await worktree(["add", "--intent-to-add", "--ignore-errors", "--", "."], {
      marks: { GIT_INDEX_FILE: copy.file },
    });
    return copy;
  } catch (error) {
    removed(directory);
    throw error;
  }
}

const removed = (directory: string): void => rmSync(directory, { recursive: true, force: true });

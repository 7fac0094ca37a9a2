import { readFileSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Git } from "../git/git.ts";
import { quoted } from "../git/quoted.ts";
import { statusOf } from "../git/worktree-directory.ts";
import type { MergeChange } from "./preview.ts";

/** A merge that was begun. */
export interface BegunMerge {
  readonly commit: string;
  /** Where the base stood before. */
  readonly from: string;
  /** What the files were to be; null where they were to be the commit's. */
  readonly tree: string | null;
}

/** Take back only what is ours: the merge of that commit, or an index that holds what was to be merged and nothing else. */
export async function takeBack(at: Git, { commit, from, tree }: BegunMerge): Promise<void> {
  const merging = (await at(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"])).out.trim();
  if (merging === commit) {
    await at(["merge", "--abort"]);
    return;
  }
  const head = (await at(["rev-parse", "--verify", "--quiet", "HEAD"])).out.trim();
  if (merging !== "" || head !== from) return;
  const wanted = tree ?? (await at(["rev-parse", "--verify", `${commit}^{tree}`])).out.trim();
  if ((await at(["write-tree"])).out.trim() === wanted) await at(["reset", "--quiet", "--merge"]);
}

/**
 * Take back what git wrote into files before it was stopped by one that it could not write: the index is as it was then.
 * Only a file that holds exactly what the commit has is touched, or the beginning of it, where no room was left for the
 * rest, or one that git took away.
 *
 * @param changes what the merge was to change; there was no work in any of them
 */
export async function takeBackFiles(at: Git, changes: readonly MergeChange[]): Promise<void> {
  const files = changes.filter(({ submodule }) => !submodule).map((change) => ({
    ...change,
    there: statusOf(join(at.directory, change.path)),
  }));
  const written = files.filter(({ there }) => there?.isFile());
  const input = written.map(({ path }) => `${quoted(path)}\n`).join("");
  const hashed = written.length === 0 ? "" : (await at(["hash-object", "--stdin-paths"], { input })).out;
  const blobs = hashed.split("\n");
  const ours: typeof written = [];
  for (const [index, file] of written.entries()) {
    if (file.blob === blobs[index] || await isBegun(at, file)) ours.push(file);
  }
  for (const { path } of ours.filter(({ added }) => added)) removeFile(at.directory, path);
  const lost = files.filter((file) => !file.added && (file.there === null || ours.includes(file)));
  if (lost.length === 0) return;
  const paths = lost.map(({ path }) => `${path}\0`).join("");
  await at(["checkout-index", "--force", "--index", "--quiet", "-z", "--stdin"], { input: paths });
}

/** Whether a file is the beginning of what it was to hold. */
async function isBegun(at: Git, { path, blob }: MergeChange): Promise<boolean> {
  const { status, out } = await at(["cat-file", "blob", blob], { binary: true });
  try {
    return status === 0 && out.startsWith(readFileSync(join(at.directory, path), "latin1"));
  } catch {
    // What cannot be read is told.
    return false;
  }
}

/** With the directories that are empty then. */
function removeFile(root: string, path: string): void {
  try {
    unlinkSync(join(root, path));
    for (let step = dirname(path); step !== "."; step = dirname(step)) rmdirSync(join(root, step));
  } catch {
    // One that has something else in it, or that nobody may write to: what is left is told.
  }
}

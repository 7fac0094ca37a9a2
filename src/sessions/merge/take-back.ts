import { readFileSync, rmdirSync, statfsSync, type Stats, unlinkSync } from "node:fs";
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
  const merging = await mergeHead(at);
  if (merging === commit) {
    await at(["merge", "--abort"]);
    return;
  }
  const head = (await at(["rev-parse", "--verify", "--quiet", "HEAD"])).out.trim();
  if (merging !== "" || head !== from) return;
  const wanted = tree ?? (await at(["rev-parse", "--verify", `${commit}^{tree}`])).out.trim();
  if ((await at(["write-tree"])).out.trim() === wanted) await at(["reset", "--quiet", "--merge"]);
}

/** Forget a merge whose commit is there: git was stopped after it, and has left its notes, as if it were under way. */
export async function quitMade(at: Git, commit: string): Promise<void> {
  const merging = await mergeHead(at);
  if (merging !== commit) return;
  const { status } = await at(["merge-base", "--is-ancestor", commit, "HEAD"]);
  if (status === 0) await at(["merge", "--quit"]);
}

/** The commit that is being merged, "" where none is. */
const mergeHead = async (at: Git): Promise<string> =>
  (await at(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"])).out.trim();

/** Which file stood at a path before the merge, by path; one that was not there is left out. */
export type FilesBefore = ReadonlyMap<string, string>;

/** Look at the files that a merge is to change, right before it. */
export function filesBefore(root: string, changes: readonly MergeChange[]): FilesBefore {
  const found = new Map<string, string>();
  for (const { path } of changes) {
    const there = statusOf(join(root, path));
    if (there !== null) found.set(path, identityOf(there));
  }
  return found;
}

/** Git makes a file anew, and a number may be given again; where a file system tells no birth, nothing is the same. */
const identityOf = ({ dev, ino, birthtimeMs }: Stats): string => `${dev} ${ino} ${birthtimeMs}`;

/** Whether the file is still the one from before the merge, so that whatever has changed in it is not git's. */
export function isStillThere(root: string, path: string, before: FilesBefore): boolean {
  const there = statusOf(join(root, path));
  return there !== null && before.get(path) === identityOf(there);
}

/**
 * Take back what git wrote into files before it was stopped by one that it could not write: the index is as it was then.
 * Only a file that holds exactly what the commit has is touched, or the beginning of it, where no room was left for the
 * rest, or one that git took away.
 *
 * @param changes what the merge was to change
 * @param before the files from before it: somebody may have begun to write to one of these since
 */
export async function takeBackFiles(
  at: Git,
  changes: readonly MergeChange[],
  before: FilesBefore,
): Promise<void> {
  const files = changes.filter(({ submodule }) => !submodule).map((change) => ({
    ...change,
    there: statusOf(join(at.directory, change.path)),
  }));
  const written = files.filter(({ path, there }) =>
    there?.isFile() && !isStillThere(at.directory, path, before)
  );
  const input = written.map(({ path }) => `${quoted(path)}\n`).join("");
  const hashed = written.length === 0 ? "" : (await at(["hash-object", "--stdin-paths"], { input })).out;
  const blobs = hashed.split("\n");
  const room = roomIn(at.directory);
  const ours: typeof written = [];
  for (const [index, file] of written.entries()) {
    if (file.blob === blobs[index] || await isBegun(at, file, room)) ours.push(file);
  }
  for (const { path } of ours.filter(({ added }) => added)) removeFile(at.directory, path);
  const lost = files.filter((file) => !file.added && (file.there === null || ours.includes(file)));
  if (lost.length === 0) return;
  const paths = lost.map(({ path }) => `${path}\0`).join("");
  await at(["checkout-index", "--force", "--index", "--quiet", "-z", "--stdin"], { input: paths });
}

/** What the end of a merge gives back by itself: the locks of the index and of refs. */
const GIVEN_BACK = 1 << 20;

/** Bytes that may be written there, less what was given back since; any number of them where that is not told. */
function roomIn(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize - GIVEN_BACK;
  } catch {
    return Infinity;
  }
}

/**
 * Whether a file is the beginning of what it was to hold, and there was no room for the rest. Where there is, somebody
 * else has cut it off.
 */
async function isBegun(at: Git, { path, blob }: MergeChange, room: number): Promise<boolean> {
  const { status, out } = await at(["cat-file", "blob", blob], { binary: true });
  try {
    const there = readFileSync(join(at.directory, path), "latin1");
    return status === 0 && out.length - there.length > room && out.startsWith(there);
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

import { dirname, join } from "node:path";
import { fail } from "../../errors/errors.ts";
import { gitDirectory } from "./bare-root.ts";
import { type Git, type GitAnswer, lastLine, must } from "./git.ts";
import { indexedIn, readIndex } from "./index-file.ts";
import type { Indexed } from "./nested.ts";
import { findRepository } from "./repository.ts";
import { removalStatus } from "./status-call.ts";

/** What git says of the files of a worktree. */
export interface LookAtFiles {
  /** The index. */
  readonly files: readonly Indexed[];
  /** Every ignored file; of a repository only its directory, with a slash behind it. */
  readonly ignored: readonly string[];
  /** Paths of tracked files that differ from the index, or the index from HEAD. */
  readonly changed: readonly string[];
  /** Of the changed ones, how many are not there. */
  readonly missing: number;
  /** Untracked files; of a directory with nothing tracked its name alone, with a slash behind it. */
  readonly untracked: readonly string[];
  /** Directories that git could not look into. */
  readonly unseen: readonly string[];
}

const STATUS = [...removalStatus("all"), "--ignored=traditional"];

/** What `look` asks, for who has it asked ahead. */
export const LOOK: readonly (readonly string[])[] = [STATUS];

/** Ask git, all at once; it works while something else is done. */
export async function look(worktree: Git): Promise<LookAtFiles> {
  const [{ out, err }, files] = await Promise.all([
    looked(worktree, "look for changes", STATUS),
    indexed(worktree),
  ]);
  const lines = out.split("\0").filter((line) => line !== "");
  const having = (what: string): string[] =>
    lines.filter((line) => line.startsWith(what)).map((line) => line.slice("XY ".length));
  return {
    files,
    ignored: having("!!"),
    changed: lines.filter((line) => !/^(\?\?|!!)/.test(line)).map((line) => line.slice("XY ".length)),
    missing: having(" D").length,
    untracked: byDirectory(having("??"), files),
    unseen: [...new Set(unseenIn(err))],
  };
}

/** The index of a checkout. */
export async function indexed(worktree: Git): Promise<readonly Indexed[]> {
  const { directory } = worktree;
  const told = indexedIn(readIndex(join(gitDirectory(directory) ?? directory, "index")));
  return told ?? entries(await must(worktree, "list the files", ["ls-files", "-s", "-v", "-z"]));
}

const entries = (out: string): Indexed[] =>
  out.split("\0").filter((line) => line !== "").map((line) => {
    const [tag = "", mode = "", blob = ""] = line.split(/[ \t]/, 3);
    return { tag, mode, blob, path: line.slice(line.indexOf("\t") + 1) };
  });

/** As `--untracked-files=normal` has them, which would not look into ignored directories. */
function byDirectory(untracked: readonly string[], files: readonly Indexed[]): string[] {
  if (untracked.length === 0) return [];
  const tracked = new Set(files.flatMap(({ path }) => directoriesOf(path)));
  const named = untracked.map((path) => {
    const outermost = directoriesOf(path).findLast((directory) => !tracked.has(directory));
    return outermost === undefined ? path : `${outermost}/`;
  });
  return [...new Set(named)];
}

/** The directories that a path is in, the innermost first. */
function directoriesOf(path: string): string[] {
  const found = [];
  // Git's paths are relative; one that is not has an end as well.
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) found.push(at);
  return found;
}

/** As `must`, with what git says beside its answer. */
async function looked(worktree: Git, action: string, args: readonly string[]): Promise<GitAnswer> {
  const answer = await worktree(args, { action });
  if (answer.status === 0) return answer;
  // A repository that git cannot read is called that.
  await findRepository(worktree);
  throw fail("git_failed", { action, why: lastLine(answer.err, answer.status) });
}

/** Git says so in words alone, and goes on as if the directory were empty. */
const unseenIn = (err: string): string[] =>
  [...err.matchAll(/^warning: could not open directory '(.*?)\/?': /gm)].map(([, path = ""]) => path);

import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fail } from "../errors.ts";
import { type Base, baseOf } from "./branch.ts";
import { type Answer, type Git, lastLine } from "./git.ts";
import { repositoryQuestion } from "./repository-question.ts";

/** Where a directory stands in its repository. All paths are absolute and free of symbolic links. */
export interface Repository {
  /** The main checkout; of a bare repository the directory its worktrees are made in. */
  readonly root: string;
  /** The checkout that we are in, which may be a linked worktree; null in a bare repository. */
  readonly top: string | null;
  /** What is checked out here, where there is a commit. */
  readonly head: Base | null;
  /** Where all worktrees share their objects and branches. */
  readonly commonDir: string;
  /** Branches that the one asked about could clash with, among others; null where none was, or HEAD has no commit. */
  readonly around: readonly string[] | null;
}

/**
 * Find the repository of git's directory.
 *
 * @param branch the name of a branch that is to be made
 * @throws `not_a_repository` with git's own words: there is none, or it is one that git refuses to read
 * @throws `main_checkout_unknown` in a linked worktree whose main checkout git does not know
 */
export async function findRepository(git: Git, branch?: string): Promise<Repository> {
  const answer = await git(repositoryQuestion(branch));
  // In a bare repository, and inside of a .git directory, nothing is answered from --show-toplevel on.
  const [bare, common, own, top, commit = "", ref = "", ...refs] = answer.out.split("\n");
  const head = answer.status === 0 ? baseOf(commit, ref) : null;
  const around = head === null || branch === undefined
    ? null
    : refs.map(nameOf).filter((name) => name !== "");
  if (bare === undefined || common === undefined || !own) throw notFound(git, answer);
  const [commonDir, gitDir] = [real(git, common), real(git, own)];
  if (!top) return { root: bareRoot(commonDir), top: null, head, commonDir, around };
  const here = realpathSync(top);
  const root = gitDir === commonDir ? here : await mainCheckout(git, commonDir, bare === "true");
  return { root, top: here, head, commonDir, around };
}

const notFound = ({ directory }: Git, { err, status }: Answer) =>
  fail("not_a_repository", { directory, why: lastLine(err, status) });

const nameOf = (ref: string): string => ref.slice("refs/heads/".length);

const real = (git: Git, path: string): string => realpathSync(resolve(git.directory, path));

/**
 * `project/.git`, or `project/.bare` with a `project/.git` that names it, keep worktrees beside them; others inside, also
 * when something else beside them is a repository.
 */
function bareRoot(commonDir: string): string {
  const parent = dirname(commonDir);
  return gitDirectory(join(parent, ".git")) === commonDir ? parent : commonDir;
}

/** What a `.git` stands for: a directory, or the one that a file names. Null where there is none. */
function gitDirectory(path: string): string | null {
  try {
    if (statSync(path).isDirectory()) return realpathSync(path);
    const named = /^gitdir: (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
    return named === undefined ? null : realpathSync(resolve(dirname(path), named));
  } catch {
    return null;
  }
}

/**
 * The main checkout, as seen from a linked worktree. Git has no question for it: `worktree list` derives its first
 * line from the common directory's name, which is wrong for submodules.
 */
async function mainCheckout(git: Git, commonDir: string, bare: boolean): Promise<string> {
  const settings = await git([
    `--git-dir=${commonDir}`,
    "config",
    "--get-regexp",
    "-z",
    "^core\\.(worktree|bare)$",
  ]);
  const values = new Map(
    settings.out.split("\0").map((line) => line.split("\n") as [string, string | undefined]),
  );
  const worktree = values.get("core.worktree");
  if (worktree !== undefined) return realpathSync(resolve(commonDir, worktree));
  if (bare || values.get("core.bare") === "true") return bareRoot(commonDir);
  if (basename(commonDir) === ".git") return dirname(commonDir);
  throw fail("main_checkout_unknown", { directory: git.directory });
}

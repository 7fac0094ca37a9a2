import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import { BerthError, fail } from "../../errors/errors.ts";
import { bareRoot, gitDirectory } from "./bare-root.ts";
import { type Base, baseOf } from "./base.ts";
import { type Git, type GitAnswer, lastLine } from "./git.ts";
import { projectAround } from "./project-around.ts";
import { repositoryQuestion } from "./repository-question.ts";

/** Where a directory stands in its repository. All paths are absolute and free of symbolic links. */
export interface Repository {
  /** The main checkout; of a bare repository the directory its worktrees are made in. */
  readonly root: string;
  /** The checkout that we are in, which may be a linked worktree; null in a bare repository. */
  readonly top: string | null;
  /** Whether there is no main checkout. */
  readonly bare: boolean;
  /** What is checked out here, where there is a commit. */
  readonly head: Base | null;
  /** Where all worktrees share their objects and branches. */
  readonly commonDir: string;
  /** Branches that the one asked about could clash with, among others; null where none was, or HEAD has no commit. */
  readonly around: readonly string[] | null;
  /** Branches of remotes with the name that was asked about: `origin/feature/auth`. */
  readonly remotes: readonly string[];
}

/**
 * Find the repository of git's directory.
 *
 * @param branch the name of a branch that is to be made
 * @throws `not_a_repository`, `repository_unreadable` with git's own words: there is none, or git refuses to read it
 * @throws `newline_in_path`
 * @throws `main_checkout_unknown` in a linked worktree whose main checkout git does not know
 */
export async function findRepository(git: Git, branch?: string): Promise<Repository> {
  const answer = await git(repositoryQuestion(branch));
  // In a bare repository, and inside of a .git directory, nothing is answered from --show-toplevel on.
  const [bare, common, own, top, commit = "", ref = "", ...refs] = answer.out.split("\n");
  const head = answer.status === 0 ? baseOf(commit, ref) : null;
  const listed = refs.filter((one) => one.startsWith("refs/heads/")).map(nameOf);
  const remotes = refs.filter((one) => one.startsWith("refs/remotes/")).map((one) =>
    one.slice("refs/remotes/".length)
  );
  if (bare === undefined || common === undefined || !own) throw notFound(git, answer);
  const [commonDir, gitDir] = [real(git, common), real(git, own)];
  const isMain = gitDir === commonDir;
  // An answer is a line, so a path with a newline would be taken for two, and one of them may exist.
  if (git.directory.includes("\n") || !isMain && dirname(dirname(gitDir)) !== commonDir) throw newline(git);
  const around = head === null || branch === undefined
    ? null
    : [...listed, ...isKept(commonDir, branch) ? [branch] : []];
  const found = { head, commonDir, around, remotes };
  if (!top) return { ...found, root: bareRoot(commonDir), top: null, bare: bare === "true" };
  const here = real(git, top);
  if (isMain) return { ...found, root: here, top: here, bare: false };
  return { ...found, ...await mainCheckout(git, commonDir, bare === "true"), top: here };
}

/**
 * As `findRepository`, for what is done in any directory.
 *
 * @returns null where there is no repository, or no git
 * @throws `newline_in_path`, `main_checkout_unknown`
 */
export async function findRepositoryIfAny(git: Git): Promise<Repository | null> {
  try {
    return await findRepository(git);
  } catch (error) {
    if (
      error instanceof BerthError &&
      /^(not_a_repository|repository_unreadable|dubious_ownership|git_missing)$/.test(error.code)
    ) return null;
    throw error;
  }
}

function notFound({ directory }: Git, { err, status }: GitAnswer): BerthError {
  const foreign = foreignOwner(directory);
  if (foreign !== null) return fail("dubious_ownership", foreign);
  const why = lastLine(err, status);
  const root = projectAround(directory, []);
  return root !== null && existsSync(join(gitDirectory(root) ?? root, "HEAD"))
    ? fail("repository_unreadable", { root, why })
    : fail("not_a_repository", { directory, why });
}

/** The repository around a directory where somebody else owns it: git reads none of those unless it is told to. */
function foreignOwner(directory: string): { directory: string; owner: string } | null {
  const us = process.geteuid?.();
  const root = projectAround(directory, []);
  if (us === undefined || root === null) return null;
  const own = [root, join(root, ".git")].flatMap((path) => statSync(path, { throwIfNoEntry: false }) ?? []);
  const other = own.find(({ uid }) => uid !== us);
  return other === undefined ? null : { directory: root, owner: `user ${other.uid}` };
}

const nameOf = (ref: string): string => ref.slice("refs/heads/".length);

/** Whether there is a file for the branch: git lists none that is another name for a branch yet to be made. */
function isKept(commonDir: string, branch: string): boolean {
  try {
    return !lstatSync(join(commonDir, "refs/heads", branch)).isDirectory();
  } catch {
    return false;
  }
}

const newline = ({ directory }: Git) => fail("newline_in_path", { directory });

/** A path that git gave and that is not there is the first line of one with a newline. */
function real(git: Git, path: string): string {
  const found = resolve(git.directory, path);
  if (!existsSync(found)) throw newline(git);
  return realpathSync(found);
}

/**
 * The main checkout, as seen from a linked worktree. Git has no question for it: `worktree list` derives its first
 * line from the common directory's name, which is wrong for submodules.
 */
async function mainCheckout(
  git: Git,
  commonDir: string,
  bare: boolean,
): Promise<Pick<Repository, "root" | "bare">> {
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
  if (worktree !== undefined) return { root: real(git, resolve(commonDir, worktree)), bare: false };
  if (bare || values.get("core.bare") === "true") return { root: bareRoot(commonDir), bare: true };
  if (basename(commonDir) === ".git") return { root: dirname(commonDir), bare: false };
  throw fail("main_checkout_unknown", { directory: git.directory });
}

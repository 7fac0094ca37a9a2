import { fail } from "../../errors/errors.ts";
import { underWayAt } from "./branch-use.ts";
import { type Git, lastLine, must, mustLook } from "./git.ts";
import { withParents } from "./repository-question.ts";

/** A branch as it stands. */
export interface Branch {
  readonly name: string;
  readonly commit: string;
  /** The checkout that has it, null when none does. */
  readonly checkedOutAt: string | null;
  /** The ref that it is another name for (git-symbolic-ref(1)), null for an ordinary branch. */
  readonly standsFor: string | null;
}

const FORMAT = "%(refname)%00%(objectname)%00%(worktreepath)%00%(symref)";

/** The branches that patterns as of `git for-each-ref` match: a name with all below it, or a glob. */
export async function findBranches(git: Git, patterns: readonly string[]): Promise<Branch[]> {
  const refs = patterns.map((pattern) => `refs/heads/${pattern}`);
  const out = await mustLook(git, "list the branches", ["for-each-ref", `--format=${FORMAT}`, "--", ...refs]);
  return out.split("\n").filter((line) => line !== "").map((line) => {
    const [ref = "", commit = "", at = "", target = ""] = line.split("\0");
    const name = ref.slice("refs/heads/".length);
    return { name, commit, checkedOutAt: at || null, standsFor: target || null };
  });
}

/** The branch of that very name; a checkout has it also while a rebase or bisect of it is under way there. */
export async function findBranch(git: Git, name: string): Promise<Branch | undefined> {
  const found = (await findBranches(git, [name])).find((branch) => branch.name === name);
  if (found === undefined || found.checkedOutAt !== null) return found;
  return { ...found, checkedOutAt: await underWayAt(git, name) };
}

/** The names of the branches that a branch of that name could clash with. */
export async function findAround(git: Git, name: string): Promise<string[]> {
  return (await findBranches(git, withParents(name))).map((branch) => branch.name);
}

/**
 * Check that a branch of that name can be made.
 *
 * @throws `branch_exists`; `branch_clash`, since a ref cannot be a file and a directory at once
 */
export function refuseTaken(name: string, branches: readonly string[]): void {
  for (const other of branches) {
    if (other === name) throw fail("branch_exists", { branch: name });
    if (other.startsWith(`${name}/`) || name.startsWith(`${other}/`)) {
      throw fail("branch_clash", { branch: name, other });
    }
  }
}

/**
 * The branch that is to be adopted.
 *
 * @throws `no_such_branch`, `branch_checked_out`
 */
export async function adoptable(git: Git, name: string): Promise<Branch> {
  const found = await findBranch(git, name);
  if (found === undefined) throw fail("no_such_branch", { branch: name });
  if (found.checkedOutAt !== null) {
    throw fail("branch_checked_out", { branch: name, at: found.checkedOutAt });
  }
  return found;
}

/** What git takes for an object before it looks for a branch of that name (gitrevisions(7)). */
const OBJECT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;

/** @throws `bad_branch` for what git does not take for a branch's name */
export async function checkBranchName(git: Git, name: string): Promise<void> {
  // A leading dash is an option, and "@{-1}" would be expanded, so what is printed must be what was given.
  const { status, out } = await git(["check-ref-format", "--branch", name]);
  if (name.startsWith("-") || OBJECT.test(name) || status !== 0 || out.trim() !== name) {
    throw fail("bad_branch", { branch: name });
  }
}

/** Where a new branch begins. */
export interface Base {
  readonly commit: string;
  /** As it was given, else the current branch, else the commit. */
  readonly ref: string;
}

/**
 * @param given a ref or commit; HEAD without one
 * @throws `no_such_ref`; `no_commits` where HEAD has none yet
 */
export async function findBase(git: Git, given: string | undefined): Promise<Base> {
  if (given !== undefined) {
    const spec = `${given}^{commit}`;
    const { status, out } = given.startsWith("-") || given.includes("\0")
      ? { status: 1, out: "" }
      : await git(["rev-parse", "--verify", "--quiet", spec]);
    if (status !== 0) throw fail("no_such_ref", { ref: given });
    return { commit: out.trim(), ref: given };
  }
  const { status, out } = await git(["rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD"]);
  const [commit = "", ref = ""] = out.split("\n");
  if (status !== 0) throw fail("no_commits", {});
  return baseOf(commit, ref);
}

/** @param ref full name of what is checked out; anything but a branch is a detached HEAD */
export const baseOf = (commit: string, ref: string): Base => ({
  commit,
  ref: ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : commit,
});

/** Whether the branch has commits that no other branch and no remote has. A second name for it has none. */
export async function hasOwnCommits(git: Git, name: string): Promise<boolean> {
  const names = [`refs/heads/${name}`, ...await otherNames(git, name)];
  const others = [["--branches", "refs/heads/"], ["--remotes", "refs/remotes/"]] as const;
  const args = others.flatMap(([option, folder]) => [
    ...names.filter((ref) => ref.startsWith(folder)).map((ref) => `--exclude=${ref.slice(folder.length)}`),
    option,
  ]);
  const own = ["rev-list", "--max-count=1", `refs/heads/${name}`, "--not", ...args, "--"];
  return (await must(git, "compare the branches", own)).trim() !== "";
}

/** The refs that are symbolic and lead to the branch. */
async function otherNames(git: Git, name: string): Promise<string[]> {
  const how = ["for-each-ref", "--format=%(refname)%00%(symref)", "refs/heads", "refs/remotes"];
  const refs = (await must(git, "list the branches", how)).split("\n").map((line) => line.split("\0"));
  return refs.flatMap(([ref = "", target]) => target === `refs/heads/${name}` ? [ref] : []);
}

/** The end of the reflog's line for a branch that was made for the session. */
const madeFor = (id: string): string => ` for ${id}`;

/**
 * Make a branch where there is none. `git worktree add -b` could do it, but would not say whether a branch of that name
 * is one it made or one that was there.
 *
 * @param id the session, which the branch's reflog names
 * @param marks variables that git carries meanwhile
 * @throws `branch_exists`, `branch_clash` where somebody made one since we looked; `git_failed`
 */
export async function createBranch(
  git: Git,
  name: string,
  base: Base,
  id: string,
  marks: Readonly<Record<string, string>>,
): Promise<void> {
  const reason = ["-m", `branch: Created from ${base.ref}${madeFor(id)}`];
  // The empty string is the value of a ref that is not there. What is another name for one must not make that one.
  const what = ["--no-deref", `refs/heads/${name}`, base.commit, ""];
  const { status, err } = await git(["update-ref", ...reason, ...what], { marks });
  if (status === 0) return;
  refuseTaken(name, await findAround(git, name));
  throw fail("git_failed", { action: `make branch ${name}`, why: lastLine(err, status) });
}

/**
 * Whether the branch was made by `createBranch` for the session and did not move since. Without a reflog (a bare
 * repository, `core.logAllRefUpdates`) nobody can tell, and it is false.
 */
export async function isFresh(git: Git, name: string, id: string): Promise<boolean> {
  const newest = ["log", "--walk-reflogs", "--max-count=1", "--no-show-signature", "--format=%gs"];
  const out = await must(git, `read the reflog of ${name}`, [...newest, `refs/heads/${name}`, "--"]);
  return out.trimEnd().endsWith(madeFor(id));
}

/**
 * Delete the branch if it still stands at that commit: git compares and deletes in one step. What it is another name
 * for stays in any case.
 *
 * @throws `git_failed` when it moved meanwhile
 */
export async function deleteBranch(git: Git, name: string, commit: string): Promise<void> {
  const how = ["update-ref", "--no-deref", "-d", `refs/heads/${name}`, commit];
  await must(git, `delete branch ${name}`, how);
  // What `git branch -D` would take with it; without a section this fails and nothing is lost.
  await git(["config", "--local", "--remove-section", `branch.${name}`]);
}

/** As `deleteBranch`, where the branch is as we left it: at that commit, checked out nowhere, a branch of its own. */
export async function deleteLeft(git: Git, name: string, commit: string): Promise<void> {
  const found = await findBranch(git, name);
  if (found?.commit !== commit || found.checkedOutAt !== null || found.standsFor !== null) return;
  await deleteBranch(git, name, commit);
}

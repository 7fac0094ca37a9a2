import { fail } from "../../errors/errors.ts";
import { underWayAt } from "./branch-use.ts";
import { type Git, mustLook } from "./git.ts";
import type { ListedWorktree } from "./listed-worktree.ts";
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

/**
 * A branch that is checked out, as the list of the worktrees tells it without another call.
 *
 * @param not the path of a worktree that is named only where no other one has the branch
 * @returns undefined where the list has no such branch: it may be there all the same
 */
export function checkedOut(all: readonly ListedWorktree[], name: string, not = ""): Branch | undefined {
  const having = all.filter(({ branch }) => branch === name);
  const { path, head = null } = having.find((one) => one.path !== not) ?? having[0] ?? {};
  // Git names what HEAD leads to in the end, and nothing before the first commit.
  if (path === undefined || head === null) return undefined;
  return { name, commit: head, checkedOutAt: path, standsFor: null };
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
 * The branch that is to be adopted.
 *
 * @throws `no_such_branch`, `branch_checked_out`
 */
export async function adoptable(git: Git, name: string): Promise<Branch> {
  const found = await findBranch(git, name);
  if (found === undefined) throw fail("no_such_branch", { branch: name, root: git.directory });
  if (found.checkedOutAt !== null) {
    throw fail("branch_checked_out", { branch: name, at: found.checkedOutAt });
  }
  return found;
}

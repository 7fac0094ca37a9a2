import { type BerthError, fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Branch, checkedOut, findBranch, findBranches } from "../git/branch.ts";
import type { Checkout } from "../git/checkout.ts";
import { type Git, must } from "../git/git.ts";
import type { ListedWorktree } from "../git/listed-worktree.ts";
import { newNameOf } from "../git/renamed-branch.ts";
import { mergedIn } from "./merged-in.ts";
import { nameOf } from "../model/journal.ts";
import { UNREADABLE } from "../git/unreadable.ts";

/**
 * The branch that a session's work goes to: what it was made from, else the default branch. What the directory of the
 * call has checked out never counts.
 *
 * @param own the session's branch
 * @param into the branch that was asked for
 * @param all the repository's worktrees, where they are known already
 * @throws `no_such_branch`; `base_only_remote`; `no_base` where only the user can tell
 */
export async function baseBranch(
  checkout: Checkout,
  record: SessionRecord,
  own: string,
  into: string | undefined,
  all: readonly ListedWorktree[] = [],
): Promise<Branch> {
  const asked = { checkout, record, own, all };
  const name = into?.replace(/^(refs\/)?heads\//, "") ?? await madeFrom(asked) ??
    await defaultBranch(checkout, own);
  if (name === null) throw await noBase(asked, "no branch is the default one here");
  const found = typeof name === "string" ? await findLocal(asked, name) : name;
  if (found === undefined) {
    throw fail("no_such_branch", { branch: String(name), root: checkout.main.directory });
  }
  if (found.name.includes(UNREADABLE) && await findBranch(checkout.main, found.name) === undefined) {
    throw await noBase(asked, `the name of ${found.name} is not UTF-8, so nothing can be asked about it`);
  }
  if (found.name === own) throw await noBase(asked, `${own} is its own branch`);
  return await whereItIs(checkout, found);
}

/** Whose base is looked for. */
interface Asked {
  readonly checkout: Checkout;
  readonly record: SessionRecord;
  readonly own: string;
  readonly all: readonly ListedWorktree[];
}

/** Only the user can tell; a branch that is there is named for it. */
async function noBase({ checkout, record, own, all }: Asked, why: string): Promise<BerthError> {
  const into = await defaultBranch(checkout, own) ??
    all.find(({ branch }) => branch !== null && branch !== own)?.branch ?? "BRANCH";
  return fail("no_base", { session: nameOf(record), why, into });
}

/**
 * A local branch by its name, or by that of the remote branch that it stands for.
 *
 * @throws `base_only_remote`
 */
async function findLocal(
  { checkout: { main }, record, all }: Asked,
  name: string,
): Promise<Branch | undefined> {
  const found = checkedOut(all, name) ?? await findBranch(main, name);
  if (found !== undefined) return found;
  const local = await localOf(main, name) ?? name;
  const there = local === name ? undefined : await findBranch(main, local);
  if (there !== undefined) return there;
  const [remote] = await onRemotes(main, local);
  if (remote === undefined) return undefined;
  throw fail("base_only_remote", { session: nameOf(record), base: local, remote, root: main.directory });
}

/** The branches of that name that remotes have, as `origin/main`. */
async function onRemotes(git: Git, name: string): Promise<string[]> {
  const out = await must(git, "list the branches", ["for-each-ref", "--format=%(refname)", "refs/remotes"]);
  const short = out.split("\n").map((ref) => ref.slice("refs/remotes/".length));
  const remotes = (await must(git, "list the remotes", ["remote"])).split("\n").filter((one) => one !== "");
  return short.filter((ref) => remotes.some((remote) => ref === `${remote}/${name}`));
}

/**
 * For git the directory of a bare repository is a checkout of its HEAD. It is none; and where git's own directory is not
 * in the main checkout (in a submodule, with `--separate-git-dir`) git names that for it.
 */
async function whereItIs({ main, repository }: Checkout, branch: Branch): Promise<Branch> {
  if (!repository.bare && branch.checkedOutAt === repository.commonDir) {
    return { ...branch, checkedOutAt: repository.root };
  }
  if (!repository.bare || branch.checkedOutAt === null) return branch;
  const { status, out } = await main(["-C", branch.checkedOutAt, "rev-parse", "--is-inside-work-tree"]);
  return status === 0 && out.trim() === "true" ? branch : { ...branch, checkedOutAt: null };
}

/** What the session was made from, as people name a branch. */
export const refMadeFrom = ({ project }: SessionRecord): string =>
  (project?.baseRef ?? "").replace(/^(refs\/)?heads\//, "");

/**
 * The branch that the session was made from.
 *
 * @returns it, or its name; null where there was none, or it is gone and the default branch has all that it had
 * @throws `no_base` for a commit that several branches have, and for a branch that is gone with commits that would come
 *   along; `base_only_remote`
 */
async function madeFrom(asked: Asked): Promise<Branch | string | null> {
  const { checkout, record, own, all } = asked;
  const git = checkout.main;
  const { project } = record;
  const ref = refMadeFrom(record);
  // A branch that was there before the session is its own base.
  if (
    ref === "" || ref.startsWith("-") || project?.["ownsBranch"] !== true || project["tracks"] !== undefined
  ) {
    return null;
  }
  const found = checkedOut(all, ref) ?? await findBranch(git, ref);
  if (found !== undefined) return ref === own ? null : found;
  const local = await localOf(git, ref);
  if (local === own) return null;
  const { status } = await git(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  // Where the remote has it alone `findLocal` says so.
  if (local !== null && (status === 0 || await findBranch(git, local) !== undefined)) return local;
  const commit = typeof project["baseCommit"] === "string" ? project["baseCommit"] : ref;
  if (status !== 0) {
    const renamed = await newNameOf(git, ref, new Date(record.createdAt));
    if (renamed !== null && renamed !== own) return renamed;
    // A branch that was merged and deleted is part of the default one; one that was renamed need not be.
    const next = await defaultBranch(checkout, own);
    if (next === null || await hasAll(git, `refs/heads/${next}`, commit)) return next;
    throw await noBase(asked, `it was made from ${ref}, which is gone, and ${next} has not all that it had`);
  }
  const holding = (await branchesWith(git, commit)).filter((name) => name !== own);
  if (holding.length === 1) return holding[0] ?? null;
  throw await noBase(asked, `it was made from ${ref}, which is no branch`);
}

/** Whether a branch has everything of a commit, under other commits too. */
const hasAll = async (git: Git, ref: string, commit: string): Promise<boolean> =>
  (await git(["merge-base", "--is-ancestor", commit, ref])).status === 0 || await mergedIn(git)(ref, commit);

/** `main` for `origin/main`; null for what names no branch of a remote. */
async function localOf(git: Git, ref: string): Promise<string | null> {
  const short = ref.replace(/^(refs\/)?remotes\//, "");
  if (!short.includes("/")) return null;
  const remotes = (await must(git, "list the remotes", ["remote"])).split("\n");
  const remote = remotes.filter((name) => name !== "" && short.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0];
  return remote === undefined ? null : short.slice(remote.length + 1);
}

/** The branches that have a commit. */
async function branchesWith(git: Git, commit: string): Promise<string[]> {
  const how = ["for-each-ref", "--format=%(refname)", `--contains=${commit}`, "refs/heads"];
  const out = await must(git, "list the branches", how);
  return out.split("\n").filter((ref) => ref !== "").map((ref) => ref.slice("refs/heads/".length));
}

/** `origin/HEAD`, else `init.defaultBranch`, else what the main checkout has; each where there is such a branch. */
async function defaultBranch({ main }: Checkout, own: string): Promise<string | null> {
  const head = async (ref: string) => (await main(["symbolic-ref", "--quiet", ref])).out.trim();
  const configured = async () => (await main(["config", "--get", "init.defaultBranch"])).out.trim();
  const asked = [
    async () => (await head("refs/remotes/origin/HEAD")).replace(/^refs\/remotes\/origin\//, ""),
    configured,
    async () => (await head("HEAD")).replace(/^refs\/heads\//, ""),
  ];
  for (const ask of asked) {
    const name = await ask();
    if (name === "" || name === own) continue;
    if ((await findBranches(main, [name])).some((branch) => branch.name === name)) return name;
  }
  return null;
}

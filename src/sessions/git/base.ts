import { fail } from "../../errors/errors.ts";
import { type Git } from "./git.ts";

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

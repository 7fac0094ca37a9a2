import { fail } from "../../errors/errors.ts";
import type { Base } from "./base.ts";
import { findBranch } from "./branch.ts";
import { type Git, must } from "./git.ts";

/** A branch that a remote has. */
export interface RemoteBranch extends Base {
  readonly remote: string;
  /** Its name there. */
  readonly name: string;
}

/**
 * The remote's branch of that name, where there is no local one. Of several remotes `checkout.defaultRemote` counts, as
 * for `git switch`.
 *
 * @returns null where there is a local one, or none at all
 * @throws `branch_on_remotes`
 */
export async function onlyOnRemote(git: Git, name: string): Promise<RemoteBranch | null> {
  if (await findBranch(git, name) !== undefined) return null;
  const remotes = (await must(git, "list the remotes", ["remote"])).split("\n").filter((one) => one !== "");
  const refs = remotes.map((remote) => `refs/remotes/${remote}/${name}`);
  if (refs.length === 0) return null;
  const how = ["for-each-ref", "--format=%(refname)%00%(objectname)", "--", ...refs];
  const found = (await must(git, "list the branches", how)).split("\n").map((line) => line.split("\0"))
    .flatMap(([ref = "", commit = ""]) => refs.includes(ref) ? [{ ref, commit }] : []);
  const preferred = (await git(["config", "--get", "checkout.defaultRemote"])).out.trim();
  const one = found.find(({ ref }) => ref === `refs/remotes/${preferred}/${name}`) ?? found[0];
  if (one === undefined) return null;
  const short = one.ref.slice("refs/remotes/".length);
  if (found.length > 1 && !short.startsWith(`${preferred}/`)) {
    const all = found.map(({ ref }) => ref.slice("refs/remotes/".length));
    throw fail("branch_on_remotes", { branch: name, remotes: all });
  }
  return { commit: one.commit, ref: short, remote: short.slice(0, -name.length - 1), name };
}

/** Let a new branch follow the remote's, as `git switch` does. */
export async function track(git: Git, branch: string, { remote, name }: RemoteBranch): Promise<void> {
  await must(git, "follow the remote's branch", ["config", `branch.${branch}.remote`, remote]);
  await must(git, "follow the remote's branch", ["config", `branch.${branch}.merge`, `refs/heads/${name}`]);
}

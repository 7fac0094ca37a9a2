import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fail } from "../../errors/errors.ts";
import { type Git, must } from "../git/git.ts";
import { refuseNobody } from "./cause.ts";
import { IN_UTF8, mergeMessage, squashMessage } from "./message.ts";
import type { Preview } from "./preview.ts";
import type { WantedMerge } from "./way.ts";
import { whyGit } from "./why.ts";

/** The hooks that `git merge` and `git commit` would run for it (githooks(5)). */
const HOOKS = {
  ahead: ["post-merge"],
  merge: ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-merge"],
  squash: ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-merge"],
} as const;

/**
 * Refuse what would have to be done without a hook that the user wants to run.
 *
 * @param git as the user calls it, so that its `core.hooksPath` counts
 * @throws `base_needs_checkout`
 */
export async function refuseHooks(
  git: Git,
  { session, base, way }: WantedMerge,
  preview: Preview,
): Promise<void> {
  const found = (await must(git, "look for hooks", ["rev-parse", "--git-path", "hooks"])).replace(/\n$/, "");
  const directory = resolve(git.directory, found);
  const kind = way === "squash"
    ? "squash"
    : makesCommit(way, preview, await fastForward(git))
    ? "merge"
    : "ahead";
  const hook = HOOKS[kind].find((name) => existsSync(`${directory}/${name}`));
  if (hook !== undefined) {
    const why = `the hook ${hook} is to run for it`;
    throw fail("base_needs_checkout", { session, base, why, root: git.directory });
  }
}

/** Settings by which git merges in another way, or not at all (git-config(1)); ours would know nothing of them. */
const DECIDING = "^(branch\\..*\\.mergeoptions|merge\\.verifysignatures|pull\\.twohead)$";

/** Values that say what holds without them. */
const USUAL = /^(merge\.verifysignatures\n(false|no|off|0)|pull\.twohead\n(ort|recursive))$/i;

/**
 * Refuse what git would do in a way of the user's own.
 *
 * @param git as the user calls it
 * @throws `base_needs_checkout`
 */
export async function refuseSettings(git: Git, { session, base }: WantedMerge): Promise<void> {
  const { out } = await git(["config", "--get-regexp", "-z", DECIDING]);
  const [found] = out.split("\0").filter((one) => !USUAL.test(one)).map((one) => one.split("\n", 1)[0] ?? "")
    .filter((key) => key === `branch.${base}.mergeoptions` || /^(merge|pull)\./.test(key));
  if (found === undefined) return;
  throw fail("base_needs_checkout", {
    session,
    base,
    why: `git is to merge by ${found}`,
    root: git.directory,
  });
}

/** `merge.ff` as it is set: whether a base that has nothing else moves on without a commit. */
const fastForward = async (git: Git): Promise<string> =>
  (await git(["config", "--get", "merge.ff"])).out.trim().toLowerCase();

const makesCommit = (way: WantedMerge["way"], { kind }: Preview, ff: string): boolean =>
  kind !== "ahead" || way === "merge" || way === "default" && ["false", "no", "off", "0"].includes(ff);

/**
 * Merge into a base that no checkout has: no file changes but those in git's own directory.
 *
 * @param git as the user calls it, in the repository's root
 * @returns the commit that the base stands at now
 * @throws `finish_failed`; nothing has changed
 */
export async function mergeWithoutCheckout(git: Git, wanted: WantedMerge, preview: Preview): Promise<string> {
  const { commit, base, from, way, branch } = wanted;
  const ff = await fastForward(git);
  if (preview.kind !== "ahead" && (way === "ff" || way === "default" && ff === "only")) {
    throw fail("finish_not_ahead", { session: wanted.session, branch, base });
  }
  const makes = way === "squash" || makesCommit(way, preview, ff);
  const to = makes ? await commitOf(git, wanted, preview) : commit;
  const action = `${makes ? way === "squash" ? "squash" : "merge" : "Fast-forward"}`;
  const how = ["update-ref", "-m", `merge ${branch}: ${action}`, `refs/heads/${base}`, to, from];
  const moved = await git(how);
  if (moved.status !== 0) throw fail("finish_failed", { branch, base, why: whyGit(moved), left: null });
  return to;
}

/** What the files of the base are to be; null where a merge beforehand did not tell it. */
const treeOf = (preview: Preview, commit: string): string | null =>
  preview.kind === "diverged" ? preview.tree : preview.kind === "ahead" ? `${commit}^{tree}` : null;

async function commitOf(git: Git, wanted: WantedMerge, preview: Preview): Promise<string> {
  const { commit, base, from, way, branch } = wanted;
  const tree = treeOf(preview, commit);
  if (tree === null) {
    const why = "nobody can tell without a checkout what the files are to be";
    throw fail("base_needs_checkout", { session: wanted.session, base, why, root: git.directory });
  }
  const input = way === "squash" ? await squashMessage(git, wanted) : await mergeMessage(git, wanted);
  const parents = way === "squash" ? ["-p", from] : ["-p", from, "-p", commit];
  const signed = (await git(["config", "--type=bool", "--get", "commit.gpgSign"])).out.trim() === "true";
  const of = (await must(git, "find the files", ["rev-parse", "--verify", tree])).trim();
  const answer = await git([...IN_UTF8, "commit-tree", ...signed ? ["-S"] : [], ...parents, "-F", "-", of], {
    input,
  });
  if (answer.status === 0) return answer.out.trim();
  await refuseNobody(git, wanted);
  throw fail("finish_failed", { branch, base, why: whyGit(answer), left: null });
}

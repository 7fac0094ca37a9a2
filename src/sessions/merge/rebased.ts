import { existsSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import { adminOf } from "../git/link.ts";
import { type Git, must } from "../git/git.ts";
import { refuseNobody } from "./cause.ts";
import { conflicts } from "./in-checkout.ts";
import { whyGit } from "./why.ts";
import type { WantedMerge } from "./way.ts";

/** The worktree for a rebase that is tried, beside the session's own. */
export const scratchOf = (worktree: string): string => `${worktree}-rebase`;

/**
 * Rebase the session's commits onto its base in a worktree for that alone: it does not tell beforehand whether it goes
 * through, and nothing else changes by it.
 *
 * @param plain git in the repository's root, without hooks
 * @param userGit git as the user calls it, in a directory
 * @returns the commit that it ends in
 * @throws `finish_conflict`, `finish_failed`
 */
export async function rebased(
  plain: Git,
  userGit: (directory: string) => Git,
  wanted: WantedMerge,
  scratch: string,
): Promise<string> {
  const { session, branch, commit, base, from } = wanted;
  await must(plain, "make a worktree to rebase in", [
    "worktree",
    "add",
    "--quiet",
    "--detach",
    scratch,
    commit,
  ]);
  const git = userGit(scratch);
  // Other branches on the way stay where they are, whatever `rebase.updateRefs` says.
  const answer = await git(["-c", "rebase.updateRefs=false", "rebase", "--no-autostash", from]);
  if (answer.status === 0) return (await must(git, "read HEAD", ["rev-parse", "HEAD"])).trim();
  const files = await conflicts(git);
  if (files.length > 0) throw fail("finish_conflict", { session, branch, base, files, how: "rebase" });
  await refuseNobody(git, wanted);
  throw fail("finish_failed", { branch, base, why: whyGit(answer), left: null });
}

/** Remove the worktree of a rebase, whatever came of it. It is ours alone: nobody else has worked there. */
export async function removeScratch(plain: Git, commonDir: string, scratch: string): Promise<void> {
  if (!existsSync(scratch) && adminOf(commonDir, scratch) === null) return;
  await plain(["worktree", "remove", "--force", "--force", "--", scratch]);
}

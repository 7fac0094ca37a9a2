import type { Git } from "../git/git.ts";
import { changesOf, type MergeChange, type Preview } from "./preview.ts";
import type { WantedMerge } from "./way.ts";

/** What a merge changes in the base. Where a look beforehand tells no more, all that the branch did since it left it. */
export async function changesBy(
  git: Git,
  { from, commit }: WantedMerge,
  found: Preview,
): Promise<MergeChange[]> {
  if (found.kind === "diverged") return await changesOf(git, from, found.tree);
  const fork = found.kind === "ahead" ? from : (await git(["merge-base", from, commit])).out.trim();
  return await changesOf(git, fork === "" ? from : fork, commit);
}

/** What git adds to every merge into that branch. */
export const mergeOptionsOf = async (git: Git, base: string): Promise<string> =>
  (await git(["config", "--get", `branch.${base}.mergeOptions`])).out;

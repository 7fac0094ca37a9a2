import type { Git } from "../git/git.ts";

/** A merge that was begun. */
export interface BegunMerge {
  readonly commit: string;
  /** Where the base stood before. */
  readonly from: string;
  /** What the files were to be; null where they were to be the commit's. */
  readonly tree: string | null;
}

/** Take back only what is ours: the merge of that commit, or an index that holds what was to be merged and nothing else. */
export async function takeBack(at: Git, { commit, from, tree }: BegunMerge): Promise<void> {
  const merging = (await at(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"])).out.trim();
  if (merging === commit) {
    await at(["merge", "--abort"]);
    return;
  }
  const head = (await at(["rev-parse", "--verify", "--quiet", "HEAD"])).out.trim();
  if (merging !== "" || head !== from) return;
  const wanted = tree ?? (await at(["rev-parse", "--verify", `${commit}^{tree}`])).out.trim();
  if ((await at(["write-tree"])).out.trim() === wanted) await at(["reset", "--quiet", "--merge"]);
}

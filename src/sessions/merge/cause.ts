import { fail } from "../../errors/errors.ts";
import { type Git, lastLine } from "../git/git.ts";
import { hiddenChanges } from "../git/hidden.ts";
import { indexed } from "../git/look.ts";
import { filesInTheWay, stateOf } from "./in-the-way.ts";
import { mergeOptionsOf } from "./changes-by.ts";
import type { MergeChange, Preview } from "./preview.ts";
import type { WantedMerge } from "./way.ts";

/**
 * Refuse by the cause for which git did not merge, where the repository itself tells it. Git's words are for people.
 *
 * @param git as the user calls it
 * @param plain git in the checkout of the base
 * @param planned what the merge was to come to, and what was to become of the files there
 * @throws `finish_not_ahead`, `finish_nobody`, `base_dirty`
 */
export async function refuseCause(
  git: Git,
  plain: Git,
  wanted: WantedMerge,
  planned: { readonly preview: Preview; readonly changes: readonly MergeChange[] },
): Promise<void> {
  const { preview: found, changes } = planned;
  const { session, branch, base, way } = wanted;
  if (way === "default" && found.kind !== "ahead" && await movesOnly(git, base)) {
    throw fail("finish_not_ahead", { session, branch, base });
  }
  await refuseNobody(git, wanted);
  const paths = new Set(changes.map(({ path }) => path));
  // What git was told to pass over when it looks for changes it does not pass over when it merges.
  const hidden = (await hiddenChanges(plain, await indexed(plain))).filter((path) => paths.has(path));
  const files = [...hidden, ...await filesInTheWay(plain, Promise.resolve(changes), false, stateOf(plain))];
  if (files.length > 0) throw fail("base_dirty", { base, at: plain.directory, files });
}

/** @throws `finish_nobody` where git has no name for who commits */
export async function refuseNobody(git: Git, { branch, base }: WantedMerge): Promise<void> {
  const { status, err } = await git(["var", "GIT_COMMITTER_IDENT"]);
  if (status === 0) return;
  throw fail("finish_nobody", { branch, base, why: lastLine(err, status).replace(/^fatal: /, "") });
}

/** Whether the base is set to take nothing but what only moves it on. */
async function movesOnly(git: Git, base: string): Promise<boolean> {
  const ff = (await git(["config", "--get", "merge.ff"])).out.trim().toLowerCase();
  const options = (await mergeOptionsOf(git, base)).split(/\s+/).filter((one) =>
    /^--(no-)?ff(-only)?$/.test(one)
  );
  return (options.at(-1) ?? (ff === "only" ? "--ff-only" : "")) === "--ff-only";
}

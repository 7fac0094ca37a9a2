import { fail } from "../../errors/errors.ts";
import { type Git, must } from "../git/git.ts";
import { type GitDirectories, headAt, isShortFor } from "../git/ref-files.ts";
import { notCommitted, stateOf } from "./in-the-way.ts";
import { squashMessage } from "./message.ts";
import type { WantedMerge, Way } from "./way.ts";
import { whyGit } from "./why.ts";

/** A checkout that has the base. */
export interface BaseCheckout {
  /** Git there, as the user calls it. */
  readonly git: Git;
  /** Git there, without hooks. */
  readonly plain: Git;
  readonly directories: GitDirectories;
  /** What it holds that is in no commit: the answer of `stateOf`. */
  readonly before: Promise<string>;
}

/**
 * Merge in the checkout that has the base: by git, so that the user's hooks, settings and signing count. What a hook or
 * a conflict stopped is taken back.
 *
 * @returns where the base stands now
 * @throws `finish_conflict`, and `finish_failed` when git fails otherwise; everything is as it was, or the message says what is not
 */
export async function mergeInCheckout(checkout: BaseCheckout, wanted: WantedMerge): Promise<string> {
  const { git, plain, directories } = checkout;
  const answer = wanted.way === "squash"
    ? await squash(git, plain, wanted)
    : await merge(git, await namedFor(checkout, wanted), wanted);
  const now = headAt(directories, wanted.base) ??
    (await must(plain, "read HEAD", ["rev-parse", "HEAD"])).trim();
  // A merge that is there counts, whatever failed after it.
  if (now !== wanted.from && (answer.status === 0 || await hasCommit(plain, now, wanted))) return now;
  const { session, branch, base } = wanted;
  const files = await conflicts(plain);
  const why = answer.status === 0
    ? "git made no commit of it, by the settings of this repository"
    : whyGit(answer);
  const clean = !notCommitted(await checkout.before).some(({ staged }) => staged);
  // Settings of the user's may be a squash, too.
  await takeBack(plain, wanted, wanted.way === "squash" || answer.status === 0 && clean);
  const left = now === wanted.from && await stateOf(plain) === await checkout.before ? null : plain.directory;
  if (files.length > 0 && left === null) {
    throw fail("finish_conflict", { session, branch, base, files, how: "merge" });
  }
  throw fail("finish_failed", { branch, base, why, left });
}

const FLAGS: Readonly<Record<Exclude<Way, "squash" | "rebase">, readonly string[]>> = {
  default: [],
  merge: ["--no-ff"],
  ff: ["--ff-only"],
};

/** The branch by its short name stands in git's own message; a tag of that name would be merged instead. */
async function namedFor(
  { plain, directories }: BaseCheckout,
  { branch, commit }: WantedMerge,
): Promise<string> {
  if (isShortFor(directories, branch, commit)) return branch;
  const { out } = await plain(["rev-parse", "--verify", "--quiet", `${branch}^{commit}`]);
  return out.trim() === commit ? branch : commit;
}

async function merge(git: Git, named: string, { way, message }: WantedMerge) {
  const flags = FLAGS[way === "default" || way === "merge" ? way : "ff"];
  const words = message === undefined ? [] : ["-m", message];
  return await git(["merge", "--no-edit", "--no-autostash", ...flags, ...words, named]);
}

async function squash(git: Git, plain: Git, wanted: WantedMerge) {
  const input = `${await squashMessage(plain, wanted)}\n`;
  const merged = await git(["merge", "--squash", "--no-autostash", "--ff", wanted.commit]);
  return merged.status === 0 ? await git(["commit", "--quiet", "-F", "-"], { input }) : merged;
}

/** The files that a merge stopped at; a look beforehand finds them with a git of 2.38 or newer. */
export const conflicts = async (git: Git): Promise<string[]> =>
  (await git(["diff", "--name-only", "--diff-filter=U", "-z"])).out.split("\0").filter((path) => path !== "");

const hasCommit = async (git: Git, now: string, { way, commit }: WantedMerge): Promise<boolean> =>
  way !== "squash" && (await git(["merge-base", "--is-ancestor", commit, now])).status === 0;

/**
 * Take back a merge of that commit, or a squash, that was begun and not ended.
 *
 * @param all whether whatever is staged is of it
 */
async function takeBack(git: Git, { commit }: WantedMerge, all: boolean): Promise<void> {
  const { status, out } = await git(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"]);
  if (status === 0 && out.trim() === commit) await git(["merge", "--abort"]);
  // With a squash nothing else can be staged: nobody is let so far who has something staged.
  else if (all) await git(["reset", "--quiet", "--merge"]);
}

import { fail } from "../../errors/errors.ts";
import { type Git, must } from "../git/git.ts";
import { squashMessage } from "./message.ts";
import type { WantedMerge, Way } from "./way.ts";
import { whyGit } from "./why.ts";

/**
 * Merge in the checkout that has the base: by git, so that the user's hooks, settings and signing count. What a hook or
 * a conflict stopped is taken back.
 *
 * @param git in the checkout, as the user calls it
 * @param plain git in the checkout, without hooks
 * @returns where the base stands now
 * @throws `finish_failed` when git fails; everything is as it was, or the message says what is not
 */
export async function mergeInCheckout(git: Git, plain: Git, wanted: WantedMerge): Promise<string> {
  const [before, named] = await Promise.all([snapshot(plain), namedFor(plain, wanted)]);
  const answer = wanted.way === "squash" ? await squash(git, plain, wanted) : await merge(git, named, wanted);
  const now = (await must(plain, "read HEAD", ["rev-parse", "HEAD"])).trim();
  // A merge that is there counts, whatever failed after it.
  if (now !== wanted.from && (answer.status === 0 || await hasCommit(plain, now, wanted))) return now;
  const why = answer.status === 0
    ? "git made no commit of it, by the settings of this repository"
    : whyGit(answer);
  await takeBack(plain, wanted);
  const left = now === wanted.from && await snapshot(plain) === before ? null : plain.directory;
  throw fail("finish_failed", { branch: wanted.branch, base: wanted.base, why, left });
}

const FLAGS: Readonly<Record<Exclude<Way, "squash" | "rebase">, readonly string[]>> = {
  default: [],
  merge: ["--no-ff"],
  ff: ["--ff-only"],
};

/** The branch by its short name stands in git's own message; a tag of that name would be merged instead. */
async function namedFor(plain: Git, { branch, commit, way }: WantedMerge): Promise<string> {
  if (way === "squash") return commit;
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

/** What a checkout holds that is in no commit, as one text. */
const snapshot = (git: Git): Promise<string> =>
  must(git, "look for changes", ["status", "--porcelain=v2", "-z", "--untracked-files=normal"]);

const hasCommit = async (git: Git, now: string, { way, commit }: WantedMerge): Promise<boolean> =>
  way !== "squash" && (await git(["merge-base", "--is-ancestor", commit, now])).status === 0;

/** Take back a merge of that commit, or a squash, that was begun and not ended. @returns whether one was */
async function takeBack(git: Git, { way, commit }: WantedMerge): Promise<boolean> {
  const { status, out } = await git(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"]);
  if (status === 0 && out.trim() === commit) return (await git(["merge", "--abort"])).status === 0;
  // Nothing else can be staged: nobody is let so far who has something staged.
  return way === "squash" && (await git(["reset", "--quiet", "--merge"])).status === 0;
}

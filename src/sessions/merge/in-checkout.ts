import { fail } from "../../errors/errors.ts";
import type { Git } from "../git/git.ts";
import { type GitDirectories, headAt, isShortFor } from "../git/ref-files.ts";
import { filesInTheWay, notCommitted, stateOf } from "./in-the-way.ts";
import { IN_UTF8, squashMessage } from "./message.ts";
import { refuseCause } from "./cause.ts";
import type { MergeChange, Preview } from "./preview.ts";
import {
  type FilesBefore,
  filesBefore,
  isStillThere,
  quitMade,
  takeBack,
  takeBackFiles,
} from "./take-back.ts";
import { underWayIn } from "./under-way.ts";
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
  /** What a merge would come to. */
  readonly preview: Preview;
  /** What becomes of its files. */
  readonly changes: readonly MergeChange[];
  /** What is done while git merges. */
  readonly meanwhile: () => Promise<void>;
}

/**
 * Merge in the checkout that has the base: by git, so that the user's hooks, settings and signing count. What a hook or
 * a conflict stopped is taken back.
 *
 * @returns where the base stands now
 * @throws `finish_conflict`, and `finish_failed` or its cause when git fails otherwise; everything is as it was, or the
 *   message says what is not
 */
export async function mergeInCheckout(checkout: BaseCheckout, wanted: WantedMerge): Promise<string> {
  const { git, plain, directories, changes, meanwhile } = checkout;
  const before = filesBefore(plain.directory, changes);
  const answer = wanted.way === "squash"
    ? await squash(git, plain, wanted, meanwhile)
    : await merge(git, shortFor(checkout, wanted) ?? await namedFor(plain, wanted), wanted, meanwhile);
  const now = headAt(directories, wanted.base) ?? await tipOf(plain, wanted.base);
  // A merge that is there counts, whatever failed after it, and wherever hooks have led HEAD.
  if (now !== null && now !== wanted.from && (answer.status === 0 || await hasCommit(plain, now, wanted))) {
    if (answer.status !== 0) await quitMade(plain, wanted.commit);
    return now;
  }
  const { session, branch, base } = wanted;
  const files = await conflicts(plain);
  const why = answer.status === 0
    ? "git made no commit of it, by the settings of this repository"
    : whyGit(answer);
  const clean = !notCommitted(await checkout.before).some(({ staged }) => staged);
  const tree = checkout.preview.kind === "diverged" ? checkout.preview.tree : null;
  await takeBack(plain, { ...wanted, tree });
  // With a squash nothing else can be staged: nobody is let so far who has something staged. Settings may be one, too.
  if (wanted.way === "squash" || answer.status === 0 && clean) await plain(["reset", "--quiet", "--merge"]);
  if (answer.status !== 0 && now === wanted.from && await stateOf(plain) !== await checkout.before) {
    await takeBackFiles(plain, changes, before);
  }
  // That somebody else has moved the base meanwhile is none of ours.
  const same = await isAt(plain, wanted.base) && await stateOf(plain) === await checkout.before &&
    await underWayIn(plain) === null;
  const left = same ? null : plain.directory;
  if (left !== null && answer.status !== 0) await refuseOthers(plain, wanted, changes, before);
  if (files.length > 0 && left === null) {
    throw fail("finish_conflict", { session, branch, base, files, how: "merge" });
  }
  if (left === null && answer.status !== 0) await refuseCause(git, plain, wanted, checkout);
  throw fail("finish_failed", { branch, base, why, left });
}

/**
 * Refuse by the work that somebody has begun since it was looked for, where git met it and changed nothing there.
 *
 * @throws `base_dirty`
 */
async function refuseOthers(
  at: Git,
  { base }: WantedMerge,
  changes: readonly MergeChange[],
  before: FilesBefore,
): Promise<void> {
  const files = await filesInTheWay(at, Promise.resolve(changes), false, stateOf(at));
  if (files.length > 0 && files.every((path) => isStillThere(at.directory, path, before))) {
    throw fail("base_dirty", { base, at: at.directory, files });
  }
}

/** Where a branch stands; null where there is none. */
async function tipOf(git: Git, branch: string): Promise<string | null> {
  const { status, out } = await git(["rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`]);
  return status === 0 ? out.trim() : null;
}

/** Whether the branch is still the one that is checked out. */
const isAt = async (git: Git, branch: string): Promise<boolean> =>
  (await git(["symbolic-ref", "--quiet", "HEAD"])).out === `refs/heads/${branch}\n`;

const FLAGS: Readonly<Record<Exclude<Way, "squash" | "rebase">, readonly string[]>> = {
  default: [],
  merge: ["--no-ff"],
  ff: ["--ff-only"],
};

/** The branch by its short name, which stands in git's own message; null where git must be asked. */
const shortFor = ({ directories }: BaseCheckout, { branch, commit }: WantedMerge): string | null =>
  isShortFor(directories, branch, commit) ? branch : null;

/** The same where git is asked; a tag of that name would be merged instead. */
async function namedFor(plain: Git, { branch, commit }: WantedMerge): Promise<string> {
  const { out } = await plain(["rev-parse", "--verify", "--quiet", `${branch}^{commit}`]);
  return out.trim() === commit ? branch : commit;
}

async function merge(
  git: Git,
  named: string,
  { way, message }: WantedMerge,
  meanwhile: BaseCheckout["meanwhile"],
) {
  const flags = FLAGS[way === "default" || way === "merge" ? way : "ff"];
  const words = message === undefined ? [] : ["-m", message];
  // Nobody reads what git says of the files that changed.
  const how = ["--no-edit", "--no-autostash", "--no-stat", ...flags, ...words];
  return await git(["merge", ...how, named], { meanwhile });
}

async function squash(git: Git, plain: Git, wanted: WantedMerge, meanwhile: BaseCheckout["meanwhile"]) {
  const input = `${await squashMessage(plain, wanted)}\n`;
  const merged = await git(["merge", "--squash", "--no-autostash", "--ff", wanted.commit], { meanwhile });
  return merged.status === 0 ? await git([...IN_UTF8, "commit", "--quiet", "-F", "-"], { input }) : merged;
}

/** The files that a merge stopped at; a look beforehand finds them with a git of 2.38 or newer. */
export const conflicts = async (git: Git): Promise<string[]> =>
  (await git(["diff", "--name-only", "--diff-filter=U", "-z"])).out.split("\0").filter((path) => path !== "");

const hasCommit = async (git: Git, now: string, { way, commit }: WantedMerge): Promise<boolean> =>
  way !== "squash" && (await git(["merge-base", "--is-ancestor", commit, now])).status === 0;

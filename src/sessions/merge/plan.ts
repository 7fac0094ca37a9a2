import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, shellWord } from "../../errors/errors.ts";
import { gitDirectory } from "../git/bare-root.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Branch } from "../git/branch.ts";
import type { AskedAhead } from "../git/around.ts";
import type { Checkout } from "../git/checkout.ts";
import { type Environment } from "../git/git-environment.ts";
import { type Git, gitIn } from "../git/git.ts";
import type { ListedWorktree } from "../git/listed-worktree.ts";
import { nameOf } from "../model/journal.ts";
import { baseBranch } from "./base-branch.ts";
import { filesInTheWay, stateOf } from "./in-the-way.ts";
import { changesBy, mergeOptionsOf } from "./changes-by.ts";
import { changesOf, type MergeChange, type Preview, preview } from "./preview.ts";
import { refuseLocked } from "./index-lock.ts";
import { underWayIn } from "./under-way.ts";
import { userGitIn } from "./user-git.ts";
import type { WantedMerge, Way } from "./way.ts";
import { refuseHooks, refuseSettings } from "./without-checkout.ts";

export interface MergeOptions {
  /** The branch that it goes into, where that is not the one it was made from. */
  readonly into: string | undefined;
  readonly way: Way;
  readonly message: string | undefined;
}

/** A merge that was found to be possible. */
export interface MergePlan {
  readonly wanted: WantedMerge;
  readonly base: Branch;
  /** `merged`: there is nothing to do. */
  readonly preview: Preview;
  /** Git in the checkout that has the base, null where none has. */
  readonly at: Git | null;
  /** What that checkout holds that is in no commit: the answer of `stateOf`. */
  readonly state: Promise<string> | undefined;
  /** What becomes of its files. */
  readonly changes: readonly MergeChange[];
}

/** What git says of the session's worktree, and of all of them. */
export interface ListedAmong {
  readonly listed: ListedWorktree;
  readonly all: readonly ListedWorktree[];
}

/**
 * Find out whether and how a session's branch can be brought into its base. Changes nothing.
 *
 * @param isMerged whether the base has all of it under other commits
 * @param asked what `askOfBase` asked
 * @throws `no_base`, `no_such_branch`, `base_only_remote`, `base_gone`, `finish_detached`, `base_busy`, `base_locked`,
 *   `finish_conflict`, `finish_not_ahead`, `finish_unrelated`, `finish_nothing`, `base_dirty`, `base_needs_checkout`
 */
export async function planMerge(
  record: SessionRecord,
  checkout: Checkout,
  environment: Environment,
  { into, way, message }: MergeOptions,
  { listed, all }: ListedAmong,
  isMerged: (base: string, commit: string) => Promise<boolean>,
  asked?: AskedAhead,
): Promise<MergePlan> {
  const session = nameOf(record);
  const own = ownBranch(listed, session);
  const base = await baseBranch(checkout, record, own.name, into, all);
  const at = base.checkedOutAt === null
    ? null
    : gitIn(base.checkedOutAt, environment, asked?.root === base.checkedOutAt ? asked.answer : undefined);
  if (at !== null) await refuseGone(checkout, base.name, at, all);
  const wanted: WantedMerge = {
    session,
    branch: own.name,
    commit: own.commit,
    base: base.name,
    from: base.commit,
    way,
    message,
  };
  const step = at === null ? null : await underWayIn(at);
  if (at !== null && step !== null) {
    throw fail("base_busy", { base: base.name, at: at.directory, step });
  }
  if (at !== null) await refuseLocked(at, base.name);
  const begun = beginIn(at, wanted);
  const found = await foundOf(at ?? checkout.main, wanted, isMerged);
  const changes = found.kind === "merged"
    ? []
    : await refuse(checkout, environment, wanted, found, at, begun);
  return { wanted, base, preview: found, at, state: begun.state, changes };
}

/** A directory that is none of the repository's would make git work on whatever is around it. */
async function refuseGone(
  { main }: Checkout,
  base: string,
  at: Git,
  all: readonly ListedWorktree[],
): Promise<void> {
  const { directory } = at;
  const exists = existsSync(directory);
  if (exists && (gitDirectory(directory) !== null || await isTop(at))) return;
  const git = `git -C ${shellWord(main.directory)} worktree`;
  const isLocked = (all.find(({ path }) => path === directory)?.locked ?? null) !== null;
  const prune = [...isLocked ? [`${git} unlock ${shellWord(directory)}`] : [], `${git} prune`];
  throw fail("base_gone", {
    base,
    at: directory,
    commands: exists ? [`${git} repair`] : prune,
    moved: !exists,
  });
}

/** Whether git takes the directory itself for a checkout. */
const isTop = async (at: Git): Promise<boolean> =>
  (await at(["rev-parse", "--show-prefix"])).out === "\n" && existsSync(join(at.directory, ".git"));

/** The branch that the worktree has checked out. */
function ownBranch({ branch, head }: ListedWorktree, session: string): { name: string; commit: string } {
  if (branch === null || head === null) throw fail("finish_detached", { session });
  return { name: branch, commit: head };
}

async function foundOf(
  git: Git,
  { from, commit }: WantedMerge,
  isMerged: (base: string, commit: string) => Promise<boolean>,
): Promise<Preview> {
  const found = await preview(git, from, commit);
  if (found.kind === "merged" || found.kind === "ahead") return found;
  return await isMerged(from, commit) ? { kind: "merged" } : found;
}

/** @returns what becomes of the files of the base's checkout, where there is one */
async function refuse(
  checkout: Checkout,
  environment: Environment,
  wanted: WantedMerge,
  found: Preview,
  at: Git | null,
  { changes, state }: Begun,
): Promise<readonly MergeChange[]> {
  const { session, branch, base, way } = wanted;
  if (way === "ff" && found.kind !== "ahead") throw fail("finish_not_ahead", { session, branch, base });
  if (
    found.kind === "unrelated" && way !== "rebase" &&
    !(await mergeOptionsOf(checkout.main, base)).includes("unrelated")
  ) {
    throw fail("finish_unrelated", { session, branch, base, shallow: shallowAt(checkout) });
  }
  // A rebase says for itself where it stops.
  if (found.kind === "conflict" && way !== "rebase" && !(await choosesSides(checkout.main, base))) {
    throw fail("finish_conflict", { session, branch, base, files: found.files, how: "merge" });
  }
  if (at === null) {
    if (found.kind === "unknown" && way !== "rebase") {
      const why = "this git cannot merge without a checkout, which 2.38 can";
      throw fail("base_needs_checkout", { session, base, why, root: checkout.main.directory });
    }
    if (way === "squash") refuseNothing(wanted, await changesBy(checkout.main, wanted, found));
    const git = userGitIn(checkout.main.directory, environment);
    if (way !== "rebase") await refuseSettings(git, wanted);
    await refuseHooks(git, wanted, found);
    return [];
  }
  const merging = found.kind === "ahead" && changes !== undefined ? changes : changesBy(at, wanted, found);
  const strict = found.kind !== "ahead" || way === "squash" || way === "merge";
  await refuseDirty(at, wanted, merging, strict, state ?? stateOf(at));
  if (way === "squash") refuseNothing(wanted, await merging);
  return await merging;
}

/** Git would say that there is nothing to commit. */
function refuseNothing({ session, branch, base }: WantedMerge, changes: readonly MergeChange[]): void {
  if (changes.length === 0) throw fail("finish_nothing", { session, branch, base });
}

/** The root of a clone that knows no more than the last commits; null for any other. */
const shallowAt = ({ main, repository }: Checkout): string | null =>
  existsSync(join(repository.commonDir, "shallow")) ? main.directory : null;

interface Begun {
  readonly changes?: Promise<readonly MergeChange[]>;
  readonly state?: Promise<string>;
}

/** What is asked of the base's checkout in nearly every case, while git compares the branches. */
function beginIn(at: Git | null, { from, commit }: WantedMerge): Begun {
  if (at === null) return {};
  const asked = { changes: changesOf(at, from, commit), state: stateOf(at) };
  for (const one of Object.values(asked)) one.catch(() => {});
  return asked;
}

/**
 * @param changes what becomes of the base's files
 * @param strict whether a commit is made
 * @param state the answer of `stateOf` there
 * @throws `base_dirty`
 */
export async function refuseDirty(
  at: Git,
  { base }: WantedMerge,
  changes: Promise<readonly MergeChange[]>,
  strict: boolean,
  state: Promise<string>,
): Promise<void> {
  const files = await filesInTheWay(at, changes, strict, state);
  if (files.length > 0) throw fail("base_dirty", { base, at: at.directory, files });
}

/** Whether the base is set to merge by a strategy of its own, of which a look beforehand knows nothing. */
const choosesSides = async (git: Git, base: string): Promise<boolean> =>
  /(^|\s)(-s|-X|--strategy)/.test(await mergeOptionsOf(git, base));

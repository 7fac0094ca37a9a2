import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { BerthError, fail, some } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { checkedOut, findBranch } from "../git/branch.ts";
import { isMadeFor } from "../git/branch-change.ts";
import { branchNow } from "../git/head-branch.ts";
import { withoutCopies } from "../git/include.ts";
import { refuseAllMounts } from "../git/mounts.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { refuseOccupied } from "../process/occupants.ts";
import { hasOwnCommits } from "../git/own-commits.ts";
import type { Checkout } from "../git/checkout.ts";
import type { ListedWorktree } from "../git/listed-worktree.ts";
import { baseBranch } from "../merge/base-branch.ts";
import { mergedIn } from "../merge/merged-in.ts";
import { type JournalOf, nameOf, removalOf } from "../model/journal.ts";
import { readMarker } from "../git/marker.ts";
import { adminDirectory, linkedDirectory } from "../git/worktree-directory.ts";
import { isOwnName } from "../model/worktree-path.ts";
import { look } from "../git/look.ts";
import { type Survey, survey } from "../git/survey.ts";
import { goneAt, lossesOf } from "../git/gone.ts";
import { assess, inWords, type Loss, type Risk } from "../git/risk.ts";
import { movedTo } from "./relink.ts";
import { refuseStuck } from "./refuse-stuck.ts";
import { type InspectedWorktree, inspectWorktree } from "../git/worktree.ts";

export interface Destruction {
  /** Remove the worktree. */
  readonly cleanup: boolean;
  readonly deleteBranch: boolean;
  /** Also with work in the worktree, which is kept for an undo, and past processes that stand there. */
  readonly force: boolean;
  /** Also with commits of the branch that nothing else has; they are kept for an undo too. */
  readonly forceBranch: boolean;
  /** Whether a branch that was not made for the session stays, and is no obstacle. */
  readonly keepForeign?: boolean;
  /** The commit of the branch that was merged. One that has more by now stays, whatever else is said. */
  readonly merged?: string;
  /** What else the session's history is to say, once it is certain that it goes. */
  readonly note?: (draft: SessionRecord) => void;
  /** What the journal of a merge says of it already. */
  readonly begun?: JournalOf<"destroy"> | undefined;
  /** Past processes that stand there, but not past work. */
  readonly pastProcesses?: boolean;
  /** Whether our own shell, where it stands in the worktree, goes elsewhere by itself afterwards. */
  readonly leaves: boolean;
}

/** One thing that a destruction does or leaves, for `--dry-run` and for its own use. */
export interface DestroyStep {
  readonly what: "session" | "worktree" | "branch";
  readonly action: "archive" | "delete" | "keep";
  readonly reason: string;
  /** The commit at which a deleted branch stood. */
  readonly commit?: string;
  /** The ref that keeps what would be lost. */
  readonly kept?: string;
}

export interface Plan {
  readonly steps: readonly DestroyStep[];
  /** Whether git must be told to remove the worktree in spite of what is in it. */
  readonly forceGit: boolean;
  readonly removesWorktree: boolean;
  /** Whether our own shell stands in the worktree that goes. */
  readonly fromInside: boolean;
  /** Where the branch stands that goes; null when it stays. */
  readonly branchCommit: string | null;
  /** The branch that HEAD of the worktree names, else that of the record. */
  readonly branch: string;
  /** Whether the branch that was to go is gone already. */
  readonly branchGone: boolean;
  /** The worktree that goes; null when it stays. */
  readonly found: InspectedWorktree | null;
  /** What is in the worktree that goes; null when it stays. */
  readonly risk: Risk | null;
  /** What git does not see of the worktree that goes; null when it stays. */
  readonly surveyed: Survey | null;
}

/**
 * What a destruction would do. Changes nothing.
 *
 * @param checkout null for a session without a repository
 * @throws `work_at_risk`, `worktree_refused`, `worktree_has_mounts`, `worktree_occupied`; `branch_unmerged`,
 *   `branch_not_ours`, `branch_in_use`
 */
export async function planDestroy(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout | null,
  wanted: Destruction,
): Promise<Plan> {
  const steps: DestroyStep[] = [{
    what: "session",
    action: "archive",
    reason: "berth restore brings it back",
  }];
  if (checkout === null) {
    return {
      steps,
      forceGit: false,
      removesWorktree: false,
      fromInside: false,
      branchCommit: null,
      branch: "",
      branchGone: false,
      found: null,
      risk: null,
      surveyed: null,
    };
  }
  // The record alone tells this, whatever is wrong with the worktree.
  if (wanted.deleteBranch && record.project?.["ownsBranch"] !== true) {
    throw fail("branch_not_ours", { branch: record.project?.branch ?? "", session: nameOf(record) });
  }
  const madeFor = wanted.deleteBranch ? askWhoseBranch(record, checkout) : undefined;
  const tree = await planWorktree(deps, record, checkout, wanted);
  const branch = await planBranch(record, checkout, wanted, tree.found?.all, madeFor);
  return {
    steps: [...steps, tree.step, branch.step],
    forceGit: tree.forceGit,
    removesWorktree: tree.risk !== null,
    fromInside: tree.fromInside,
    branchCommit: branch.commit,
    branch: branch.name,
    branchGone: branch.gone,
    found: tree.found,
    risk: tree.risk,
    surveyed: tree.surveyed,
  };
}

async function planWorktree(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  { cleanup, force, pastProcesses = false, leaves }: Destruction,
) {
  const keep = (reason: string) => ({
    step: { what: "worktree", action: "keep", reason } satisfies DestroyStep,
    forceGit: false,
    fromInside: false,
    found: null,
    risk: null,
    surveyed: null,
  });
  if (!cleanup) return keep("it goes with --cleanup only");
  const begun = removalOf(record) !== null;
  const past = pastProcesses || force;
  const { found, meanwhile, risk: assessed } = await inspectAll(record, checkout, begun, () => {
    const path = record.project?.worktree ?? "";
    refuseAllMounts(deps, path);
    const how = { action: "destroy", force: past, leaves };
    return {
      fromInside: past && !leaves ? false : refuseOccupied(deps, record, how),
      surveyed: survey(path),
    };
  });
  if (found.listed === null) {
    refuseMoved(checkout, record, found);
    return keep(found.exists ? LEFT : "it is gone already");
  }
  refuseInside(found.listed.path, found);
  const { fromInside, surveyed } = meanwhile();
  const gone = found.exists ? null : goneAt(checkout.main, checkout.repository.commonDir, found.listed.path);
  const risk = withLosses(await assessed(), gone === null || begun ? [] : await lossesOf(gone));
  const { lost: losses, needsForce, ignored } = risk;
  refuseStuck(record, found, risk.unseen, surveyed);
  const lost = begun && isOnlyMissing(risk) ? [] : losses.map(inWords);
  if (lost.length > 0 && !force) {
    throw fail("work_at_risk", {
      session: nameOf(record),
      path: found.listed.path,
      lost,
      files: risk.changed,
    });
  }
  const nothing = found.exists ? "nothing in it would be lost" : "its directory is gone already";
  const words = lost.length === 0 ? nothing : `with ${lost.join(", ")}`;
  const ignoredToo = withoutCopies(checkout.repository.root, found.listed.path, ignored);
  const { special } = surveyed;
  const reason = [
    words,
    ...ignoredToo.length === 0 ? [] : [`ignored files that go too: ${some(ignoredToo)}`],
    ...special.length === 0 ? [] : [`sockets and devices, which no undo brings back: ${some(special)}`],
  ].join("; ");
  const step: DestroyStep = { what: "worktree", action: "delete", reason };
  return { step, forceGit: needsForce || losses.length > 0, fromInside, found, risk, surveyed };
}

const withLosses = (risk: Risk, more: readonly Loss[]): Risk => ({ ...risk, lost: [...risk.lost, ...more] });

/** Git knows where it is that moved it; what it holds is neither looked at nor removed by its old place. */
function refuseMoved({ repository }: Checkout, record: SessionRecord, { exists }: InspectedWorktree): void {
  const to = exists ? null : movedTo(repository, record);
  if (to === null) return;
  const { worktree: path = "" } = record.project ?? {};
  throw fail("worktree_moved", { session: nameOf(record), path, to: to.worktree });
}

/** Other worktrees inside are other people's: git would delete them with all that is in them. */
function refuseInside(path: string, { inside }: InspectedWorktree): void {
  const there = inside.filter((one) => existsSync(one));
  if (there.length > 0) throw fail("worktrees_inside", { path, inside: there });
}

/** Why the directory of a worktree stays that git could not remove to the end. */
const LEFT = "git has removed what it could, the rest is for you to delete";

/** Whether all that is amiss is that files are missing, as a removal leaves it that was stopped. */
export const isOnlyMissing = ({ lost }: Risk): boolean =>
  lost.every((loss) => loss.kind === "changed" && loss.missing === loss.count);

/**
 * The path of the session's worktree.
 *
 * @throws `worktree_refused` for any path but one that we would have made, and one where it was moved to
 */
export function ownPath({ id, project }: SessionRecord): string {
  const path = project?.worktree ?? "";
  if (isOwnName(path, id) && isAbsolute(path)) return path;
  const admin = linkedDirectory(path);
  if (admin !== null && readMarker(admin)?.id === id) return path;
  throw fail("worktree_refused", { path, why: "it is not the one that berth made for this session" });
}

/**
 * The worktree of the record, where it is what its path says.
 *
 * @param begun whether its removal was begun, so that git need not know it any more
 * @throws `worktree_refused` as `ownPath`, for a directory that git does not know, and for the worktree of another
 *   session
 */
export async function inspectOwn(
  record: SessionRecord,
  { main, repository }: Checkout,
  begun: boolean,
): Promise<InspectedWorktree> {
  const { root, commonDir } = repository;
  const path = ownPath(record);
  const found = await inspectWorktree(main, { root, commonDir, path });
  if (found.exists && found.listed === null) {
    if (begun) return found;
    throw fail("worktree_refused", { path, why: "git knows no worktree there" });
  }
  if (found.exists && found.admin === null) {
    const why = "its .git file does not lead to this repository";
    throw fail("worktree_refused", { path, why, mendable: true });
  }
  if (found.marker !== null && found.marker.id !== record.id) {
    throw fail("worktree_refused", { path, why: `it was made for session ${found.marker.id}` });
  }
  return found;
}

/**
 * Look at a session's worktree from all sides at once: git looks at the files, and meanwhile something else is done.
 *
 * @param work what is done; its result, or what it throws, comes with `meanwhile`
 * @throws as `inspectOwn`
 */
export async function inspectAll<T>(
  record: SessionRecord,
  checkout: Checkout,
  begun: boolean,
  work: (found: InspectedWorktree) => T,
): Promise<{ found: InspectedWorktree; meanwhile: () => T; risk: () => Promise<Risk> }> {
  const found = await inspectOwn(record, checkout, begun);
  const leadsHome = adminDirectory(checkout.repository.commonDir, record.project?.worktree ?? "") !== null;
  const looking = leadsHome ? look(checkout.worktree) : undefined;
  // What else fails is told first.
  looking?.catch(() => {});
  const meanwhile = settled(() => work(found));
  return { found, meanwhile, risk: () => assess(checkout.main, checkout.worktree, found, looking) };
}

function settled<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The base that has everything of a branch under other commits (squashed, rebased, picked), null where none has. */
async function baseWithAll(
  record: SessionRecord,
  checkout: Checkout,
  branch: string,
  commit: string,
): Promise<string | null> {
  try {
    const base = await baseBranch(checkout, record, branch, undefined);
    return await mergedIn(checkout.main)(base.commit, commit) ? base.name : null;
  } catch (error) {
    // Where git cannot tell, it is work.
    if (error instanceof BerthError) return null;
    throw error;
  }
}

/** Whether a branch was made for the session, asked ahead. */
interface Whose {
  readonly branch: string;
  readonly ours: Promise<boolean>;
}

function askWhoseBranch(record: SessionRecord, { main }: Checkout): Whose {
  const branch = branchNow(record) ?? record.project?.branch ?? "";
  const ours = isMadeFor(main, branch, record.id);
  // Where the branch is gone nobody asks.
  ours.catch(() => {});
  return { branch, ours };
}

/**
 * What becomes of the branch.
 *
 * @param all the repository's worktrees, where they are known already
 * @param asked whose it is, where that was asked ahead
 *
 * @throws `branch_not_ours`, `branch_in_use`, `branch_unmerged`
 */
export async function planBranch(
  record: SessionRecord,
  checkout: Checkout,
  wanted: Destruction,
  all: readonly ListedWorktree[] = [],
  asked?: Whose,
) {
  const { main } = checkout;
  const { worktree = "" } = record.project ?? {};
  const branch = branchNow(record) ?? record.project?.branch ?? "";
  const keep = (reason: string, gone = false) => ({
    step: { what: "branch", action: "keep", reason } satisfies DestroyStep,
    name: branch,
    commit: null,
    gone,
  });
  if (!wanted.deleteBranch) return keep("it goes with --delete-branch only");
  const found = checkedOut(all, branch, worktree) ?? await findBranch(main, branch);
  if (found === undefined) return keep("it is gone already", true);
  if (found.standsFor !== null) return keep(`it is another name for ${found.standsFor}`);
  const at = found.checkedOutAt;
  const session = nameOf(record);
  if (at !== null && (at !== worktree || !wanted.cleanup)) {
    throw fail("branch_in_use", { branch, at, session, own: at === worktree });
  }
  const ours = asked?.branch === branch ? asked.ours : isMadeFor(main, branch, record.id);
  if (!(await ours)) {
    if (wanted.keepForeign === true) return keep(`${branch} was not made for the session`);
    throw fail("branch_not_ours", { branch, session });
  }
  const { commit } = found;
  const { merged } = wanted;
  const own = merged !== commit && await hasOwnCommits(main, branch);
  const base = own ? await baseWithAll(record, checkout, branch, commit) : null;
  if (own && base === null && (!wanted.forceBranch || merged !== undefined)) {
    throw fail("branch_unmerged", { branch, session });
  }
  const reason = base !== null
    ? `all that it changed is in ${base}`
    : own
    ? "with commits that no other branch and no remote has"
    : "nothing would be lost";
  const step: DestroyStep = {
    what: "branch",
    action: "delete",
    reason: `${branch} (was ${commit.slice(0, 12)}): ${reason}`,
    commit,
  };
  return { step, name: branch, commit, gone: false };
}

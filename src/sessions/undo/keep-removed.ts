import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import type { Loss, Risk } from "../git/risk.ts";
import type { InspectedWorktree } from "../git/worktree.ts";
import { join, relative } from "node:path";
import { fail } from "../../errors/errors.ts";
import type { Git } from "../git/git.ts";
import { goneAt } from "../git/gone.ts";
import { nameOf } from "../model/journal.ts";
import { collect, type Collected, keptOf } from "./collect.ts";
import { keepCommit, keepWork, REMOVED } from "./keep.ts";
import type { Removed } from "./removed.ts";
import type { Unseen } from "./unseen.ts";

/** What is about to go. */
export interface Going {
  /** The worktree; null when it stays. */
  readonly found: Pick<InspectedWorktree, "exists" | "listed" | "admin"> | null;
  readonly risk: Risk | null;
  /** The branch of the session, and where it stands when it goes. */
  readonly branch: string;
  readonly branchCommit: string | null;
}

/** Losses that are no work: they are told, and there is nothing to keep of them. */
const NO_WORK: ReadonlySet<Loss["kind"]> = new Set(["lock", "maker", "worktrees"]);

/**
 * What an undo needs to know of a removal.
 *
 * @param ref the one that keeps it, where one is needed
 * @param unseen what of the worktree git knows nothing of
 * @returns null where neither worktree nor branch goes
 */
export function removedBy(
  { found, risk, branch, branchCommit }: Going,
  ref: string,
  { empty, fifos }: Unseen = { empty: [], fifos: [] },
): Removed | null {
  if (found === null && branchCommit === null) return null;
  const work = risk?.lost.some(({ kind }) => !NO_WORK.has(kind)) ?? false;
  const listed = found?.listed ?? null;
  return {
    branch: listed === null ? branch : listed.branch,
    head: listed === null ? branchCommit : listed.head,
    branchGone: branchCommit !== null,
    ...work || branchCommit !== null ? { ref } : {},
    work,
    ...empty.length === 0 ? {} : { empty: [...empty] },
    ...fifos.length === 0 ? {} : { fifos: [...fifos] },
  };
}

/** A ref for what is going to be removed. */
export const newRef = (newUuid: () => string): string => `${REMOVED}/${newUuid()}`;

/** How often what is kept may change under our hands. */
const ATTEMPTS = 3;

/** What is kept before anything goes. */
export interface Kept {
  /** Keeps once more what is in a worktree, from where it stands by now; null where there is no work. */
  readonly late: ((worktree: Git) => Promise<void>) | null;
  /**
   * The ref that is to be made as the branch goes, since it holds nothing but the branch's own commit until then; null
   * where it is made already, or none is needed.
   */
  readonly withBranch: string | null;
}

export const NOTHING_KEPT: Kept = { late: null, withBranch: null };

/**
 * Keep the work that goes under its ref, whole, before anything goes. What is written meanwhile is kept as well: it is
 * looked at again until nothing has changed.
 *
 * @throws `work_not_kept` where it never stands still, and what `keepWork` throws
 */
export async function keepRemoved(
  { main, worktree, repository }: Checkout,
  record: SessionRecord,
  { found, risk, branchCommit }: Going,
  removed: Removed | null,
  limit: number,
): Promise<Kept> {
  const { ref, branch = null, head = null, work = false } = removed ?? {};
  if (ref === undefined) return NOTHING_KEPT;
  const gone = found === null || found.exists ? null : goneAt(main, repository.commonDir, worktree.directory);
  const admin = found?.admin ?? gone?.admin ?? null;
  if (!work || admin === null || risk === null) return { late: null, withBranch: ref };
  const keeping = { id: record.id, name: nameOf(record), branch, head, tip: branchCommit, limit };
  if (gone !== null) {
    const collected = { files: [], directories: [], missing: [], admin: keptOf(gone.admin) };
    await keepCommit(main, ref, await keepWork(gone.git, gone.admin, collected, keeping));
    return { late: null, withBranch: null };
  }
  const nested = risk.nested.map((path) => relative(worktree.directory, path));
  const look = (at: Git) => collect(at, admin, risk.files, nested.map((path) => join(at.directory, path)));
  const keep = async (at: Git, collected: Collected) => {
    for (let [left, now] = [ATTEMPTS, collected]; left > 0; left--) {
      const commit = await keepWork(at, admin, now, keeping);
      const again = await look(at);
      if (isSame(now, again)) return { commit, collected: now };
      now = again;
    }
    throw fail("work_not_kept", {
      path: worktree.directory,
      why: "somebody is writing there",
      writing: true,
    });
  };
  const first = await keep(worktree, await look(worktree));
  await keepCommit(main, ref, first.commit);
  const late = async (at: Git) => {
    const now = await look(at);
    if (isSame(first.collected, now)) return;
    const { commit } = await keep(at, now);
    await keepCommit(main, ref, commit, first.commit);
  };
  return { late, withBranch: null };
}

/**
 * Keep the tip of a branch under its ref, where a removal was stopped before it came to that.
 *
 * @param commit where the branch stood
 */
export async function keepTip(
  main: Git,
  commit: string | null,
  removed: Partial<Removed> | undefined,
): Promise<void> {
  const { ref, work = false } = removed ?? {};
  if (ref === undefined || work || commit === null) return;
  const names = async (what: string) => (await main(["rev-parse", "--verify", "--quiet", what])).status === 0;
  // What is in no repository any more nobody can keep.
  if (!(await names(ref)) && await names(`${commit}^{commit}`)) await keepCommit(main, ref, commit);
}

function isSame(before: Collected, after: Collected): boolean {
  return stampsOf(before) === stampsOf(after);
}

const stampsOf = ({ files, missing, admin }: Collected): string =>
  JSON.stringify([files, admin.filter(({ path }) => !INDEX.test(path)), missing]);

/** Git writes its index when it looks, and what of it is shared (`core.splitIndex`) gets a new date. */
const INDEX = /^(index|sharedindex\.[0-9a-f]+)$/;

import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import type { Loss, Risk } from "../git/risk.ts";
import type { InspectedWorktree } from "../git/worktree.ts";
import { fail } from "../../errors/errors.ts";
import { nameOf } from "../model/journal.ts";
import { collect, type Collected } from "./collect.ts";
import { keepCommit, keepWork, REMOVED } from "./keep.ts";
import type { Removed } from "./removed.ts";
import type { Unseen } from "./unseen.ts";

/** What is about to go. */
export interface Going {
  /** The worktree; null when it stays. */
  readonly found: InspectedWorktree | null;
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
 * @param newUuid names the ref, where one is needed
 * @param unseen what of the worktree git knows nothing of
 * @returns null where neither worktree nor branch goes
 */
export function removedBy(
  { found, risk, branch, branchCommit }: Going,
  newUuid: () => string,
  { empty, fifos }: Unseen = { empty: [], fifos: [] },
): Removed | null {
  if (found === null && branchCommit === null) return null;
  const work = risk?.lost.some(({ kind }) => !NO_WORK.has(kind)) ?? false;
  const listed = found?.listed ?? null;
  return {
    branch: listed === null ? branch : listed.branch,
    head: listed === null ? branchCommit : listed.head,
    branchGone: branchCommit !== null,
    ...work || branchCommit !== null ? { ref: `${REMOVED}/${newUuid()}` } : {},
    work,
    ...empty.length === 0 ? {} : { empty: [...empty] },
    ...fifos.length === 0 ? {} : { fifos: [...fifos] },
  };
}

/** How often what is kept may change under our hands. */
const ATTEMPTS = 3;

/**
 * Keep it under its ref, whole, before anything goes. What is written meanwhile is kept as well: it is looked at again
 * until nothing has changed.
 *
 * @throws `work_not_kept` where it never stands still, and what `keepWork` throws
 */
export async function keepRemoved(
  { main, worktree }: Checkout,
  record: SessionRecord,
  { found, risk, branchCommit }: Going,
  removed: Removed | null,
  limit: number,
): Promise<void> {
  const { ref, branch = null, head = null, work = false } = removed ?? {};
  if (ref === undefined) return;
  const admin = found?.admin ?? null;
  if (!work || admin === null || risk === null) {
    if (branchCommit !== null) await keepCommit(main, ref, branchCommit);
    return;
  }
  const look = () => collect(worktree, admin, risk.files, risk.nested);
  let collected = await look();
  for (let left = ATTEMPTS; left > 0; left--) {
    const commit = await keepWork(worktree, admin, collected, {
      id: record.id,
      name: nameOf(record),
      branch,
      head,
      tip: branchCommit,
      limit,
    });
    const again = await look();
    if (isSame(collected, again)) return await keepCommit(main, ref, commit);
    collected = again;
  }
  throw fail("work_not_kept", { path: worktree.directory, why: "somebody is writing there", writing: true });
}

function isSame(before: Collected, after: Collected): boolean {
  return stampsOf(before) === stampsOf(after);
}

const stampsOf = ({ files, missing, admin }: Collected): string =>
  JSON.stringify([files, admin.filter(({ path }) => !INDEX.test(path)), missing]);

/** Git writes its index when it looks, and what of it is shared (`core.splitIndex`) gets a new date. */
const INDEX = /^(index|sharedindex\.[0-9a-f]+)$/;

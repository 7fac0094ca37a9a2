import { isAbsolute } from "node:path";
import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { type CheckoutState, readState } from "../git/checkout-state.ts";
import { look } from "../git/look.ts";
import { readMarker } from "../git/marker.ts";
import { assess, type Risk } from "../git/risk.ts";
import { linkedDirectory } from "../git/worktree-directory.ts";
import { type InspectedWorktree, inspectWorktree } from "../git/worktree.ts";
import { isOwnName } from "../model/worktree-path.ts";

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

interface LookedAt<T> {
  readonly found: InspectedWorktree;
  /** Its state from before git looked at the files; null where it has none. */
  readonly before: CheckoutState | null;
  readonly meanwhile: () => T;
  readonly risk: () => Promise<Risk>;
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
): Promise<LookedAt<T>> {
  const found = await inspectOwn(record, checkout, begun);
  const { admin } = found;
  const before = checkout.before ?? (admin === null ? null : readState(admin));
  const looking = admin === null ? undefined : look(checkout.worktree);
  // What else fails is told first.
  looking?.catch(() => {});
  const meanwhile = settled(() => work(found));
  return { found, before, meanwhile, risk: () => assess(checkout.main, checkout.worktree, found, looking) };
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

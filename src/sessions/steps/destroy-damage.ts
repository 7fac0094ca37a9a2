import { BerthError, fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Checkout } from "../git/checkout.ts";
import { assess, type Risk } from "../git/risk.ts";
import { inspectWorktree } from "../git/worktree.ts";
import type { Plan } from "./destroy-plan.ts";
import { ownPath } from "./inspect-own.ts";

/**
 * Whether nothing was done by a destruction that failed. Git goes on to remove what it can, and a ^C stops it anywhere;
 * then the journal is what says that nobody did it by mistake.
 */
export async function isWhole(
  record: SessionRecord,
  { main, repository, worktree }: Checkout,
  { risk: before }: Plan,
): Promise<boolean> {
  if (before === null) return true;
  try {
    const found = await inspectWorktree(main, { ...repository, path: ownPath(record) });
    if (found.listed === null || !found.exists || found.admin === null) return false;
    return !hasShrunk(before, await assess(main, worktree, found));
  } catch {
    // What cannot be looked at any more is not whole.
    return false;
  }
}

/** Whether files are gone between two looks, as far as git counts them. */
function hasShrunk(before: Risk, after: Risk): boolean {
  const missing = ({ lost }: Risk) => lost.reduce((n, loss) => n + ("missing" in loss ? loss.missing : 0), 0);
  const counts = new Map(after.lost.map((loss) => [loss.kind, "count" in loss ? loss.count : 0]));
  return missing(after) > missing(before) || after.ignored.length < before.ignored.length ||
    before.lost.some((loss) =>
      loss.kind !== "changed" && "count" in loss && (counts.get(loss.kind) ?? 0) < loss.count
    );
}

/** The failure of a removal that is to be gone on with. */
export function halfDestroyed(session: string, error: unknown): unknown {
  if (!(error instanceof BerthError)) return error;
  const why = error.message.slice(0, 1).toLowerCase() + error.message.slice(1);
  return fail("destroy_unfinished", { session, why }, error);
}

import { fail } from "../../errors/errors.ts";
import { moveAside, putBack } from "../git/aside.ts";
import type { Checkout } from "../git/checkout.ts";
import { look } from "../git/look.ts";
import { refuseMounts } from "../git/mounts.ts";
import { canTell, isUntouched } from "../git/untouched.ts";
import { statusOf } from "../git/worktree-directory.ts";
import type { Force } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { Plan } from "./destroy-plan.ts";

/** From where a worktree is removed, and what git goes past there. */
export interface RemovalPlace {
  readonly at: string;
  readonly force: Force;
}

/**
 * Move a worktree that goes to where nobody finds it any more, so that it can be looked at for the last time. Where it
 * stays in its place, git looks for changes itself before it removes it, unless it is told to remove it in any case.
 *
 * @throws `worktree_has_mounts`: a mount may have come since we looked; `worktree_refused`
 */
export function outOfTheWay(deps: Dependencies, checkout: Checkout, plan: Plan, path: string): RemovalPlace {
  const refuse = (at: string): void =>
    // By the paths that they have once it is back.
    refuseMounts(deps.mountsBelow(at).map((one) => path + one.slice(at.length)), path);
  const moved = plan.forceGit ? null : untouched(checkout, plan, path);
  if (moved === null) refuse(path);
  const place = moved ?? (plan.forceGit ? forced(plan, path) : { at: path, force: "nothing" });
  if (place.at !== path) refuse(place.at);
  return place;
}

/**
 * Look for changes where git is told to go past its own look though there was none, so that nothing is kept.
 *
 * @throws `git_failed`
 */
export async function refuseLate(
  { worktree }: Checkout,
  { forceGit, risk }: Plan,
  path: string,
): Promise<void> {
  if (!forceGit || risk === null || risk.lost.length > 0) return;
  const { changed, untracked } = await look(worktree);
  if (changed.length + untracked.length === 0) return;
  throw fail("git_failed", {
    action: "remove the worktree",
    why: `'${path}' contains modified or untracked files`,
  });
}

/** One with changes, all of which are kept. */
function forced({ found, risk }: Plan, path: string): RemovalPlace {
  const admin = found?.admin ?? null;
  // Those find their files by their own note of the path.
  const hasSubmodules = risk?.files.some(({ mode }) => mode === "160000") === true;
  return { at: admin === null || hasSubmodules ? path : moveAside(admin, path), force: "all" };
}

/**
 * One without changes, in which nobody is known to be at work: by a look of ours, which is faster than a process more.
 *
 * @returns null where it stays in its place, or is back there
 */
function untouched({ repository }: Checkout, plan: Plan, path: string): RemovalPlace | null {
  const { found, before, risk, pastProcesses } = plan;
  const admin = found?.admin ?? null;
  if (before === null || admin === null || risk === null || pastProcesses || !canTell(admin, risk)) {
    return null;
  }
  try {
    const at = moveAside(admin, path);
    if (at !== path && isUntouched(at, { ...risk, admin, before })) return { at, force: "changes" };
  } catch {
    // Git removes it where it stands.
  }
  if (statusOf(path) === null) putBack(repository.commonDir, path);
  return null;
}

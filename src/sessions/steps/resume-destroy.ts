import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { findBranch } from "../git/branch.ts";
import type { DestroyStep, Destruction } from "./destruction.ts";
import type { Checkout } from "../git/checkout.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, removalOf } from "../model/journal.ts";
import { recover } from "./recover.ts";

/**
 * Go on with a destruction that was begun.
 *
 * @returns what was done; null where somebody has worked in the worktree since, and nothing is begun any more
 * @throws `session_live` while git is at work on it, and what `recover` throws
 */
export async function resumeDestroy(
  deps: Dependencies,
  record: SessionRecord,
  checkout: Checkout,
  wanted: Destruction,
): Promise<DestroyStep[] | null> {
  const result = await recover(deps, record, checkout, wanted);
  if (result === "busy") {
    const why = "git is still at work on it";
    throw fail("session_live", { id: nameOf(record), action: "destroy", why, atWork: true });
  }
  if (result === "undone") return null;
  const { branch = "", worktree = "" } = record.project ?? {};
  const asked = wanted.deleteBranch || (removalOf(record)?.commit ?? null) !== null;
  return [
    { what: "session", action: "archive", reason: "berth restore brings it back" },
    result === "left"
      ? { what: "worktree", action: "keep", reason: `what is left of it is for you to delete: ${worktree}` }
      : { what: "worktree", action: "delete", reason: "its removal had been begun" },
    asked ? await branchStep(checkout, branch) : {
      what: "branch",
      action: "keep",
      reason: "it goes with --delete-branch only",
    },
  ];
}

async function branchStep({ main }: Checkout, branch: string): Promise<DestroyStep> {
  if (await findBranch(main, branch) === undefined) {
    return { what: "branch", action: "delete", reason: `${branch}: its removal had been begun` };
  }
  return { what: "branch", action: "keep", reason: "it moved, or nothing else has its commits any more" };
}

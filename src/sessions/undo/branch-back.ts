import { existsSync } from "node:fs";
import { createBranch } from "../git/branch-change.ts";
import { clash } from "../git/branch-name.ts";
import { findAround, findBranch } from "../git/branch.ts";
import type { Git } from "../git/git.ts";
import { stepMarks } from "../git/worktree.ts";
import type { Removed } from "./removed.ts";

/** What HEAD of a worktree that comes back is to name. */
export interface Head {
  /** Null for a detached HEAD. */
  readonly branch: string | null;
  /** Whether the branch has no commit yet (`git switch --orphan`): no ref stands for it. */
  readonly unborn: boolean;
}

/**
 * The branch to check out, made where it is gone. One of that name that stands elsewhere now, or is in use, is somebody
 * else's: it stays, and the session gets another; so it does where a branch is in the way of that name.
 *
 * @param id the session, which the branch's reflog names
 */
export async function branchBack(main: Git, id: string, { branch, head }: Removed): Promise<Head> {
  if (branch === null) return { branch, unborn: false };
  const unborn = head === null;
  const other = belowNone(branch, await findAround(main, branch));
  for (let n = 0;; n++) {
    const name = n === 0 ? branch : `${other}-restored${n === 1 ? "" : `-${n}`}`;
    const there = await findBranch(main, name);
    if (there === undefined) {
      if (clash(name, await findAround(main, name)) !== undefined) continue;
      if (head !== null) {
        await createBranch(main, name, { commit: head, ref: "what was removed" }, id, stepMarks(id));
      }
      return { branch: name, unborn };
    }
    if (there.commit === head && there.standsFor === null && !isUsed(there.checkedOutAt, id)) {
      return { branch: name, unborn };
    }
  }
}

/** Where a branch has the name of a folder of branches by now, another end of the name is no way round it. */
const belowNone = (branch: string, around: readonly string[]): string =>
  around.some((one) => branch.startsWith(`${one}/`)) ? branch.replaceAll("/", "-") : branch;

/** Whether another checkout than the session's own has it. */
const isUsed = (at: string | null, id: string): boolean =>
  at !== null && !at.endsWith(id.slice("uuid--".length)) && existsSync(at);

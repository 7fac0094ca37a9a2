import { join } from "node:path";
import { readIndex } from "./index-file.ts";
import { type GitDirectories, headIn } from "./ref-files.ts";

/** What git's own files say of a checkout: by them it is seen whether anything was staged or HEAD has moved since. */
export interface CheckoutState {
  /** All of its index. */
  readonly index: Buffer;
  /** As `headIn` has it. */
  readonly head: string;
}

/**
 * @param admin git's own directory for the worktree, which is in the repository's
 * @returns null where one of them cannot be read
 */
export const readState = (admin: string): CheckoutState | null =>
  stateIn({ common: join(admin, "../.."), own: admin });

/** As `readState`, of a main checkout. @param root of one whose `.git` is a directory of that place */
export const readMainState = (root: string): CheckoutState | null =>
  stateIn({ common: join(root, ".git"), own: join(root, ".git") });

function stateIn(directories: GitDirectories & { readonly own: string }): CheckoutState | null {
  const index = readIndex(join(directories.own, "index"));
  const head = headIn(directories);
  return index === null || head === null ? null : { index, head };
}

/** Whether nothing was staged and HEAD has not moved between two looks. */
export const isSameState = (one: CheckoutState, other: CheckoutState | null): boolean =>
  other !== null && one.head === other.head && one.index.equals(other.index);

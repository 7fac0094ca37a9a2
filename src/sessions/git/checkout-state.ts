import { lstatSync } from "node:fs";
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

/** As `CheckoutState`, with which file the index is: one that was written anew may hold the same. */
export interface DatedState extends CheckoutState {
  readonly dated: string;
}

/** As `readState`, of a main checkout. @param root of one whose `.git` is a directory of that place */
export function readMainState(root: string): DatedState | null {
  const own = join(root, ".git");
  const file = lstatSync(join(own, "index"), { throwIfNoEntry: false });
  const state = stateIn({ common: own, own });
  return file === undefined || state === null
    ? null
    : { ...state, dated: [file.ino, file.mtimeMs, file.ctimeMs].join() };
}

/** Whether nothing was staged, committed or taken back between two looks at a main checkout. */
export const isSameMain = (one: DatedState, other: DatedState | null): boolean =>
  isSameState(one, other) && one.dated === other?.dated;

function stateIn(directories: GitDirectories & { readonly own: string }): CheckoutState | null {
  const index = readIndex(join(directories.own, "index"));
  const head = headIn(directories);
  return index === null || head === null ? null : { index, head };
}

/** Whether nothing was staged and HEAD has not moved between two looks. */
export const isSameState = (one: CheckoutState, other: CheckoutState | null): boolean =>
  other !== null && one.head === other.head && one.index.equals(other.index);

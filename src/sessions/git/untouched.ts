import { existsSync, lstatSync, readdirSync } from "node:fs";
import process from "node:process";
import { join } from "node:path";
import { type CheckoutState, isSameState, readState } from "./checkout-state.ts";
import { isAsStamped } from "./index-file.ts";
import type { Indexed } from "./nested.ts";
import { UNREADABLE } from "./unreadable.ts";

/** A worktree as git saw it, with no change in it. */
export interface SeenFiles {
  /** Git's own directory for it. */
  readonly admin: string;
  /** Its state from before git looked. */
  readonly before: CheckoutState;
  /** What its index has. */
  readonly files: readonly Indexed[];
  /** Every ignored file. */
  readonly ignored: readonly string[];
}

/** With more files git is faster. */
const MOST = 1000;

/** Whether `isUntouched` may be asked; where it may not, git is to look itself. */
export const canTell = (admin: string, { files, ignored }: Pick<SeenFiles, "files" | "ignored">): boolean =>
  // There the index has other times, and no inodes.
  process.platform !== "win32" && files.length + ignored.length <= MOST && files.every(isStamped) &&
  // Repositories of submodules, which git removes by force alone.
  !existsSync(join(admin, "modules"));

/**
 * Whether a worktree is to the last file what git saw, told as git tells it: by what its index has of each file. No file
 * may be there that git did not see; empty directories do not count, as they do not for git.
 *
 * @param root where it stands
 */
export function isUntouched(root: string, { admin, before, files, ignored }: SeenFiles): boolean {
  const tracked = new Map(files.map((file) => [file.path, file]));
  const known = new Set([".git", ...ignored]);
  let met = 0;
  for (const directories = [""]; directories.length > 0;) {
    const below = directories.pop() ?? "";
    for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory()) {
        directories.push(`${path}/`);
        continue;
      }
      const file = tracked.get(path);
      // Two that are not UTF-8 may be one here.
      if (path.includes(UNREADABLE)) return false;
      if (file === undefined ? !known.has(path) : !isSame(join(root, path), before.index, file)) return false;
      if (file !== undefined) met++;
    }
  }
  // Behind the files: whoever stages a change has made it before.
  return met === files.length && isSameState(before, readState(admin));
}

/** What git was told to pass over (`assume-unchanged`, sparse) has no stamp to go by, nor has a submodule. */
const isStamped = ({ tag, mode, statAt }: Indexed): boolean =>
  tag === "H" && mode !== "160000" && statAt !== undefined;

function isSame(path: string, index: Buffer, { statAt = 0 }: Indexed): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  return there !== undefined && isAsStamped(index, statAt, there);
}

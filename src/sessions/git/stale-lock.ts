import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { statusOf } from "./worktree-directory.ts";

/** A git that lives has a ref locked for a few milliseconds. */
const LONGEST_MS = 500;
const PAUSE_MS = 50;

/**
 * Remove the lock file of a ref that a killed git left: with it nobody can change the ref any more. One that another git
 * has is gone, or another file, in a moment. (That of the packed refs stays, as git leaves it: a git that packs a large
 * repository has it for long, and nobody can tell the two apart.)
 *
 * The caller knows that no git of the session's own step lives, and that the ref is the session's.
 *
 * @param ref its full name
 */
export async function clearStaleLock(commonDir: string, ref: string): Promise<void> {
  const path = join(commonDir, `${ref}.lock`);
  const first = statusOf(path);
  if (first?.isFile() !== true) return;
  for (const end = performance.now() + LONGEST_MS; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (statusOf(path)?.ino !== first.ino) return;
  }
  unlinkSync(path);
}

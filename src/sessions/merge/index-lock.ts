import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../errors/errors.ts";
import { gitDirectory } from "../git/bare-root.ts";
import type { Git } from "../git/git.ts";

/** A git that only looks has the index locked for some milliseconds. */
const LONGEST_MS = 1000;
const PAUSE_MS = 50;

/**
 * Refuse to merge where another git has the index, or one that was killed left its lock: a merge would be stopped in the
 * middle, and could not be taken back either.
 *
 * @throws `base_locked`
 */
export async function refuseLocked(checkout: Git, base: string): Promise<void> {
  const admin = gitDirectory(checkout.directory);
  if (admin === null) return;
  const lock = join(admin, "index.lock");
  for (const end = performance.now() + LONGEST_MS; existsSync(lock);) {
    if (performance.now() > end) throw fail("base_locked", { base, at: checkout.directory, lock });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

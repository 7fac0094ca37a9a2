import { BerthError } from "../../errors/errors.ts";
import { sha256 } from "../../facts/sha256.ts";
import type { Lock } from "../../store/backend.ts";
import type { Store } from "../../store/open.ts";

/** Merges of one repository are made one after the other; a user's hooks may take their time. */
const WAIT_MS = 60_000;

/** Hold the merges of a repository. `waited`: for another one, which may have changed anything. */
export async function lockMerges(store: Store, commonDir: string): Promise<{ lock: Lock; waited: boolean }> {
  const name = `locks/merge-${sha256(commonDir).slice(0, 16)}.lock`;
  const request = { what: "the merges of this repository", command: store.command };
  try {
    return { lock: await store.backend.lock(name, { ...request, waitMs: 0 }), waited: false };
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "locked") throw error;
  }
  const waitMs = Math.max(WAIT_MS, store.waitMs);
  return { lock: await store.backend.lock(name, { ...request, waitMs }), waited: true };
}

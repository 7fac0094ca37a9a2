import { BerthError, fail } from "../../errors/errors.ts";
import { sha256 } from "../../facts/sha256.ts";
import type { Lock } from "../../store/backend.ts";
import { readRecord } from "../../store/read.ts";
import type { Environment } from "../git/git-environment.ts";
import { ancestorsOf } from "../model/ancestors.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { journalOf, nameOf } from "../model/journal.ts";

/** By it every git that makes a merge, and what that starts, is known: the ID of the session. */
const MARK = "BERTH_FINISH";

export const mergeMarks = (id: string): Readonly<Record<string, string>> => ({ [MARK]: id });

/** Merges of one repository are made one after the other; a user's hooks may take their time. */
const WAIT_MS = 60_000;

/**
 * Hold the merges of a repository. `waited`: for another one, which may have changed anything.
 *
 * @throws `finish_within` where that one waits for a hook which we are called by; `locked` when the time is over
 */
export async function lockMerges(
  deps: Dependencies,
  commonDir: string,
  environment: Environment,
): Promise<{ lock: Lock; waited: boolean }> {
  const { store } = deps;
  const name = `locks/merge-${sha256(commonDir).slice(0, 16)}.lock`;
  const request = { what: "the merges of this repository", command: store.command };
  try {
    return { lock: await store.backend.lock(name, { ...request, waitMs: 0 }), waited: false };
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "locked") throw error;
  }
  refuseWithin(deps, environment[MARK]);
  const waitMs = Math.max(WAIT_MS, store.waitMs);
  return { lock: await store.backend.lock(name, { ...request, waitMs }), waited: true };
}

/** @param id the session whose merge called us, by our environment */
function refuseWithin(
  deps: Dependencies,
  id: string | undefined,
): void {
  const record = id === undefined ? null : readRecord(deps.store, id);
  const journal = record === null ? null : journalOf(record);
  if (record === null || journal?.kind !== "finish" || !ancestorsOf(deps).has(journal.by.pid)) return;
  throw fail("finish_within", { session: nameOf(record), pid: journal.by.pid });
}

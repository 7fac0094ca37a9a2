import { BerthError, fail } from "../../errors/errors.ts";
import { processAlive } from "../../store/liveness.ts";
import type { SessionRecord, Status } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, ownerOf } from "../model/journal.ts";
import { change } from "./runs.ts";
import { apply, finishRun } from "../model/transitions.ts";

/** How a run ended. */
export interface Outcome {
  /** Exit status as shells have it: 128 + n for signal n; null when it is not known. */
  readonly exitCode: number | null;
  readonly status: Status;
  readonly error?: string;
}

/**
 * TERMINATING → CLEANED, with the cleaner in between. The work is claimed in the record, so that of several
 * processes (and of several callers in one) exactly one does it; a claim dies with its process.
 *
 * @param n the run that ended, where another may have begun since
 * @returns the record; unchanged where somebody else is at it or was
 * @throws `cleanup_failed`: the run stays TERMINATING with `lastError`, to be tried again
 */
export async function completeCleanup(
  deps: Dependencies,
  id: string,
  outcome: Outcome,
  n?: number,
): Promise<SessionRecord> {
  const { claimed, record } = await claim(deps, id, n);
  if (!claimed) return record;
  try {
    await deps.cleaner(record);
  } catch (error) {
    throw await giveBack(deps, record, error);
  }
  deps.log("session cleaned", { id });
  return await change(deps, id, (draft) => {
    const run = apply(draft, "CLEAN", record.run?.n);
    finishRun(run, deps.clock());
    run.exitCode = outcome.exitCode;
    draft.status = outcome.status;
    if (outcome.error === undefined) delete draft.lastError;
    else draft.lastError = outcome.error;
    remember(draft, deps.clock(), "ended", { run: run.n, exitCode: outcome.exitCode, reason: run.reason });
  });
}

async function claim(
  deps: Dependencies,
  id: string,
  n: number | undefined,
): Promise<{ claimed: boolean; record: SessionRecord }> {
  let claimed = false;
  const record = await change(deps, id, (draft) => {
    if (draft.run?.state === "CLEANED" || (n !== undefined && draft.run?.n !== n)) return false;
    const run = apply(draft, "CLEAN");
    // Only whether it may be: the state changes when the work is done.
    run.state = "TERMINATING";
    const holder = ownerOf(draft, "cleaning");
    if (holder !== null && processAlive(deps.machine(), holder) !== false) return false;
    run["cleaning"] = deps.self;
    claimed = true;
    return undefined;
  }, false);
  return { claimed, record };
}

async function giveBack(deps: Dependencies, record: SessionRecord, error: unknown): Promise<BerthError> {
  const why = error instanceof Error ? error.message : String(error);
  const failure = fail("cleanup_failed", { session: nameOf(record), why }, error);
  deps.log("cleanup failed", { id: record.id, why });
  await change(deps, record.id, (draft) => {
    if (draft.run === undefined || draft.run.n !== record.run?.n) return false;
    delete draft.run["cleaning"];
    draft.lastError = failure.message;
    return undefined;
  }, false);
  return failure;
}

import { fail } from "../../errors/errors.ts";
import type { Run, SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { type LifecycleEvent, nextState, TransitionError } from "./lifecycle.ts";
import { nameOf, type Owner } from "./journal.ts";

/**
 * Apply an event to the run.
 *
 * @param n the run that is meant, where it may have ended and another begun; otherwise the present one
 * @throws `invalid_transition`; the draft is as it was
 */
export function apply(draft: SessionRecord, event: LifecycleEvent, n = draft.run?.n): Run {
  const { run } = draft;
  if (run === undefined) {
    throw fail("invalid_transition", { session: nameOf(draft), event, state: "none", why: "it has no run" });
  }
  const next = nextState(run.n === n ? run.state : "CLEANED", event);
  if (next instanceof TransitionError) {
    const { state, reason } = next;
    throw fail("invalid_transition", { session: nameOf(draft), event, state, why: reason }, next);
  }
  run.state = next;
  return run;
}

/** End the run of a process that is gone and left nobody to end it: the session is idle. */
export function endLost(draft: SessionRecord, at: Date): void {
  const { run } = draft;
  if (run === undefined) return;
  if (run.state !== "TERMINATING") apply(draft, "TERMINATE");
  apply(draft, "CLEAN");
  finishRun(run, at);
  run.reason ??= "lost";
  draft.status = "idle";
  remember(draft, at, "lost", { run: run.n });
}

export function finishRun(run: Run, at: Date): void {
  run.endedAt = at.toISOString();
  delete run["supervisor"];
  delete run["cleaning"];
}

/** The process that the run is. */
export function setProcess(run: Run, { pid, start, bootId, pidNamespace, host }: Owner): void {
  Object.assign(run, { pid, pidStart: start, bootId });
  // Without one it is written down by the store, as that of a process of this boot.
  delete run.host;
  if (host !== undefined) run.host = host;
  if (pidNamespace !== undefined) run.pidNamespace = pidNamespace;
}

import type { RunState } from "../../store/record.ts";

/** What happens to a run. */
export const EVENTS = ["SPAWN", "ACTIVATE", "TERMINATE", "CLEAN"] as const;
export type LifecycleEvent = (typeof EVENTS)[number];

/** An event that the state does not take. The state stays as it was. */
export class TransitionError extends Error {
  override readonly name = "TransitionError";

  constructor(readonly state: RunState, readonly event: LifecycleEvent, readonly reason: string) {
    super(`${event} in state ${state}: ${reason}`);
  }
}

/** The seven transitions there are. Every other pair of state and event is an error. */
const NEXT: Readonly<Record<RunState, Partial<Record<LifecycleEvent, RunState>>>> = {
  CREATED: { SPAWN: "SPAWNING", TERMINATE: "TERMINATING" },
  SPAWNING: { ACTIVATE: "ACTIVE", TERMINATE: "TERMINATING" },
  ACTIVE: { TERMINATE: "TERMINATING" },
  // Ending what ends already is no fault: two programs may both have been asked to.
  TERMINATING: { TERMINATE: "TERMINATING", CLEAN: "CLEANED" },
  CLEANED: {},
};

const WAITS_FOR: Readonly<Record<RunState, string>> = {
  CREATED: "it was not started yet",
  SPAWNING: "its command is being started",
  ACTIVE: "its command is running",
  TERMINATING: "it is ending",
  CLEANED: "it has ended",
};

/** The state after the event, or why there is none. Pure: neither is ever thrown, nothing is changed. */
export function nextState(state: RunState, event: LifecycleEvent): RunState | TransitionError {
  return NEXT[state][event] ?? new TransitionError(state, event, WAITS_FOR[state]);
}

/** Whether a run in this state can take heartbeats and messages. */
export const takesActivity = (state: RunState): boolean => state !== "TERMINATING" && state !== "CLEANED";

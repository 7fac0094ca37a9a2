import { describe, expect, test } from "bun:test";
import {
  EVENTS,
  type LifecycleEvent,
  nextState,
  TransitionError,
} from "../../../src/sessions/model/lifecycle.ts";
import { RUN_STATES, type RunState } from "../../../src/store/record.ts";

const VALID: readonly (readonly [RunState, LifecycleEvent, RunState])[] = [
  ["CREATED", "SPAWN", "SPAWNING"],
  ["CREATED", "TERMINATE", "TERMINATING"],
  ["SPAWNING", "ACTIVATE", "ACTIVE"],
  ["SPAWNING", "TERMINATE", "TERMINATING"],
  ["ACTIVE", "TERMINATE", "TERMINATING"],
  ["TERMINATING", "CLEAN", "CLEANED"],
  ["TERMINATING", "TERMINATE", "TERMINATING"],
];

const INVALID: readonly (readonly [RunState, LifecycleEvent])[] = [
  ["CREATED", "ACTIVATE"],
  ["CREATED", "CLEAN"],
  ["SPAWNING", "SPAWN"],
  ["SPAWNING", "CLEAN"],
  ["ACTIVE", "SPAWN"],
  ["ACTIVE", "ACTIVATE"],
  ["ACTIVE", "CLEAN"],
  ["TERMINATING", "SPAWN"],
  ["TERMINATING", "ACTIVATE"],
  ["CLEANED", "SPAWN"],
  ["CLEANED", "ACTIVATE"],
  ["CLEANED", "TERMINATE"],
  ["CLEANED", "CLEAN"],
];

describe("lifecycle", () => {
  test("the tables are the whole of it", () => {
    const pairs = new Set([...VALID, ...INVALID].map(([state, event]) => `${state} ${event}`));
    expect(pairs.size).toBe(RUN_STATES.length * EVENTS.length);
    expect([VALID.length, INVALID.length]).toEqual([7, 13]);
  });

  test.each(VALID)("%s + %s -> %s", (state, event, next) => {
    expect(nextState(state, event)).toBe(next);
  });

  test.each(INVALID)("%s + %s is refused, with state, event and reason", (state, event) => {
    const error = nextState(state, event);
    expect(error).toBeInstanceOf(TransitionError);
    expect(error).toMatchObject({ state, event });
    expect((error as TransitionError).reason).toMatch(/^its? /);
  });
});

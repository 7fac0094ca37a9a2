/** What a session comes to for whoever looks after it. */
import { describe, expect, test } from "bun:test";
import type { AgentRow } from "../../../../src/agents/evidence.ts";
import { rowsOfSession, type RowSource } from "../../../../src/cli/commands/top/row.ts";
import type { SessionRecord } from "../../../../src/store/record.ts";

const T = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, "0")}:00.000Z`;

const record = (more: Record<string, unknown> = {}): SessionRecord => ({
  schema: 1,
  id: "uuid--1",
  source: "named",
  name: "auth",
  createdAt: T(0),
  updatedAt: T(0),
  lastActivity: T(0),
  messageCount: 0,
  status: "active",
  history: [],
  scriptState: {},
  sharedState: {},
  metadata: {},
  ...more,
});
const run = (more: Record<string, unknown> = {}) => ({
  n: 2,
  state: "ACTIVE",
  command: ["/usr/bin/make", "secret"],
  pid: 7,
  pidStart: "1",
  bootId: "b",
  startedAt: T(1),
  endedAt: null,
  exitCode: null,
  reason: null,
  ...more,
});
const subject = (found: SessionRecord, more: Partial<RowSource> = {}): RowSource => ({
  record: found,
  short: "uuid--1",
  project: "shop",
  branch: "auth",
  host: "here",
  agents: [],
  running: false,
  seenAt: null,
  ...more,
});
const states = (one: RowSource) => rowsOfSession(one).map(({ state, reason }) => [state, reason]);

describe("a session without agents", () => {
  test.each<[string, Record<string, unknown>, boolean | null, [string, string | null]]>([
    ["one that never ran", {}, false, ["idle", null]],
    ["its command works", { run: run() }, true, ["working", "make"]],
    ["its process is gone", { run: run() }, false, ["failed", "its process is gone"]],
    ["it said waiting, and is gone", { run: run(), status: "waiting" }, false, [
      "failed",
      "its process is gone",
    ]],
    ["it cannot be seen", { run: run() }, null, ["unknown", "its process cannot be seen from here"]],
    ["it said that it waits", { run: run(), status: "waiting" }, true, ["waiting", null]],
    ["done", { run: run({ state: "CLEANED", exitCode: 0, endedAt: T(5) }), status: "idle" }, false, [
      "finished",
      "make is done",
    ]],
    ["failed", { run: run({ state: "CLEANED", exitCode: 2, endedAt: T(5) }), status: "error" }, false, [
      "failed",
      "make ended: status 2",
    ]],
    ["stopped", { run: run({ state: "CLEANED", exitCode: 143, endedAt: T(5) }), status: "stopped" }, false, [
      "idle",
      "make was stopped",
    ]],
    ["somebody said error", { status: "error" }, false, ["failed", null]],
  ])("%s", (_, more, running, expected) => {
    expect(states(subject(record(more), { running }))).toEqual([expected]);
  });

  test("a mere terminal is none, and arguments are nobody's business", () => {
    const { name: _, ...terminal } = record();
    expect(rowsOfSession(subject(terminal as SessionRecord))).toEqual([]);
    expect(JSON.stringify(rowsOfSession(subject(record({ run: run() }), { running: true })))).not.toContain(
      "secret",
    );
  });
});

describe("agents", () => {
  const agent = (status: AgentRow["status"], done = false) => ({
    done,
    row: {
      agent: "claude",
      pid: 9,
      conversation: null,
      status,
      reason: null,
      since: T(3),
      evidence: { source: "hook Stop", at: T(4) },
    },
  });

  test.each(
    [
      ["active", false, "working"],
      ["waiting", false, "waiting"],
      ["error", false, "failed"],
      ["unknown", false, "unknown"],
      ["idle", true, "finished"],
      // Esc, and one that was asked nothing yet.
      ["idle", false, "idle"],
    ] as const,
  )("%s, its turn done: %p is %s", (status, done, state) => {
    expect(rowsOfSession(subject(record(), { agents: [agent(status, done)] }))[0]?.state).toBe(state);
  });

  test("they stand for the session's run", () => {
    const agents = [agent("active"), { ...agent("waiting"), row: { ...agent("waiting").row, pid: 10 } }];
    expect(states(subject(record({ run: run() }), { running: true, agents })).map(([state]) => state))
      .toEqual(["working", "waiting"]);
  });
});

test("looked at is what somebody was at since", () => {
  const ended = record({ run: run({ state: "CLEANED", exitCode: 1, endedAt: T(5) }), status: "error" });
  const seen = (seenAt: string | null) => rowsOfSession(subject(ended, { seenAt }))[0]?.seen;
  expect([seen(null), seen(T(4)), seen(T(5)), seen(T(6))]).toEqual([false, false, true, true]);
});

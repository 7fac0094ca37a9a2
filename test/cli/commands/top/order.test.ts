/** Whom the queue puts first, and that rows stay where they are while somebody reads. */
import { describe, expect, test } from "bun:test";
import {
  byAttention,
  EMPTY,
  isDue,
  keyOfRow,
  needsYou,
  nextOf,
  settled,
  taken,
} from "../../../../src/cli/commands/top/order.ts";
import type { QueueRow } from "../../../../src/cli/commands/top/row.ts";
import { row } from "../../../support/queue.ts";

const at = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, "0")}:00.000Z`;
const ids = (rows: readonly QueueRow[]) => rows.map(({ id }) => id);

test("needs you, failed, finished and not looked at, working, idle; the longest first", () => {
  const rows = [
    row("unknown", { state: "unknown", since: null }),
    row("idle"),
    row("works-short", { state: "working", since: at(30) }),
    row("finished-seen", { state: "finished", seen: true, since: at(9) }),
    row("finished", { state: "finished" }),
    row("works-long", { state: "working", since: at(2) }),
    row("failed-seen", { state: "failed", seen: true, since: at(8) }),
    row("failed", { state: "failed", since: at(50) }),
    row("waits-short", { state: "waiting", since: at(40) }),
    row("waits-long", { state: "waiting", since: at(1), seen: true }),
  ];
  const right = [
    "waits-long",
    "waits-short",
    "failed",
    "finished",
    "works-long",
    "works-short",
    "idle",
    "failed-seen",
    "finished-seen",
    "unknown",
  ];
  for (let round = 0; round < 20; round++) {
    const shuffled = rows.toSorted(() => Math.random() - 0.5);
    expect(ids(shuffled.toSorted(byAttention))).toEqual(right);
  }
  expect(ids(rows.filter(needsYou))).toEqual(["finished", "failed", "waits-short", "waits-long"]);
});

describe("while somebody reads", () => {
  const first = settled(taken(EMPTY, [row("a", { state: "waiting" }), row("b", { state: "working" })], 0));

  test("a row that changes keeps its place, and is marked", () => {
    const next = taken(first, [row("a", { state: "working" }), row("b", { state: "waiting" })], 1000);
    expect(ids(next.rows)).toEqual(["a", "b"]);
    expect([...next.changed]).toEqual(["a", "b"]);
    expect(ids(settled(next).rows)).toEqual(["b", "a"]);
    expect(settled(next).changed.size).toBe(0);
  });

  test("new ones come at the end, those that went stay until the order settles", () => {
    const next = taken(first, [row("b", { state: "working" }), row("c", { state: "failed" })], 1000);
    expect(ids(next.rows)).toEqual(["a", "b", "c"]);
    expect([...next.gone]).toEqual(["a"]);
    expect(ids(settled(next).rows)).toEqual(["c", "b"]);
  });

  test("two seconds after the first change, and not later for more of them", () => {
    const one = taken(first, [row("a", { state: "working" }), row("b", { state: "working" })], 1000);
    const two = taken(one, [row("a", { state: "failed" }), row("b", { state: "working" })], 2500);
    expect([isDue(two, 2999), isDue(two, 3000)]).toEqual([false, true]);
    expect(isDue(taken(first, first.rows, 99_999), 99_999)).toBe(false);
  });

  test("a reason or an age alone is no change", () => {
    const next = taken(first, [
      row("a", { state: "waiting", reason: "more" }),
      row("b", { state: "working" }),
    ], 1);
    expect(next.changed.size).toBe(0);
    expect(next.rows[0]?.reason).toBe("more");
  });
});

describe("the next to go to", () => {
  const never = () => null;

  test("who waits and was not looked at, then what failed, then what finished", () => {
    const rows = [
      row("done", { state: "finished" }),
      row("failed", { state: "failed" }),
      row("waits", { state: "waiting", since: at(5) }),
      row("waits-longer", { state: "waiting", since: at(1) }),
    ];
    const order: string[] = [];
    const left = [...rows];
    for (let next = nextOf(left, never); next !== null; next = nextOf(left, never)) {
      order.push(next.id);
      left.splice(left.indexOf(next), 1);
    }
    expect(order).toEqual(["waits-longer", "waits", "failed", "done"]);
  });

  test("of those who still wait the one that was looked at longest ago; never the place itself", () => {
    const rows = [row("a", { state: "waiting", seen: true }), row("b", { state: "waiting", seen: true })];
    const seen: Record<string, string> = { a: at(9), b: at(8) };
    expect(nextOf(rows, (id) => seen[id] ?? null)?.id).toBe("b");
    expect(nextOf(rows, (id) => seen[id] ?? null, "b")?.id).toBe("a");
    expect(nextOf([row("x", { state: "working" })], never)).toBeNull();
  });
});

test("two agents of a session are two rows", () => {
  const keys = [
    row("a", { agent: "claude", pid: 1 }),
    row("a", { agent: "claude", pid: 2 }),
    row("a", { agent: "codex", pid: 3 }),
    row("a"),
  ].map(keyOfRow);
  expect(new Set(keys).size).toBe(4);
});

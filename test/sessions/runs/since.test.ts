import { expect, test } from "bun:test";
import type { PidsNow } from "../../../src/facts/pid-order.ts";
import type { Dependencies } from "../../../src/sessions/model/dependencies.ts";
import { markedSince, sinceFirstRun } from "../../../src/sessions/runs/since.ts";
import { createdRun } from "../../../src/sessions/workspace/create.ts";
import type { SessionRecord } from "../../../src/store/record.ts";

const BOOT = { bootId: "boot", pidNamespace: "pid:[4026531836]" };
const at = (pid: number, forks: number): PidsNow => ({ pid, forks, tasks: 400, max: 32_768 });
const world = (now: PidsNow | null, self: Partial<Dependencies["self"]> = {}) =>
  ({ self: { pid: 1, start: "1", ...BOOT, ...self }, pidsNow: () => now }) as unknown as Dependencies;
const session = (n: number, since?: unknown) =>
  ({ run: { ...createdRun(n), state: n === 1 ? "CREATED" : "CLEANED", since } }) as unknown as SessionRecord;

const first = { ...BOOT, pid: 5000, forks: 70_000 };

test("the first run notes where the kernel is, and the later ones keep it", () => {
  expect(sinceFirstRun(world(at(5000, 70_000)), session(1))).toEqual(first);
  expect(sinceFirstRun(world(at(6000, 71_000)), session(2, first))).toEqual(first);
});

test("nothing is kept of one that another boot, another namespace or too many starts came between", () => {
  const later = at(6000, 71_000);
  expect(sinceFirstRun(world(later, { bootId: "another" }), session(2, first))).toBeNull();
  expect(sinceFirstRun(world(later, { pidNamespace: "pid:[4026532000]" }), session(2, first))).toBeNull();
  expect(sinceFirstRun(world(at(6000, 171_000)), session(2, first))).toBeNull();
  expect(sinceFirstRun(world(null), session(2, first))).toBeNull();
});

test("a later run of a session whose first one noted nothing notes nothing either", () => {
  expect(sinceFirstRun(world(at(6000, 71_000)), session(2))).toBeNull();
  expect(sinceFirstRun(world(at(6000, 71_000)), session(3, { ...first, pid: "5000" }))).toBeNull();
});

test("who may carry the marks: those since the first run; anybody where that is not known", () => {
  expect(markedSince(world(at(6000, 71_000)), session(2, first))).toEqual({ after: 5000, upTo: 7000 });
  expect(markedSince(world(at(6000, 71_000)), session(2))).toBeNull();
  expect(markedSince(world(at(6000, 71_000), { bootId: "another" }), session(2, first))).toBeNull();
  expect(markedSince(world(at(6000, 171_000)), session(2, first))).toBeNull();
});

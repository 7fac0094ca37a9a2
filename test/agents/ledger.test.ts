/** What an agent told while the log was not to be had is known at once: it may be the last thing it tells for an hour. */
import { afterEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { readLedger } from "../../src/agents/ledger.ts";
import { courseOf } from "../../src/agents/known.ts";
import type { PointKind } from "../../src/agents/point.ts";
import { reportEvent } from "../../src/agents/report.ts";
import { standingOf } from "../../src/agents/status.ts";
import type { Log } from "../../src/events/log.ts";
import { lockFiles } from "../../src/store/lock-files.ts";
import { directory, scratch } from "../support/berth.ts";

const openLock = await lockFiles();
const home = scratch("berth-ledger-");
let count = 0;
let held: { close(): void } | null = null;
afterEach(() => held?.close());

const newLog = (): Log => ({
  directory: directory(home, `log-${count++}`),
  openLock,
  maxBytes: () => 8 * 1024 * 1024,
});

const stamp = { time: "2026-03-01T00:00:00.000Z", host: null, boot: "b1" };
const process = { pid: 7, start: "1", boot: "b1", host: null, pidNamespace: null };
const tell = (log: Log, event: string, kind: PointKind) =>
  reportEvent(
    log,
    stamp,
    { session: "ex--a_ca", agent: "claude", process, point: { event, kind }, worktree: null, server: false },
    0,
  );

function hold({ directory }: Log): void {
  const lock = openLock(`${directory}/events.lock`);
  expect(lock.tryLock()).toBe(true);
  held = lock;
}

const spools = ({ directory }: Log) => readdirSync(directory).filter((name) => name.startsWith("spool-"));

const statuses = ({ directory }: Log) =>
  [...readLedger(directory).agents.values()].map((known) => standingOf(courseOf(known))?.status);

test("before anybody writes it into the log", () => {
  const log = newLog();
  tell(log, "UserPromptSubmit", "work");
  expect(statuses(log)).toEqual(["active"]);
  hold(log);
  tell(log, "PermissionRequest", "permission");
  expect(spools(log)).toHaveLength(1);
  expect(statuses(log)).toEqual(["waiting"]);
});

test("and by whoever writes next, who tells that it is another status now", () => {
  const log = newLog();
  tell(log, "UserPromptSubmit", "work");
  hold(log);
  tell(log, "PermissionRequest", "permission");
  held?.close();
  held = null;
  expect(tell(log, "Notification", "note")).toBe(true);
  expect(spools(log)).toEqual([]);
  expect(statuses(log)).toEqual(["waiting"]);
});

test("and when what the log comes to is kept, which is every so many events", () => {
  const log = newLog();
  for (let at = 0; at < 120; at++) {
    // Each in another place among so many.
    for (let more = 0; more <= at % 7; more++) tell(log, "UserPromptSubmit", "work");
    hold(log);
    tell(log, "PermissionRequest", "permission");
    held?.close();
    held = null;
    tell(log, "Notification", "note");
    expect(statuses(log)).toEqual(["waiting"]);
  }
  expect(readdirSync(log.directory)).toContain("agents.json");
});

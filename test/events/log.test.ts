import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { BerthEvent, News } from "../../src/events/event.ts";
import { openReader } from "../../src/events/follow.ts";
import { append, type Log, spool } from "../../src/events/log.ts";
import { readEvents } from "../../src/events/read.ts";
import { lockFiles } from "../../src/store/lock-files.ts";
import { directory, scratch } from "../support/berth.ts";

const home = scratch("berth-events-");
const openLock = await lockFiles();
const MB = 1024 * 1024;
const stamp = { time: "2026-03-01T00:00:00.000Z", host: null, boot: "b1" };
let count = 0;

const newLog = (maxBytes = 8 * MB): Log => ({
  directory: directory(home, `log-${count++}`),
  openLock,
  maxBytes: () => maxBytes,
});
const news = (n: unknown): News => ({ type: "session.changed", session: "ex--a_ca", data: { n } });
const write = (log: Log, ...values: unknown[]) => append(log, stamp, values.map(news), 1000);
const fileOf = ({ directory }: Log, age = 0) =>
  `${directory}/${age === 0 ? "events.jsonl" : `events.${age}.jsonl`}`;
const numbers = (events: Iterable<BerthEvent>) => [...events].map(({ seq }) => seq);
const values = (events: Iterable<BerthEvent>) => [...events].map(({ data }) => data["n"]);
/** A log whose file has more than a MiB, in one write. */
const fill = (log: Log, lines = 6000) =>
  write(log, ...Array.from({ length: lines }, (_, at) => `${at} ${"x".repeat(100)}`));

describe("a writer that was killed", () => {
  test.each(["{", `{"v":1,"seq":3,"ti`, " ", `{"v":1,"seq":3}`])("leaves %j, which nobody reads", (torn) => {
    const log = newLog();
    write(log, "a", "b");
    appendFileSync(fileOf(log), torn);
    expect(values(readEvents(log.directory))).toEqual(["a", "b"]);
    write(log, "c");
    expect(values(readEvents(log.directory))).toEqual(["a", "b", "c"]);
    expect(numbers(readEvents(log.directory))).toEqual([1, 2, 3]);
    for (const line of readFileSync(fileOf(log), "utf8").split("\n")) {
      expect(line.trim() === "" || typeof JSON.parse(line) === "object").toBe(true);
    }
  });

  test("before the newline has written its event", () => {
    const log = newLog();
    write(log, "a", "b");
    const whole = readFileSync(fileOf(log), "utf8");
    writeFileSync(fileOf(log), whole.trimEnd());
    write(log, "c");
    expect(values(readEvents(log.directory))).toEqual(["a", "b", "c"]);
    expect(numbers(readEvents(log.directory))).toEqual([1, 2, 3]);
  });

  test("may have left more than is read at once", () => {
    const log = newLog();
    write(log, "a");
    appendFileSync(fileOf(log), `{"v":1,"seq":2,"data":"${"x".repeat(20_000)}`);
    write(log, "c");
    expect(values(readEvents(log.directory))).toEqual(["a", "c"]);
  });
});

describe("rotation", () => {
  test("keeps four files, and the numbers go on", () => {
    const log = newLog(MB);
    for (let round = 0; round < 6; round += 1) fill(log);
    write(log, "last");
    expect(
      readdirSync(log.directory).filter((base) => base.startsWith("events.") && base.endsWith("jsonl"))
        .sort(),
    )
      .toEqual(["events.1.jsonl", "events.2.jsonl", "events.3.jsonl", "events.jsonl"]);
    const seen = numbers(readEvents(log.directory));
    expect(seen.at(-1)).toBe(36_001);
    expect(seen).toEqual(Array.from({ length: 18_001 }, (_, at) => 18_001 + at));
  });

  test("a reader that follows misses nothing, however often it happens", () => {
    const log = newLog(MB);
    using reader = openReader(log.directory, 0);
    const seen: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      fill(log);
      if (round % 3 === 2) seen.push(...numbers(reader.next()));
      write(log, "between");
    }
    seen.push(...numbers(reader.next()));
    expect(seen).toEqual(Array.from({ length: 9 * 6001 }, (_, at) => at + 1));
  });

  test("what a reader was too late for is said", () => {
    const log = newLog(MB);
    write(log, "first");
    for (let round = 0; round < 6; round += 1) fill(log);
    const [gap, next] = [...readEvents(log.directory, 1)];
    expect(gap).toMatchObject({ type: "resync", data: { after: 1 }, session: null });
    expect(next?.seq).toBe((gap?.seq ?? 0) + 1);
  });

  test("one that was killed in between hides nothing", () => {
    const log = newLog(MB);
    for (let round = 0; round < 3; round += 1) fill(log);
    const before = numbers(readEvents(log.directory));
    renameSync(fileOf(log, 2), fileOf(log, 3));
    write(log, "after");
    // The oldest file went, as it was to; no other has.
    expect(numbers(readEvents(log.directory))).toEqual([...before.slice(6000), 18_001]);
  });
});

describe("numbers", () => {
  test("any may be asked for, in a file of thousands of lines", () => {
    const log = newLog();
    fill(log, 20_000);
    for (const since of [0, 1, 999, 1000, 10_000, 19_998]) {
      expect(numbers(readEvents(log.directory, since))).toEqual(
        Array.from({ length: 20_000 - since }, (_, at) => since + 1 + at),
      );
    }
    expect(numbers(readEvents(log.directory, 20_000))).toEqual([]);
    expect(numbers(readEvents(log.directory, 99_999))).toEqual([]);
  });

  test("after a restart of the machine they begin a new block, and a line says so", () => {
    const log = newLog();
    write(log, "a");
    append(log, { ...stamp, boot: "b2" }, [news("b")], 1000);
    expect([...readEvents(log.directory)].map(({ seq, type }) => [seq, type])).toEqual([
      [1, "session.changed"],
      [1001, "resync"],
      [1002, "session.changed"],
    ]);
  });

  test("a log that somebody removed does not begin at 1 again", () => {
    const log = newLog();
    write(log, "a", "b");
    rmSync(fileOf(log));
    write(log, "c");
    expect(numbers(readEvents(log.directory))).toEqual([1001, 1002]);
  });
});

describe("what cannot be written in time", () => {
  test("is taken in by the next writer, with its own time", () => {
    const log = newLog();
    const held = openLock(`${log.directory}/events.lock`);
    expect(held.tryLock()).toBe(true);
    expect(append(log, { ...stamp, time: "2026-03-01T00:00:09.000Z" }, [news("late")], 10)).toBe("spool");
    held.close();
    write(log, "next");
    const seen = [...readEvents(log.directory)];
    expect(seen.map(({ data, time }) => [data["n"], time])).toEqual([
      ["late", "2026-03-01T00:00:09.000Z"],
      ["next", stamp.time],
    ]);
    expect(readdirSync(log.directory).filter((base) => base.startsWith("spool"))).toEqual([]);
  });

  test("a damaged file of that kind is passed over, and gone", () => {
    const log = newLog();
    spool(log, stamp, [news("good")]);
    writeFileSync(`${log.directory}/spool-0-1-0.jsonl`, `{"stamp":`);
    write(log, "next");
    expect(values(readEvents(log.directory))).toEqual(["good", "next"]);
    expect(existsSync(`${log.directory}/spool-0-1-0.jsonl`)).toBe(false);
  });
});

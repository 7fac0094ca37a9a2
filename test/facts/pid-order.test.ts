import { describe, expect, test } from "bun:test";
import { isKernelThread } from "../../src/facts/kernel-threads.ts";
import { isAmong, parsePids, type PidMoment, type PidsNow, startedSince } from "../../src/facts/pid-order.ts";

/** A machine with few PIDs, as without systemd, that has come round a hundred times. */
const then: PidMoment = { pid: 20_000, forks: 3_000_000 };
const now = (pid: number, forks: number, more: Partial<PidsNow> = {}): PidsNow => ({
  pid,
  forks,
  tasks: 400,
  max: 32_768,
  ...more,
});
const may = (at: PidsNow, pid: number, from = then) => {
  const range = startedSince(from, at);
  return range === null || isAmong(range, pid);
};

test("the kernel's own files", () => {
  const stat =
    "cpu  1 2 3\nintr 17 0 0\nctxt 393176052\nbtime 1795745802\nprocesses 6578506\nprocs_running 3\n";
  expect(parsePids(stat, "3.79 4.72 2.62 3/123 20782\n", "32768\n")).toEqual({
    pid: 20_782,
    forks: 6_578_506,
    tasks: 123,
    max: 32_768,
  });
  expect(parsePids("cpu 1\n", "3.79 4.72 2.62 3/123 20782\n", "32768\n")).toBeNull();
  expect(parsePids(stat, "3.79 4.72 2.62\n", "32768\n")).toBeNull();
  expect(parsePids(stat, "3.79 4.72 2.62 3/123 20782\n", "many\n")).toBeNull();
});

describe("who may have been started since", () => {
  test("behind the one that was the last then, in any case the one handed out next", () => {
    const later = now(20_500, 3_000_500);
    expect([20_001, 20_250, 20_500].map((pid) => may(later, pid))).toEqual([true, true, true]);
    expect([1, 300, 19_999, 20_000, 32_000].map((pid) => may(later, pid))).toEqual(Array(5).fill(false));
  });

  test("whoever was started while we look", () => {
    expect(may(now(20_500, 3_000_500), 20_501)).toBe(true);
    expect(may(now(32_700, 3_012_700), 350)).toBe(true);
  });

  test("by way of the last PID of all", () => {
    const round = now(1000, 3_013_400);
    expect([20_001, 32_767, 300, 999, 1000].map((pid) => may(round, pid))).toEqual(Array(5).fill(true));
    expect([5000, 19_999, 20_000].map((pid) => may(round, pid))).toEqual([false, false, false]);
  });

  test("anybody, once so many were started that it may have come round", () => {
    for (const forks of [17_000, 32_400, 33_000, 5_000_000]) {
      expect(startedSince(then, now(20_400, 3_000_000 + forks)), String(forks)).toBeNull();
    }
  });

  test("anybody, where it came further than what was counted takes it: starts that were refused", () => {
    expect(startedSince(then, now(25_000, 3_000_100))).toBeNull();
    // Once around, and all but where it was.
    expect(startedSince(then, now(19_000, 3_000_500))).toBeNull();
  });

  test("anybody, where it was another kernel or another PID namespace", () => {
    expect(startedSince(then, now(20_500, 2_000_000))).toBeNull();
    expect(startedSince({ pid: 500, forks: 1_000_000 }, now(40, 1_000_100))).toBeNull();
    expect(startedSince({ pid: 100_000, forks: 3_000_000 }, now(500, 3_000_500))).toBeNull();
  });

  test("anybody, where there are hardly any PIDs", () => {
    expect(startedSince({ pid: 900, forks: 10 }, now(950, 60, { max: 1300, tasks: 100 }))).toBeNull();
  });
});

test("a kernel's thread is known by what no program can have", () => {
  expect(isKernelThread("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 2\n")).toBe(true);
  expect(isKernelThread("2 (kthreadd) S 1 2 2 0 -1 4194304 95 0 0 0 0 0\n")).toBe(false);
  expect(isKernelThread("2 (a) b) S 1 2 2 0 -1 4194560 95 0 0 0 0 0\n")).toBe(false);
  expect(isKernelThread("")).toBe(false);
});

import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { bunHost } from "../../src/facts/host-bun.ts";
import { nodeHost } from "../../src/facts/host-node.ts";
import { searchProc } from "../../src/facts/search-proc-bun.ts";
import { processesAt, processesWith, searchPlainly } from "../../src/facts/standing.ts";
import type { Traces } from "../../src/facts/traces.ts";
import { scratch } from "../support/berth.ts";
import { until } from "../support/until.ts";

const MARK = "BERTH_TEST_OF_STANDING";
const place = join(scratch(), "tree");
const [below, beside] = [join(place, "a b", "é"), `${place}-2`];
for (const directory of [below, beside]) mkdirSync(directory, { recursive: true });
const started = new Map<string, Bun.Subprocess>();

/** A process that waits, in a directory, with variables. */
function waiting(name: string, cwd: string, env: Record<string, string> = {}): void {
  started.set(name, Bun.spawn(["sleep", "600"], { cwd, env: { PATH: process.env["PATH"] ?? "", ...env } }));
}
const pid = (name: string) => started.get(name)?.pid ?? -1;
const pids = (...names: string[]) => names.map(pid).sort((a, b) => a - b);

waiting("in it", place);
waiting("below it", below);
waiting("beside it", beside);
waiting("marked", "/", { [MARK]: "1", OTHER: "x" });
waiting("marked differently", "/", { [MARK]: "12", OTHER: "x" });
waiting("marked by half", "/", { [MARK]: "1" });
// Longer than what is read at once, with the marks behind.
waiting("marked far behind", "/", {
  ...Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`FILLER_${at}`, "-".repeat(8000)])),
  OTHER: "y",
  [MARK]: "1",
});
waiting("not marked, but its value looks so", "/", { A: `b ${MARK}=1 OTHER=x` });

afterAll(() => {
  for (const one of started.values()) one.kill("SIGKILL");
});

const compiled = (traces: Traces) => searchProc(bunHost ?? nodeHost, traces);
const plainly = (traces: Traces) => searchPlainly(nodeHost, traces);

describe.each([["as the compiled program looks", compiled], ["by node's API", plainly]])(
  "%s",
  (_, search) => {
    const found = (directory: string | null, marks: string[]) =>
      (search({ directory, marks })?.found ?? []).map((one) => one.pid).sort((a, b) => a - b);
    /** They are what they are to be, once each has begun its program. */
    const begins = (directory: string | null, marks: string[], wanted: readonly number[]) =>
      until("the processes", () => Bun.deepEquals(found(directory, marks), wanted) || undefined);

    test("those in the directory and below it, and none beside it", async () => {
      expect(await begins(place, [], pids("in it", "below it"))).toBe(true);
    });

    test("those that carry all marks, whole, however long their environment is", async () => {
      const marked = pids("marked", "marked far behind");
      expect(await begins(null, [`${MARK}=1`, "OTHER="], marked)).toBe(true);
      expect(await begins(null, [`${MARK}=1`, "OTHER=y"], pids("marked far behind"))).toBe(true);
    });

    test("of those that carry the marks only who may, and of those in the directory all", async () => {
      const [before, marked] = [pid("marked") - 1, pid("marked")];
      const wanted = pids("in it", "below it", "marked");
      await begins(place, [`${MARK}=1`, "OTHER="], pids("in it", "below it", "marked", "marked far behind"));
      const range = { after: before, upTo: marked };
      const seen = search({ directory: place, marks: [`${MARK}=1`, "OTHER="], marked: range })?.found ?? [];
      expect(seen.map((one) => one.pid).sort((a, b) => a - b)).toEqual(wanted);
    });

    test("those that are there or carry the marks", async () => {
      const wanted = pids("in it", "below it", "marked", "marked far behind");
      expect(await begins(place, [`${MARK}=1`, "OTHER="], wanted)).toBe(true);
    });
  },
);

test("each is told with its program and where it stands", async () => {
  await until("the process", () => processesAt(nodeHost, { directory: below, marks: [] })[0]);
  expect(processesAt(nodeHost, { directory: below, marks: [] })).toMatchObject([
    { pid: pid("below it"), command: "sleep", at: below },
  ]);
  expect(processesAt(nodeHost, { directory: null, marks: [`${MARK}=12`] })).toMatchObject([
    { pid: pid("marked differently"), command: "sleep", at: null },
  ]);
  expect(processesWith(nodeHost, [`${MARK}=12`])).toEqual([pid("marked differently")]);
});

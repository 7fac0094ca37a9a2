import * as v from "valibot";
import { replaceFile } from "../store/atomic.ts";
import * as files from "../store/files.ts";
import { quietly } from "../store/naming.ts";
import type { News } from "./event.ts";
import { text } from "./files.ts";

const COUNTERS = "counters.json";
const VERSION = 1;

/** How a run can have ended; `lost`: nobody saw it. */
export const OUTCOMES = ["ok", "error", "stopped", "lost"] as const;
export type RunOutcome = (typeof OUTCOMES)[number];

/** What is counted for good, since events go when the log is rotated. */
export interface Counters {
  readonly runs: Readonly<Record<RunOutcome, number>>;
}

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema = v.looseObject({
  v: v.number(),
  runs: v.looseObject({ ok: whole, error: whole, stopped: whole, lost: whole }),
});

const NONE: Counters = { runs: { ok: 0, error: 0, stopped: 0, lost: 0 } };

/** @returns zeros where nothing was counted or the file is damaged; null for that of a later version */
export function readCounters(directory: string): Counters | null {
  try {
    const fd = files.openToRead(`${directory}/${COUNTERS}`);
    try {
      const value: unknown = JSON.parse(text(files.readUpTo(fd, files.fstat(fd).size)));
      if (!v.is(schema, value)) return NONE;
      return value.v > VERSION ? null : { runs: value.runs };
    } finally {
      files.closeSync(fd);
    }
  } catch {
    return NONE;
  }
}

/** Count what was just written into the log, for who holds its lock. A crash in between loses one, and nothing else. */
export function count(directory: string, news: readonly News[]): void {
  const ended = news.filter(({ type }) => type === "run.ended");
  if (ended.length === 0) return;
  const kept = readCounters(directory);
  if (kept === null) return;
  const runs = { ...kept.runs };
  for (const { data: { outcome } } of ended) {
    const known = OUTCOMES.find((one) => one === outcome) ?? "lost";
    runs[known] += 1;
  }
  quietly(() => replaceFile(`${directory}/${COUNTERS}`, `${JSON.stringify({ v: VERSION, runs })}\n`));
}

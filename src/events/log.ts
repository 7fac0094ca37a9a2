import process from "node:process";
import * as v from "valibot";
import { replaceFile } from "../store/atomic.ts";
import * as files from "../store/files.ts";
import type { LockFile, OpenLockFile } from "../store/lock-file.ts";
import { quietly } from "../store/naming.ts";
import { count } from "./counters.ts";
import { lineOf, type News, parseLine, type Stamp } from "./event.ts";
import { KEPT_FILES, LOG_LOCK, logName, RESERVED, tailOf, text } from "./files.ts";
import { type Last, nextNumber, type Reserved } from "./sequence.ts";
import { spoolFiles, type StampedNews } from "./spool.ts";

/** The log of a store: where it is, and what its writers need. */
export interface Log {
  /** Absolute path of its directory, which is there. */
  readonly directory: string;
  readonly openLock: OpenLockFile;
  /** Size in bytes at which a new file is begun; asked only where a file has a MiB. */
  readonly maxBytes: () => number;
}

const encoder = new TextEncoder();
/** No limit is smaller, so the setting need not be read for a file that is. */
const SMALLEST_LIMIT = 1024 * 1024;

/**
 * Write into the log, under its lock, in one piece; where somebody holds that for longer than `waitMs`, into a file
 * beside it that the next writer takes in. Nothing is synced: a power cut may take the last lines, and readers are told.
 *
 * It waits without giving up the thread: its caller holds a session's lock, and others do the same for a third of a
 * millisecond each.
 *
 * @throws whatever the file system says; nothing else depends on it
 */
export function append(log: Log, stamp: Stamp, news: readonly News[], waitMs: number): "log" | "spool" {
  const lock = lockWithin(log, waitMs);
  if (lock === null) {
    spool(log, stamp, news);
    return "spool";
  }
  try {
    appendLocked(log, stamp, news);
    return "log";
  } finally {
    lock.close();
  }
}

/** Do something with the log while nobody writes; null where its lock was not to be had in that time. */
export function withLog<T>(log: Log, waitMs: number, work: () => T): T | null {
  const lock = lockWithin(log, waitMs);
  if (lock === null) return null;
  try {
    return work();
  } finally {
    lock.close();
  }
}

function lockWithin({ directory, openLock }: Log, waitMs: number): LockFile | null {
  const lock = openLock(`${directory}/${LOG_LOCK}`);
  const deadline = performance.now() + waitMs;
  for (let pause = 0.2; !lock.tryLock(); pause = Math.min(pause * 1.5, 5)) {
    if (performance.now() >= deadline) {
      lock.close();
      return null;
    }
    // Never unlinked, so who has the lock has the one that all others want.
    sleep(pause * (0.5 + Math.random()));
  }
  return lock;
}

const sleep = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** As `append`, for a caller that holds the log's lock. @returns the last number that was given */
export function appendLocked(log: Log, stamp: Stamp, news: readonly News[]): number {
  const { directory } = log;
  const fd = files.openToChange(`${directory}/${logName(0)}`);
  let size: number;
  let written: { lines: string; last: number };
  try {
    const tail = mended(fd, files.fstat(fd).size);
    const last = lastOf(tail.line) ?? (tail.end === 0 ? lastOfOlder(directory) : null);
    const { seq, reserve, gap } = nextNumber(last, stamp, () => readReserved(directory));
    if (reserve !== null) replaceFile(`${directory}/${RESERVED}`, `${JSON.stringify(reserve)}\n`);
    const spooled = spoolFiles(directory);
    const all = [
      ...gap
        ? [{ stamp, news: { type: "resync", session: null, data: { after: last?.seq ?? 0 } } as const }]
        : [],
      ...spooled.flatMap(({ entries }) => entries),
      ...news.map((one) => ({ stamp, news: one })),
    ];
    written = numbered(log, seq, stamp, all);
    const bytes = encoder.encode(written.lines);
    files.writeAt(fd, bytes, tail.end);
    size = tail.end + bytes.length;
    count(directory, all.map(({ news: one }) => one));
    // After they are in the log: a crash in between tells a thing twice, and loses none.
    for (const { path } of spooled) quietly(() => files.unlink(path));
  } finally {
    files.closeSync(fd);
  }
  if (size >= SMALLEST_LIMIT && size >= log.maxBytes()) rotate(directory);
  return written.last;
}

/** The lines with their numbers. A block ends at most once in them, unless a spool was large. */
function numbered({ directory }: Log, first: number, now: Stamp, all: readonly StampedNews[]) {
  let lines = "";
  let seq = first;
  let last: Last | null = null;
  for (const { stamp, news } of all) {
    if (last !== null) {
      const next = nextNumber(last, now, () => readReserved(directory));
      if (next.reserve !== null) {
        replaceFile(`${directory}/${RESERVED}`, `${JSON.stringify(next.reserve)}\n`);
      }
      seq = next.seq;
    }
    lines += lineOf(seq, stamp, news);
    last = { seq, host: now.host, boot: now.boot };
  }
  return { lines, last: seq };
}

/** The end of the file after what a killed writer left there was made whole, or blank: no reader takes half a line. */
function mended(fd: number, size: number): { line: string | null; end: number } {
  const { line, end, torn } = tailOf(fd, size);
  if (torn === "") return { line, end };
  const whole = parseLine(torn) !== null;
  const length = size - end;
  files.writeAt(fd, encoder.encode(whole ? "\n" : `${" ".repeat(length)}\n`), whole ? size : end);
  return { line: whole ? torn : line, end: size + 1 };
}

/** The file was just begun, or somebody removed it: the one before tells the last number. */
function lastOfOlder(directory: string): Last | null {
  for (let age = 1; age < KEPT_FILES; age += 1) {
    const found = lastLineOf(`${directory}/${logName(age)}`);
    if (found !== null) return found;
  }
  return null;
}

function lastLineOf(path: string): Last | null {
  if (files.lstat(path) === null) return null;
  const fd = files.openToRead(path);
  try {
    return lastOf(tailOf(fd, files.fstat(fd).size).line);
  } finally {
    files.closeSync(fd);
  }
}

function lastOf(line: string | null): Last | null {
  const event = line === null ? null : parseLine(line);
  return event === null ? null : { seq: event.seq, host: event.host, boot: event.boot };
}

const reservedSchema = v.looseObject({
  upTo: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  boots: v.record(v.string(), v.string()),
});

/** A file that is lost or damaged reserves nothing: then the log's own last line counts. */
function readReserved(directory: string): Reserved {
  try {
    const fd = files.openToRead(`${directory}/${RESERVED}`);
    try {
      const value: unknown = JSON.parse(text(files.readUpTo(fd, files.fstat(fd).size)));
      if (v.is(reservedSchema, value)) return value;
    } finally {
      files.closeSync(fd);
    }
  } catch {
    // As it says.
  }
  return { upTo: 0, boots: {} };
}

/** Begin a new file. Killed in between, it leaves a name without a file, which readers pass over. */
function rotate(directory: string): void {
  for (let age = KEPT_FILES - 1; age > 0; age -= 1) {
    const from = `${directory}/${logName(age - 1)}`;
    if (files.lstat(from) !== null) files.rename(from, `${directory}/${logName(age)}`);
  }
}

let spools = 0;

/** Leave it for the next writer. Renamed into place, so that nobody takes in half of it. */
export function spool({ directory }: Pick<Log, "directory">, stamp: Stamp, news: readonly News[]): void {
  const base = `${Date.now().toString(36)}-${process.pid}-${spools++}`;
  const fd = files.openNew(`${directory}/${base}.tmp`);
  try {
    files.writeAll(fd, encoder.encode(`${JSON.stringify({ stamp, news })}\n`));
  } finally {
    files.closeSync(fd);
  }
  files.rename(`${directory}/${base}.tmp`, `${directory}/spool-${base}.jsonl`);
}

import * as files from "../store/files.ts";
import { type BerthEvent, parseLine, type Stamp, VERSION } from "./event.ts";
import { KEPT_FILES, logName, text } from "./files.ts";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;
/** What a search by halves reads to find one whole line; longer ones cost it another round. */
const PROBE_BYTES = 4096;

/** A file of the log that is open, and how much of it was read. */
export interface LogSource {
  readonly fd: number;
  readonly inode: string;
  /** Offset of the first byte that was not given out; always the beginning of a line. */
  at: number;
}

/** Open the log's files, the oldest first. Close each of them. */
export function openSources(directory: string): LogSource[] {
  const found: LogSource[] = [];
  // The newest first: a file that moves on meanwhile is opened twice then, and none is missed.
  for (let age = 0; age < KEPT_FILES; age += 1) {
    const source = openFile(`${directory}/${logName(age)}`);
    if (source === null) continue;
    if (found.some(({ inode }) => inode === source.inode)) files.closeSync(source.fd);
    else found.push(source);
  }
  return found.reverse();
}

function openFile(path: string): LogSource | null {
  try {
    const fd = files.openToRead(path);
    const { dev, ino } = files.fstat(fd);
    return { fd, inode: `${dev}:${ino}`, at: 0 };
  } catch (error) {
    if (files.errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** The inode that is the log's newest file now, null where there is none. */
export function newestInode(directory: string): string | null {
  const found = files.lstat(`${directory}/${logName(0)}`);
  return found === null ? null : `${found.dev}:${found.ino}`;
}

/** The whole lines of a file from where it was read on, and no half ones: those are read again when they are whole. */
export function* linesOf(source: LogSource): Generator<string> {
  for (let size = CHUNK_BYTES;;) {
    const bytes = files.readAt(source.fd, size, source.at);
    const end = bytes.lastIndexOf(NEWLINE);
    if (end < 0) {
      if (bytes.length < size) return;
      size *= 2;
      continue;
    }
    const lines = text(bytes.subarray(0, end)).split("\n");
    source.at += end + 1;
    yield* lines;
    if (bytes.length < size) return;
  }
}

/** Go to the first line of an open file whose number is above `seq`, by halves: numbers grow from line to line. */
export function seek(source: LogSource, seq: number): void {
  let [low, high] = [0, files.fstat(source.fd).size];
  while (high - low > CHUNK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const found = lineNear(source.fd, middle, high);
    if (found === null || found.seq > seq) high = middle;
    else low = found.from;
  }
  source.at = low;
}

/** The number of the first whole line behind an offset, and where that line begins. */
function lineNear(fd: number, from: number, end: number): { seq: number; from: number } | null {
  for (let size = PROBE_BYTES;; size *= 4) {
    const bytes = files.readAt(fd, Math.min(size, end - from), from);
    for (let begin = bytes.indexOf(NEWLINE) + 1; begin > 0;) {
      const next = bytes.indexOf(NEWLINE, begin);
      if (next < 0) break;
      const event = parseLine(text(bytes.subarray(begin, next)));
      if (event !== null) return { seq: event.seq, from: from + begin };
      begin = next + 1;
    }
    if (size >= end - from) return null;
  }
}

/**
 * What is in the log with a higher number than `since`, in order, and where numbers are missing a line that says so.
 *
 * @param sources open files, the oldest first; what was given out of them is noted there
 */
export function* eventsOf(sources: readonly LogSource[], since: number): Generator<BerthEvent> {
  let last = since;
  for (const source of sources) {
    if (source.at === 0) seek(source, last);
    for (const line of linesOf(source)) {
      const event = parseLine(line);
      if (event === null || event.seq <= last) continue;
      if (last > 0 && event.seq > last + 1 && event.type !== "resync") yield missing(last, event);
      last = event.seq;
      yield event;
    }
  }
}

/** Numbers that no line has, told by a number among them. */
function missing(after: number, { seq, time, host, boot }: BerthEvent): BerthEvent {
  const stamp: Stamp = { time, host, boot };
  return { v: VERSION, seq: seq - 1, ...stamp, session: null, type: "resync", data: { after } };
}

/** All that is in the log after a number. */
export function* readEvents(directory: string, since = 0): Generator<BerthEvent> {
  const sources = openSources(directory);
  try {
    yield* eventsOf(sources, since);
  } finally {
    for (const { fd } of sources) files.closeSync(fd);
  }
}

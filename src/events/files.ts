import * as files from "../store/files.ts";

/** Files of the log, the newest first: `events.jsonl`, then `events.1.jsonl` … of the ones before. */
export const KEPT_FILES = 4;

export const logName = (age: number): string => age === 0 ? "events.jsonl" : `events.${age}.jsonl`;
export const RESERVED = "reserved.json";
export const LOG_LOCK = "events.lock";
/** What somebody could not write into the log in time, for the next writer to take in. */
export const isSpool = (base: string): boolean => base.startsWith("spool-") && base.endsWith(".jsonl");

const NEWLINE = 10;
const TAIL_BYTES = 4096;

/** The whole last line of a file, and where what follows it begins. */
export interface Tail {
  /** Null where there is no whole line. */
  readonly line: string | null;
  /** The offset behind the last newline. */
  readonly end: number;
  /** What stands there without a newline: a writer was killed. */
  readonly torn: string;
}

/** Look at the end of an open file of `size` bytes. Blank lines are passed over. */
export function tailOf(fd: number, size: number): Tail {
  for (let bytes = TAIL_BYTES;; bytes *= 4) {
    const from = Math.max(0, size - bytes);
    const tail = tailIn(files.readAt(fd, size - from, from), from);
    if (tail.line !== null || from === 0) return tail;
  }
}

function tailIn(bytes: Uint8Array, from: number): Tail {
  const last = bytes.lastIndexOf(NEWLINE);
  const [end, torn] = [from + last + 1, text(bytes.subarray(last + 1))];
  for (let newline = last; newline >= 0;) {
    const before = newline === 0 ? -1 : bytes.lastIndexOf(NEWLINE, newline - 1);
    // A line whose beginning is not in the buffer is read with a larger one.
    if (before < 0 && from > 0) break;
    const line = text(bytes.subarray(before + 1, newline));
    if (line.trim() !== "") return { line, end, torn };
    newline = before;
  }
  return { line: null, end, torn };
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

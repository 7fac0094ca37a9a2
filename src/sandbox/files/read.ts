/** Read a file, or a part of it. */
import { closeSync, fstatSync, readSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import { attempt } from "./failure.ts";
import type { ProjectRoot } from "./root.ts";
import { typeOf } from "./stat.ts";
import type { Handle } from "./tree.ts";

/** Bytes that one call reads at most. */
export const MAX_READ = 10 * 1024 * 1024;
/** As many bytes as git looks at to tell binary from text. */
const PROBE = 8000;

/** Which part of a file to read. */
export interface ReadOptions {
  /** First byte to read; 0 by default. */
  readonly offset?: number;
  /** Bytes to read at most; by default all that is left, which must not be more than `maxBytes`. */
  readonly limit?: number;
  /** The cap, in bytes. */
  readonly maxBytes?: number;
}

/** What was read of a file. */
export interface FileContent {
  /** Relative to the root, links resolved. */
  readonly path: string;
  /** What was read. */
  readonly bytes: Uint8Array;
  /** Where in the file it begins, in bytes. */
  readonly offset: number;
  /** Size of the whole file in bytes. */
  readonly size: number;
  /** The file is no text: a NUL byte near its beginning, as git tells it. */
  readonly binary: boolean;
  /** Nothing is left behind what was read. */
  readonly end: boolean;
}

/** Which lines to read. */
export interface LineOptions {
  /** The first of them, counted from 1. */
  readonly first: number;
  /** How many at most; by default as many as fit. */
  readonly count?: number;
  /** Bytes to read at most. Only a single line that is longer is cut. */
  readonly maxBytes: number;
}

export interface LinesContent extends FileContent {
  /** Whole lines among what was read. */
  readonly lines: number;
}

/** @throws `is_directory` or `special_file` for what cannot be read without surprise */
export function requireFile(handle: Handle, path: string): void {
  const type = typeOf(handle.stats);
  if (type === "directory") throw fail("is_directory", { path });
  if (type !== "file") throw fail("special_file", { path });
}

/** Read until the buffer is full or the file ends; files under /proc and /sys give less than their size says. */
function readFully(fd: number, offset: number, length: number): Uint8Array {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(fd, buffer, filled, length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return buffer.subarray(0, filled);
}

function readOpened(fd: number, path: string, relative: string, options: ReadOptions): FileContent {
  const { offset = 0, maxBytes = MAX_READ } = options;
  const size = fstatSync(fd).size;
  const wanted = Math.min(options.limit ?? Infinity, Math.max(0, size - offset));
  if (wanted > maxBytes) throw fail("too_large", { path, size: wanted, limit: maxBytes });
  const bytes = readFully(fd, offset, wanted);
  const binary = readFully(fd, 0, Math.min(size, PROBE)).includes(0);
  return { path: relative, bytes, offset, size, binary, end: offset + bytes.length >= size };
}

/** Bytes that are looked through at once for the beginning of a line. */
const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;

/** Where a line begins, the end of the file where it has fewer. */
function offsetOfLine(fd: number, line: number, size: number): number {
  let before = line - 1;
  for (let offset = 0; before > 0 && offset < size; offset += CHUNK) {
    const chunk = readFully(fd, offset, Math.min(CHUNK, size - offset));
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
      if (--before === 0) return offset + at + 1;
    }
  }
  return before > 0 ? size : 0;
}

/** The whole lines at the beginning of what was read, at most so many of them. */
function wholeLines(bytes: Uint8Array, count: number): { bytes: Uint8Array; lines: number } {
  let [end, lines] = [0, 0];
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && lines < count; at = bytes.indexOf(NEWLINE, at + 1)) {
    end = at + 1;
    lines++;
  }
  return { bytes: lines === 0 ? bytes : bytes.subarray(0, end), lines };
}

function readOpenedLines(fd: number, path: string, options: LineOptions): LinesContent {
  const { first, count = Infinity, maxBytes } = options;
  const size = fstatSync(fd).size;
  const offset = offsetOfLine(fd, first, size);
  const read = readFully(fd, offset, Math.min(maxBytes, size - offset));
  const whole = wholeLines(read, count);
  // What stands behind the last newline of the file is a line too.
  const isLast = offset + read.length >= size && whole.lines < count;
  const bytes = isLast ? read : whole.bytes;
  const lines = whole.lines + (isLast && read.length > 0 && read.at(-1) !== NEWLINE ? 1 : 0);
  const binary = readFully(fd, 0, Math.min(size, PROBE)).includes(0);
  return { path, bytes, offset, size, binary, lines, end: offset + bytes.length >= size };
}

/** Reach a file, and do something with it while it is open. */
function withFile<T>(root: ProjectRoot, path: string, work: (fd: number, relative: string) => T): T {
  return attempt(path, "read", () => {
    using entry = root.entry(path);
    requireFile(entry, path);
    const fd = root.open(entry, path);
    try {
      return work(fd, root.relative(entry, path));
    } finally {
      closeSync(fd);
    }
  });
}

/** Read lines of a file, as `readFile` reads bytes. @throws what `readFile` throws */
export function readLines(root: ProjectRoot, path: string, options: LineOptions): LinesContent {
  return withFile(root, path, (fd, relative) => readOpenedLines(fd, relative, options));
}

/**
 * Read a file. What is read is the file that was found: one that is put in its place meanwhile is not mixed in.
 *
 * @throws `not_found`, `is_directory`, `special_file` (a FIFO, a socket, a device: none is opened), `too_large`,
 *   `permission_denied`, or why the path may not be used
 */
export function readFile(root: ProjectRoot, path: string, options: ReadOptions = {}): FileContent {
  return withFile(root, path, (fd, relative) => readOpened(fd, path, relative, options));
}

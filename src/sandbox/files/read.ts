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

export interface ReadOptions {
  /** First byte to read; 0 by default. */
  readonly offset?: number;
  /** Bytes to read at most; by default all that is left, which must not be more than `maxBytes`. */
  readonly limit?: number;
  /** The cap, in bytes. */
  readonly maxBytes?: number;
}

export interface FileContent {
  /** Relative to the root, links resolved. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** Size of the whole file in bytes. */
  readonly size: number;
  /** The file is no text: a NUL byte near its beginning, as git tells it. */
  readonly binary: boolean;
  /** Nothing is left behind what was read. */
  readonly end: boolean;
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

/**
 * Read a file. What is read is the file that was found: one that is put in its place meanwhile is not mixed in.
 *
 * @throws `not_found`, `is_directory`, `special_file` (a FIFO, a socket, a device: none is opened), `too_large`,
 *   `permission_denied`, or why the path may not be used
 */
export function readFile(root: ProjectRoot, path: string, options: ReadOptions = {}): FileContent {
  return attempt(path, "read", () => {
    using entry = root.entry(path);
    requireFile(entry, path);
    const fd = root.open(entry, path);
    try {
      return readOpened(fd, path, root.relative(entry, path), options);
    } finally {
      closeSync(fd);
    }
  });
}

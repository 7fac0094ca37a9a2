import { readSync, writeSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import { BrokenPipe } from "./report.ts";

const CHUNK = 64 * 1024;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** A stream that somebody else opened may be one that does not block; waiting on a lock nobody has is sleeping. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function readSome(buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, buffer);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EOF") return 0; // Windows, at the end of a pipe
      if (code !== "EAGAIN") {
        throw fail("read_failed", { what: "standard input", why: code || String(error) }, error);
      }
      pause();
    }
  }
}

/** All of standard input, but not more than `limit` bytes and one: enough to see that it was too much. */
export function readInput(limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= limit) {
    const buffer = new Uint8Array(CHUNK);
    const got = readSome(buffer);
    if (got === 0) break;
    chunks.push(buffer.subarray(0, got));
    length += got;
  }
  return Buffer.concat(chunks);
}

/** Bytes to standard output, as they are. @throws BrokenPipe when its reader is gone, `write_failed` otherwise */
export function writeBytes(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const code = codeOf(error);
      if (code === "EPIPE") throw new BrokenPipe();
      if (code !== "EAGAIN") {
        throw fail("write_failed", { what: "standard output", why: code || String(error) }, error);
      }
      pause();
    }
  }
}

import { lstatSync, readFileSync, readlinkSync, realpathSync, statSync, writeSync } from "node:fs";
import process from "node:process";
import { known, type Reading, type System, unknown } from "./facts.ts";
import type { Host } from "./host.ts";
import { connectByNode } from "./unix-socket-node.ts";
import { sha256 } from "./sha256.ts";

/** The errno name (`ENOENT`) of a failed call of node's API, else its text. */
function reason(error: unknown): string {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return String(error);
}

function reading<T>(read: () => T): Reading<T> {
  try {
    return known(read());
  } catch (error) {
    return unknown(reason(error));
  }
}

function writeAll(stream: 1 | 2, text: string): null {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(stream, bytes, done);
    } catch (error) {
      // A non-blocking pipe whose reader is slow; there is nothing to do but to try again.
      if (reason(error) !== "EAGAIN") throw error;
    }
  }
  return null;
}

/** The plain way, by node's API: for Deno, for macOS, and wherever a fact is not on the hot path. */
export const nodeHost: Host = {
  system: process.platform as System,
  variables: process.env,
  readText: (path, limit) => reading(() => readFileSync(path).subarray(0, limit).toString("utf8")),
  readLink: (path) => reading(() => readlinkSync(path)),
  realPath: (path) => reading(() => realpathSync(path)),
  device: (path) =>
    reading(() => {
      const { rdev, dev } = statSync(path);
      return { device: rdev, within: dev };
    }),
  sha256,
  start: ([program = "", ...args], { timeoutMs, maxBytes }) => {
    const { spawnSync } = process.getBuiltinModule("node:child_process");
    const done = spawnSync(program, args, {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: timeoutMs,
      maxBuffer: maxBytes,
      killSignal: "SIGKILL",
    });
    // `error` first: the status may be 0 although the time limit was reached.
    if (done.error !== undefined) return () => unknown(reason(done.error));
    if (done.status !== 0) return () => unknown(`exit status ${done.status}`);
    return () => known(done.stdout.toString("utf8"));
  },
  connect: connectByNode,
  pid: process.pid,
  user: () => process.geteuid?.() ?? -1,
  owner: (path) => reading(() => statSync(path).uid),
  fileSize(path) {
    const found = reading(() => lstatSync(path));
    return !found.ok ? found : found.value.isFile() ? known(found.value.size) : unknown("no regular file");
  },
  isTerminal: (stream) => process.getBuiltinModule("node:tty").isatty(stream),
  columns(stream) {
    const { isatty, WriteStream } = process.getBuiltinModule("node:tty");
    return isatty(stream) ? new WriteStream(stream).getWindowSize()[0] : 0;
  },
  clock: () => performance.now(),
  write: (stream, text) => reading(() => writeAll(stream, text)),
  exit: (status) => process.exit(status),
};

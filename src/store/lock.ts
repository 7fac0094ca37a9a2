import process from "node:process";
import { BerthError, fail, quotePath } from "../errors/errors.ts";
import type { Holder, Lock, LockRequest } from "./backend.ts";
import * as files from "./files.ts";
import { type LockFile, type OpenLockFile } from "./lock-file.ts";
import { lockFiles } from "./lock-files.ts";
import { quietly } from "./naming.ts";

const LONGEST_PAUSE_MS = 20;

/**
 * Hold the lock file at `path`, waiting for it at most `waitMs`. The time is measured by the monotonic clock,
 * so a wall clock that is set back makes nobody wait longer.
 *
 * @throws `locked` when the time is over, `lock_failed` where the file system has no locks or refuses the file
 */
export async function acquire(path: string, { waitMs, what, command }: LockRequest): Promise<Lock> {
  const openFile = await lockFiles();
  const deadline = performance.now() + waitMs;
  for (let pause = 1;; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const file = attempt(openFile, path);
    if (file !== null) return hold(file, command);
    const left = deadline - performance.now();
    if (left <= 0) throw fail("locked", { what, waitedMs: waitMs, ...holderOf(path) });
    // A random part, so that processes which failed together do not try again together.
    const ms = Math.min(left, pause * (0.5 + Math.random()));
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** The lock file, held; null when somebody else has it. */
function attempt(openFile: OpenLockFile, path: string): LockFile | null {
  for (;;) {
    const file = opened(openFile, path);
    let kept = false;
    try {
      if (!file.tryLock()) return null;
      // Between our open and our lock its holder may have removed it, and others may hold the next one there.
      kept = file.inPlace();
      if (kept) return file;
    } catch (error) {
      if (error instanceof BerthError) throw error;
      throw fail("lock_failed", { file: quotePath(path), why: files.why(error) }, error);
    } finally {
      if (!kept) file.close();
    }
  }
}

function opened(openFile: OpenLockFile, path: string): LockFile {
  try {
    return openFile(path);
  } catch (error) {
    if (error instanceof BerthError || files.errnoOf(error) === "ENOENT") throw error;
    throw fail("lock_failed", { file: quotePath(path), why: files.why(error) }, error);
  }
}

function hold(file: LockFile, command: string): Lock {
  const holder: Holder = { pid: process.pid, command, since: new Date().toISOString() };
  // Only words for others; a disk that is full is no reason not to hold the lock.
  quietly(() => file.note(`${JSON.stringify(holder)}\n`));
  let held = true;
  const end = (finish: (file: LockFile) => void) => {
    if (!held) return;
    held = false;
    finish(file);
  };
  const release = () => end(letGo);
  return {
    get held() {
      return held;
    },
    release,
    discard: () => end(remove),
    // deno-lint-ignore require-await -- it is done when this returns
    [Symbol.asyncDispose]: async () => release(),
  };
}

/** What was written under the lock is safe by now; an error here would only hide that. */
function letGo(file: LockFile): void {
  quietly(() => file.note(""));
  quietly(() => file.close());
}

const remove = (file: LockFile): void => quietly(() => file.remove());

/** Who holds the lock, where the file tells it: it does not between taking the lock and writing it down. */
function holderOf(path: string): { holder?: Holder } {
  try {
    const fd = files.openToRead(path);
    try {
      const holder: unknown = JSON.parse(new TextDecoder().decode(files.readUpTo(fd, 4096)));
      return isHolder(holder) ? { holder } : {};
    } finally {
      files.closeSync(fd);
    }
  } catch {
    return {};
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, command, since } = value as Record<string, unknown>;
  return Number.isSafeInteger(pid) && typeof command === "string" && typeof since === "string";
}

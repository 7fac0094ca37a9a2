import process from "node:process";
import { fail } from "../errors/errors.ts";
import { installedBinary } from "../native/installed.ts";
import { NPM } from "../native/names.ts";
import * as files from "./files.ts";
import { lockFileOf } from "./lock-descriptor.ts";
import type { LockFile, OpenLockFile } from "./lock-file.ts";
import { LOCK_WORD } from "./lock-word.ts";

/** As the program ends: it has the lock for us, or somebody else has it. */
const TAKEN = 0;
const BUSY = 5;
/** A program that takes longer does not answer. */
const LIMIT_MS = 10_000;

/**
 * Locks under Node, which has no call for flock(2): such a lock belongs to the open file and not to a process, so the
 * program takes it on the file that we hand over as its standard input, ends, and it is ours for as long as we keep the
 * file open.
 *
 * @throws BerthError `no_locks` (1) on Windows, whose locks belong to processes; and where no program is found
 */
export function nodeLockFiles(): OpenLockFile {
  if (process.platform === "win32") throw fail("no_locks", { windows: true, package: NPM.command });
  const program = installedBinary();
  if (program === undefined) throw fail("no_locks", { windows: false, package: NPM.command });
  return (path) => openLockFile(path, program);
}

function openLockFile(path: string, program: string): LockFile {
  const fd = files.openLock(path);
  const close = () => files.closeSync(fd);
  return lockFileOf(path, fd, { tryLock: () => tryLock(program, fd), close });
}

function tryLock(program: string, fd: number): boolean {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  // Our own directory may be gone, and the program's runtime asks for one that is there.
  const done = spawnSync(program, [LOCK_WORD], {
    cwd: "/",
    stdio: [fd, "ignore", "pipe"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
    encoding: "utf8",
  });
  if (done.status === TAKEN) return true;
  if (done.status === BUSY) return false;
  const words = done.error?.message ?? done.stderr.trim().split("\n")[0];
  throw fail("lock_program_failed", { program, why: words || `it ended with ${done.signal ?? done.status}` });
}

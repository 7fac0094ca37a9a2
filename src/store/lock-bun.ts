import process from "node:process";
import { ffi } from "../facts/ffi-bun.ts";
import { nativeCalls } from "../facts/native-calls.ts";
import * as files from "./files.ts";
import { lockFileOf } from "./lock-descriptor.ts";
import type { LockFile } from "./lock-file.ts";

/*
 * flock(2) by FFI, since Bun has no call for it. It belongs to the open file, so two opens exclude each other
 * in one process too (fcntl(2) locks do not, and fall at any close). The musl loader answers to glibc's name.
 */
const darwin = process.platform === "darwin";

const flockAs = { flock: { args: ["i32", "i32"], returns: "i32" } } as const;
const errnoAs = { args: [], returns: "ptr" } as const;
const open = () =>
  darwin
    ? ffi.dlopen("libSystem.B.dylib", { ...flockAs, __error: errnoAs }).symbols
    : ffi.dlopen("libc.so.6", { ...flockAs, __errno_location: errnoAs }).symbols;
type Libc = ReturnType<typeof open>;
let opened: Libc | undefined;

const LOCK_EX_NB = 2 | 4;
const LOCK_UN = 8;
const EINTR = 4;
const EWOULDBLOCK = darwin ? 35 : 11;

function errno(libc: Libc): number {
  const location = "__error" in libc ? libc.__error() : libc.__errno_location();
  return location === null ? 0 : ffi.read.i32(location, 0);
}

function tryFlock(libc: Libc, fd: number): boolean {
  while (libc.flock(fd, LOCK_EX_NB) !== 0) {
    const code = errno(libc);
    if (code === EWOULDBLOCK) return false;
    if (code !== EINTR) throw new Error(`flock failed with errno ${code}`);
  }
  return true;
}

/**
 * Take the lock of an open file when nobody has it; it stays with the file, whoever has it open.
 *
 * @throws `no_native_calls`
 */
export function lockDescriptor(fd: number): boolean {
  return tryFlock(opened ??= nativeCalls("lock a file", open), fd);
}

/**
 * Open the lock file at `path`, making it where it is missing.
 *
 * @throws `no_native_calls`, with nothing made
 */
export function openLockFile(path: string): LockFile {
  const libc = opened ??= nativeCalls("lock a file", open);
  const fd = files.openLock(path);
  // Unlocked first, since that also frees it from a child that is between fork and exec and has the file open yet.
  const close = () => {
    libc.flock(fd, LOCK_UN);
    files.closeSync(fd);
  };
  return lockFileOf(path, fd, { tryLock: () => tryFlock(libc, fd), close });
}

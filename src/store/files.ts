/*
 * The only file of the store that knows node:fs, so that another library of file helpers could stand here.
 * Nothing below follows a symbolic link at a path's last step, and nothing blocks on a FIFO put in a file's place.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import process from "node:process";

export { chmodSync, closeSync, fchmodSync, fsyncSync, mkdirSync, readdirSync, rmdirSync, unlinkSync };

export const windows = process.platform === "win32";

// Windows knows neither of the two.
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const NONBLOCK = constants.O_NONBLOCK ?? 0;
/*
 * Bun 1.4 adds O_CLOEXEC to flags given as text, but not to flags given as a number, and node's constants have no
 * name for it. Without it every child of ours would hold our locks with us. Values: fcntl.h of glibc, musl, XNU.
 */
const CLOEXEC = { linux: 0o2000000, darwin: 0x1000000 }[process.platform as string] ?? 0;

/** `ENOENT` and the like, of an error that node:fs throws; empty for any other. */
export function errnoOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : "";
}

/** The cause as people read it: `No space left on device`, from `ENOSPC: no space left on device, write '/x'`. */
export function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = /^[A-Z0-9]+: (.+?)(?:, \w+(?: '.*)?)?$/s.exec(error.message)?.[1] ?? error.message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What stands at the path itself, null when there is nothing. */
export function lstat(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

export const fstat = (fd: number): Stats => fstatSync(fd);

export const openToRead = (path: string): number =>
  insisting(OPEN_TRIES, () => openSync(path, constants.O_RDONLY | CLOEXEC | NOFOLLOW | NONBLOCK));

/** Open a new file that only its owner may read; EEXIST where something is there already. */
export const openNew = (path: string): number =>
  openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | CLOEXEC | NOFOLLOW, 0o600);

/** Open a lock file, making it where it is missing. */
export const openLock = (path: string): number =>
  openSync(path, constants.O_RDWR | constants.O_CREAT | CLOEXEC | NOFOLLOW | NONBLOCK, 0o600);

/** Write all of it; a full disk may take a part only, which the next round then reports. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done);
}

/** Open a file to read and change it in place, making it where it is missing. */
export const openToChange = openLock;

/** Write all of it at a place of the file; nothing behind it is touched. */
export function writeAt(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, at + done);
  }
}

/** At most `size` bytes from a place of the file on. */
export function readAt(fd: number, size: number, at: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const got = readSync(fd, bytes, done, size - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}

/** Replace an open file's content, without durability. */
export function overwrite(fd: number, text: string): void {
  ftruncateSync(fd, 0);
  if (text !== "") writeSync(fd, text, 0);
}

/** As `overwrite`, for whoever has the path only. */
export function overwriteAt(path: string, text: string): void {
  const fd = openSync(path, constants.O_RDWR);
  try {
    overwrite(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Exactly `size` bytes from the start, fewer where the file ends before. */
export const readUpTo = (fd: number, size: number): Uint8Array => readAt(fd, size, 0);

/** Sync what is at the path and close it, passing over file systems that cannot sync a directory. */
export function syncDirectory(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    // fsync(2): EINVAL for "does not support synchronization"; network and FUSE file systems say ENOTSUP or ENOSYS.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(error))) throw error;
  }
}

const RENAME_TRIES = 200;
const OPEN_TRIES = 100;

/**
 * Rename over what is there. On Windows it fails as long as anyone has the target open, which a reader has for
 * less than a millisecond; so it is tried again there, for about two seconds.
 */
export const rename = (from: string, to: string): void => insisting(RENAME_TRIES, () => renameSync(from, to));

/** Do it again as long as it fails because somebody else has the file (on Windows), at most so many times. */
function insisting<T>(most: number, work: () => T): T {
  for (let tries = 1;; tries += 1) {
    try {
      return work();
    } catch (error) {
      if (!windows || tries === most || !["EPERM", "EACCES", "EBUSY"].includes(errnoOf(error))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(tries, 10));
    }
  }
}

/** Whether this is a directory in which we may make files. */
export function mayWrite(directory: string): boolean {
  try {
    accessSync(`${directory}/.`, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Remove a file; false when it was not there. */
export function unlink(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return false;
    throw error;
  }
}

/** The path with every symbolic link resolved. */
export const realPath = (path: string): string => realpathSync(path);

import process from "node:process";
import * as files from "./files.ts";
import { TEMP_END } from "./names.ts";
import type { Prepared } from "./backend.ts";
import { quietly, writing } from "./naming.ts";

const encoder = new TextEncoder();

/**
 * Replace the file's content atomically and durably: a temporary file in the same directory, written and synced,
 * renamed over it, and the directory synced. A reader sees the old content or the new one; when this returns,
 * the new one survives a power cut; when it fails before the rename, the old one is untouched.
 *
 * @throws `write_failed` with file and cause
 */
export function replaceFile(path: string, text: string): void {
  writing(path, () => place(path, text));
}

/**
 * The first half of `replaceFile`, for the time in which its caller waits for something else: the temporary file, written
 * and synced. It may be made without the lock; who finds it then, with the lock free, takes it for a leftover.
 */
export function prepareFile(path: string, text: string): Prepared {
  const temp = writing(path, () => writeTemporary(path, encoder.encode(text)));
  return {
    put: () =>
      writing(path, () => {
        if (files.lstat(temp) === null) return false;
        commitOrDrop(temp, path);
        return true;
      }),
    drop: () => quietly(() => files.unlink(temp)),
  };
}

/**
 * As `replaceFile`, but only where no file is: false when there is one. The name is reserved by an exclusive
 * create, and then replaced; a crash in between leaves an empty file, which `doctor --fix` removes.
 */
export function createFile(path: string, text: string): boolean {
  return writing(path, () => {
    if (!reserve(path)) return false;
    try {
      place(path, text);
      return true;
    } catch (error) {
      quietly(() => files.unlink(path));
      throw error;
    }
  });
}

/** Rename the file to a name that is free, durably; false when that is taken or there is no such file. */
export function moveFile(from: string, to: string): boolean {
  return writing(to, () => {
    const found = files.lstat(from);
    if (found === null) return false;
    // A directory in a record's place cannot be renamed over a file.
    if (found.isDirectory() && files.lstat(to) !== null) return false;
    if (!found.isDirectory() && !reserve(to)) return false;
    try {
      commit(from, to);
    } catch (error) {
      // Only what we reserved: after a failed sync of the directory it holds the moved content.
      if (files.lstat(to)?.size === 0 && files.lstat(from) !== null) files.unlink(to);
      throw error;
    }
    return true;
  });
}

/** Remove the file, durably; false when there is none. */
export function removeFile(path: string): boolean {
  return writing(path, () => {
    const there = files.unlink(path);
    if (there) inDirectory(path, () => {});
    return there;
  });
}

function place(path: string, text: string): void {
  commitOrDrop(writeTemporary(path, encoder.encode(text)), path);
}

function commitOrDrop(temp: string, path: string): void {
  try {
    commit(temp, path);
  } catch (error) {
    quietly(() => files.unlink(temp));
    throw error;
  }
}

/** Make a directory for us alone, with those above it that are missing, all of them durably. */
export function makeDirectory(path: string): void {
  const first = writing(path, () => files.mkdirSync(path, { recursive: true, mode: 0o700 }));
  if (first === undefined || files.windows) return;
  // The entry of each new directory stands in the one above it.
  for (let made = path; made.length >= first.length; made = made.slice(0, made.lastIndexOf("/"))) {
    writing(path, () => inDirectory(made, () => {}));
  }
}

/** Rename, and sync the directory. It is opened before, so that a lack of descriptors is known in time. */
function commit(from: string, to: string): void {
  inDirectory(to, () => files.rename(from, to));
}

function inDirectory(path: string, change: () => void): void {
  // Windows has no fsync of a directory (EPERM); NTFS journals the rename itself.
  if (files.windows) return change();
  const fd = files.openToRead(path.slice(0, path.lastIndexOf("/")) || "/");
  try {
    change();
    files.syncDirectory(fd);
  } finally {
    files.closeSync(fd);
  }
}

let written = 0;

/** A synced file beside `path`. Only the holder of its lock writes it, so one found under the lock is a leftover. */
function writeTemporary(path: string, bytes: Uint8Array): string {
  for (;;) {
    const temp = `${path}.${process.pid}-${Date.now().toString(36)}-${written++}${TEMP_END}`;
    const fd = openUnused(temp);
    if (fd === null) continue;
    try {
      fill(fd, bytes);
      return temp;
    } catch (error) {
      quietly(() => files.unlink(temp));
      throw error;
    }
  }
}

function fill(fd: number, bytes: Uint8Array): void {
  let done = false;
  try {
    files.writeAll(fd, bytes);
    files.fsyncSync(fd);
    done = true;
  } finally {
    // An error of close(2) after a successful write counts: network file systems report the write there.
    if (done) files.closeSync(fd);
    else quietly(() => files.closeSync(fd));
  }
}

function openUnused(path: string): number | null {
  try {
    return files.openNew(path);
  } catch (error) {
    if (files.errnoOf(error) === "EEXIST") return null;
    throw error;
  }
}

function reserve(path: string): boolean {
  const fd = openUnused(path);
  if (fd === null) return false;
  files.closeSync(fd);
  return true;
}

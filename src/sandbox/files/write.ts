/** Write a file: all of it or nothing, and never through a link, hard or symbolic, to the outside. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../errors/errors.ts";
import { copyAttributes } from "./attributes.ts";
import { attempt, isNotFound } from "./failure.ts";
import { mkdirP } from "./mkdir.ts";
import { requireFile } from "./read.ts";
import type { ProjectRoot } from "./root.ts";
import type { Slot } from "./route.ts";

/** Bytes that one call writes at most. */
export const MAX_WRITE = 10 * 1024 * 1024;

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Of a name's own length, so that a name of 255 bytes can be written. */
function temporaryName(): string {
  return `.berth-${crypto.randomUUID()}.tmp`;
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done);
}

/**
 * A replaced file keeps its access list and its extended attributes, its mode (without set-user-ID and set-group-ID as
 * after a write), and its owner if we may.
 *
 * @param from the old file, by the path that node:fs has for it
 * @returns what could not be kept
 */
function adopt(fd: number, at: string, old: Stats, from: string): string[] {
  const made = fstatSync(fd);
  if (made.uid !== old.uid || made.gid !== old.gid) {
    try {
      fchownSync(fd, old.uid, old.gid);
    } catch {
      // Only root may give a file away; who may write here may own what is written.
    }
  }
  const lost = copyAttributes()(from, at);
  fchmodSync(fd, old.mode & 0o777);
  return lost;
}

/** Make the entry's new name durable. Windows and some network file systems cannot sync a directory. */
function syncDirectory(at: string): void {
  try {
    const fd = openSync(at, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
    fsyncSync(fd);
    closeSync(fd);
  } catch {
    // The content is synced already; a crash now can only bring the old file back.
  }
}

/** Undo what was begun. What cannot be removed is left: the failure that led here is the one to report. */
function discard(made: string): void {
  try {
    unlinkSync(made);
  } catch {
    // It is gone, or its directory is.
  }
}

/** @returns what the old file carried and the new one does not */
function replace(root: ProjectRoot, slot: Slot, name: string, bytes: Uint8Array, path: string): string[] {
  const { tree } = root;
  const temporary = temporaryName();
  const at = tree.child(slot.parent, temporary);
  const fd = openSync(at, NEW_FILE, 0o666);
  const made = root.openedAt(fd, at);
  let lost: string[] = [];
  try {
    try {
      root.check(slot.parent, path);
      root.checkOpened(fd, path);
      writeFully(fd, bytes);
      if (slot.entry) lost = adopt(fd, made, slot.entry.stats, slot.entry.at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    root.check(slot.parent, path);
    tree.rename(slot.parent, temporary, name);
  } catch (error) {
    discard(made);
    throw error;
  }
  syncDirectory(slot.parent.at);
  return lost;
}

/** The name to write to; what is there already must be a file that may be written. */
function target(root: ProjectRoot, slot: Slot, path: string): string {
  if (slot.name === null || slot.directory) throw fail("is_directory", { path });
  if (slot.entry) {
    requireFile(slot.entry, path);
    // By its path: Deno looks at the mode of the link that a descriptor is under /proc, and finds none.
    accessSync(root.tree.realPath(slot.entry), constants.W_OK);
  } else if (slot.throughLink) throw fail("not_found", { path });
  return slot.name;
}

/** The entry to write, with its directories made when they are missing. */
function slotToWrite(root: ProjectRoot, path: string): Slot {
  try {
    return root.slot(path, true);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  mkdirP(root, dirname(path));
  return root.slot(path, true);
}

/**
 * Write a file, and the directories that lead to it. A temporary file in the same directory is written, synced
 * and renamed over the old one, so that readers see the old or the new and other names of the old file (hard
 * links) keep the old. A link inside the root is followed, one that leads to nothing is not.
 *
 * @param onLost called with what the old file carried and the new one could not be given: extended attributes by
 *   their names
 * @returns the path relative to the root, links resolved
 * @throws `too_large`, `is_directory`, `special_file`, `permission_denied`, `not_found` for a dangling link,
 *   `write_failed` (a full disk), or why the path may not be used
 */
export function writeFile(
  root: ProjectRoot,
  path: string,
  bytes: Uint8Array,
  onLost: (what: readonly string[]) => void = () => {},
): string {
  if (bytes.length > MAX_WRITE) throw fail("too_large", { path, size: bytes.length, limit: MAX_WRITE });
  return attempt(path, "write", () => {
    using slot = slotToWrite(root, path);
    const name = target(root, slot, path);
    const lost = replace(root, slot, name, bytes, path);
    if (lost.length > 0) onLost(lost);
    const parent = root.relative(slot.parent, path);
    return parent === "." ? name : `${parent}/${name}`;
  });
}

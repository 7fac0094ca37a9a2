/**
 * A directory tree as the walk sees it: one name at a time, links never followed. Two implementations:
 * descriptors (Linux) and plain paths (everywhere).
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { fail } from "../../errors/errors.ts";

/** A file or directory that was reached. `at` is the path by which node:fs gets to it. */
export interface Handle extends Disposable {
  readonly at: string;
  readonly stats: Stats;
}

export interface Tree {
  /** What a path is called inside the tree: the child's path by which node:fs gets to it. */
  child(directory: Handle, name: string): string;
  /** Reach a child without following it if it is a link. Throws the system's error. */
  open(directory: Handle, name: string): Handle;
  /** The root anew: a handle that may be disposed of. */
  root(): Handle;
  /** Where the handle really is now, as an absolute path. */
  realPath(handle: Handle): string;
  /** Rename within a directory, over what is there. */
  rename(directory: Handle, from: string, to: string): void;
  mkdir(directory: Handle, name: string): void;
  unlink(directory: Handle, name: string): void;
}

/** Whether both are the same file: names and paths can be replaced, this cannot. */
export function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Not following, not waiting for a writer of a FIFO, and never making a terminal our own. 0 where unknown. */
const CAREFUL = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Open what the handle reached, for reading. Where handles are paths, the file may have been replaced since;
 * then nothing is read.
 */
export function openHandle(handle: Handle, given: string): number {
  const fd = openSync(handle.at, constants.O_RDONLY | CAREFUL);
  if (isSame(fstatSync(fd), handle.stats)) return fd;
  closeSync(fd);
  throw fail("symlink_escapes_boundary", { path: given });
}

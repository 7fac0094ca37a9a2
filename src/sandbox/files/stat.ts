/** What a file is, without opening it. */
import type { Stats } from "node:fs";
import { join } from "node:path";
import { BerthError } from "../../errors/errors.ts";
import { attempt } from "./failure.ts";
import type { ProjectRoot } from "./root.ts";

/** What kind of file something is, as stat(2) tells it. */
export type FileType = "file" | "directory" | "symlink" | "fifo" | "socket" | "device";

/** What is known of a file without opening it. */
export interface FileStat {
  /** Relative to the root, links resolved. */
  readonly path: string;
  /** What it is; links are told of as links by `listDir` and `glob`, and followed by `fileStat`. */
  readonly type: FileType;
  /** Bytes. */
  readonly size: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly mtime: string;
  /** Permission bits, octal, four digits: `0644`. */
  readonly mode: string;
}

export function typeOf(stats: Stats): FileType {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "device";
}

export function describe(path: string, stats: Stats): FileStat {
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  return { path, type: typeOf(stats), size: stats.size, mtime: stats.mtime.toISOString(), mode };
}

/**
 * Where a path leads, as an absolute path with links resolved. Nothing need be there, but its directory must.
 * The answer is for people: between it and the next call the file system may change.
 *
 * @throws every code that says why a path may not be used
 */
export function validatePath(root: ProjectRoot, path: string): string {
  return attempt(path, "read", () => {
    using slot = root.slot(path, true);
    const parent = root.relative(slot.parent, path);
    return join(root.path, parent, slot.name ?? "");
  });
}

/**
 * Tell what a file is, without opening it; links are followed as far as they stay below the root.
 *
 * @param root of `projectRoot()`
 * @param path relative to the root, or absolute and below it
 * @throws BerthError `not_found`, `path_escapes_boundary`, `symlink_escapes_boundary`, `permission_denied`
 */
export function fileStat(root: ProjectRoot, path: string): FileStat {
  return attempt(path, "read", () => {
    using entry = root.entry(path);
    return describe(root.relative(entry, path), entry.stats);
  });
}

function typeAt(root: ProjectRoot, path: string): FileType | null {
  try {
    return fileStat(root, path).type;
  } catch (error) {
    if (error instanceof BerthError && (error.code === "not_found" || error.code === "not_directory")) {
      return null;
    }
    throw error;
  }
}

/**
 * Whether something is there. A path that leads out of the root is an error, not a "no".
 *
 * @throws BerthError `path_escapes_boundary`, `symlink_escapes_boundary`, `permission_denied`
 */
export const fileExists = (root: ProjectRoot, path: string): boolean => typeAt(root, path) !== null;
/** Whether a regular file is there, links followed. @throws BerthError as `fileExists` does */
export const isFile = (root: ProjectRoot, path: string): boolean => typeAt(root, path) === "file";
/** Whether a directory is there, links followed. @throws BerthError as `fileExists` does */
export const isDir = (root: ProjectRoot, path: string): boolean => typeAt(root, path) === "directory";

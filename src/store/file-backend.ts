import process from "node:process";
import { createFile, moveFile, removeFile, replaceFile } from "./atomic.ts";
import { type Backend, type Content, MAX_BYTES } from "./backend.ts";
import { checkDirectory, makeDirectories, tighten, type Warn } from "./directory.ts";
import * as files from "./files.ts";
import { reading } from "./naming.ts";

/**
 * The store's files below `root`, an absolute path that `checkDirectories` has passed. Folders are made by the
 * first write.
 */
export function fileBackend(root: string, warn: Warn): Backend {
  const checked = new Set<string>();
  // People type what `berth path` prints, and cmd.exe takes a slash for the beginning of an option.
  const locate = (name: string) =>
    files.windows ? `${root}/${name}`.replaceAll("/", "\\") : `${root}/${name}`;
  /** The path of a name, in a folder that was looked at once. */
  const at = (name: string): string => {
    const folder = name.slice(0, name.lastIndexOf("/"));
    if (!checked.has(folder) && checkDirectory(`${root}/${folder}`, warn)) checked.add(folder);
    return locate(name);
  };
  const making = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isMissing(error)) throw error;
      makeDirectories(root, warn);
      return work();
    }
  };
  return {
    locate,
    read: (name, how) => readContent(at(name), how === "guarded" ? warn : undefined),
    write: (name, text) => making(() => replaceFile(at(name), text)),
    create: (name, text) => making(() => createFile(at(name), text)),
    move: (from, to) => making(() => moveFile(at(from), at(to))),
    remove: (name) => removeFile(at(name)),
    list: (folder) => namesIn(at(`${folder}/`).slice(0, -1)),
    stat: (name) =>
      reading(locate(name), () => {
        const found = files.lstat(at(name));
        return found === null ? null : { bytes: found.size, changed: found.mtimeMs };
      }),
    async lock(name, request) {
      const { acquire } = await import("./lock.ts");
      try {
        return await acquire(at(name), request);
      } catch (error) {
        if (!isMissing(error)) throw error;
        makeDirectories(root, warn);
        return await acquire(at(name), request);
      }
    },
  };
}

/** Whether a folder was missing, told by the error itself or by the one that named its file. */
function isMissing(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return files.errnoOf(cause) === "ENOENT";
}

function namesIn(path: string): string[] {
  return reading(path, () => {
    try {
      return files.readdirSync(path);
    } catch (error) {
      if (files.errnoOf(error) === "ENOENT") return [];
      throw error;
    }
  });
}

function readContent(path: string, warn: Warn | undefined): Content | null {
  return reading(path, () => {
    const fd = openOrNull(path);
    if (fd === null) return null;
    if (fd === "not-a-file") return { kind: "unfit", reason: "not-a-file", size: 0 };
    try {
      return contentOf(fd, path, warn);
    } finally {
      files.closeSync(fd);
    }
  });
}

function openOrNull(path: string): number | null | "not-a-file" {
  try {
    return files.openToRead(path);
  } catch (error) {
    const code = files.errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    // O_NOFOLLOW says ELOOP (FreeBSD and older macOS: EMLINK); a socket ENXIO; Windows EISDIR for a directory.
    if (["ELOOP", "EMLINK", "ENXIO", "EISDIR"].includes(code)) return "not-a-file";
    throw error;
  }
}

function contentOf(fd: number, path: string, warn: Warn | undefined): Content {
  const { size, mode, uid } = files.fstat(fd);
  if ((mode & 0o170000) !== 0o100000) return { kind: "unfit", reason: "not-a-file", size };
  if (size > MAX_BYTES) return { kind: "unfit", reason: "too-large", size };
  if (warn !== undefined && (mode & 0o077) !== 0 && uid === process.getuid?.()) {
    tighten(path, mode & 0o777, () => files.fchmodSync(fd, 0o600), warn);
  }
  return { kind: "bytes", bytes: files.readUpTo(fd, size) };
}

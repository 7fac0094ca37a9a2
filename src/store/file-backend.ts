import process from "node:process";
import { createFile, moveFile, prepareFile, removeFile, replaceFile } from "./atomic.ts";
import {
  type Backend,
  type Content,
  type DocumentStat,
  type Lock,
  type LockRequest,
  MAX_BYTES,
} from "./backend.ts";
import { checkDirectory, type Closer, closer, makeDirectories, type Warn } from "./directory.ts";
import * as files from "./files.ts";
import { reading } from "./naming.ts";

/**
 * The store's files below `root`, an absolute path that `checkRoot` has passed. Folders are made by the first write.
 * Who only reads changes nothing; who writes first closes what is open to others.
 */
export function fileBackend(root: string, warn: Warn): Backend {
  const looked = new Set<string>();
  const closed = new Set<string>();
  const close = closer(root, warn);
  // People type what `berth path` prints, and cmd.exe takes a slash for the beginning of an option.
  const locate = (name: string) =>
    files.windows ? `${root}/${name}`.replaceAll("/", "\\") : `${root}/${name}`;
  /** The path of a name, in a folder that was looked at once. */
  const at = (name: string): string => {
    const folder = name.slice(0, name.lastIndexOf("/"));
    if (!looked.has(folder) && checkDirectory(`${root}/${folder}`) !== null) looked.add(folder);
    return locate(name);
  };
  const closing = (path: string): void => {
    if (closed.has(path)) return;
    const mode = checkDirectory(path);
    if (mode === null) return;
    close.directory(path, mode);
    closed.add(path);
  };
  /** As `at`, for who is about to write there. */
  const toWrite = (name: string): string => {
    closing(root);
    const end = name.lastIndexOf("/");
    if (end > 0) closing(`${root}/${name.slice(0, end)}`);
    return locate(name);
  };
  const making = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isMissing(error)) throw error;
      makeDirectories(root, close);
      return work();
    }
  };
  return {
    locate,
    read: (name, how) => readContent(at(name), how === "guarded" ? close : undefined),
    write: (name, text) => making(() => replaceFile(toWrite(name), text)),
    prepare: (name, text) => prepareFile(toWrite(name), text),
    create: (name, text) => making(() => createFile(toWrite(name), text)),
    move: (from, to) => making(() => moveFile(toWrite(from), toWrite(to))),
    remove: (name) => removeFile(toWrite(name)),
    list: (folder) => namesIn(at(`${folder}/`).slice(0, -1)),
    stat: (name) => statOf(locate(name), name, at),
    lock: (name, request) =>
      locked(request.only === true ? at : toWrite, name, request, () => makeDirectories(root, close)),
  };
}

/** Hold a lock file; where its folder is missing it is made. */
async function locked(
  place: (name: string) => string,
  name: string,
  request: LockRequest,
  makeFolders: () => void,
): Promise<Lock> {
  const { acquire } = await import("./lock.ts");
  try {
    return await acquire(place(name), request);
  } catch (error) {
    if (!isMissing(error)) throw error;
    makeFolders();
    return await acquire(place(name), request);
  }
}

/** @param path what an error names @param at tells where it is, and refuses what nobody should read */
function statOf(path: string, name: string, at: (name: string) => string): DocumentStat | null {
  const found = reading(path, () => files.lstat(at(name)));
  return found === null ? null : { bytes: found.size, changed: found.mtimeMs };
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

function readContent(path: string, close: Closer | undefined): Content | null {
  return reading(path, () => {
    const fd = openOrNull(path);
    if (fd === null) return null;
    if (fd === "not-a-file") return { kind: "unfit", reason: "not-a-file", size: 0 };
    try {
      return contentOf(fd, path, close);
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

function contentOf(fd: number, path: string, close: Closer | undefined): Content {
  const { size, mode, uid } = files.fstat(fd);
  if ((mode & 0o170000) !== 0o100000) return { kind: "unfit", reason: "not-a-file", size };
  if (size > MAX_BYTES) return { kind: "unfit", reason: "too-large", size };
  if (uid === process.getuid?.()) close?.file(path, fd, mode);
  return { kind: "bytes", bytes: files.readUpTo(fd, size) };
}

import process from "node:process";
import { fail, quotePath } from "../errors/errors.ts";
import { makeDirectory } from "./atomic.ts";
import * as files from "./files.ts";
import { CONFIG, FOLDERS, LOCK_END, OPEN_NOTE, RECORD_END, TEMP_END } from "./names.ts";
import { quietly, reading } from "./naming.ts";

/** Words for the person in front of the terminal, about something that was put right or may surprise. */
export type Warn = (text: string) => void;

/**
 * Look at the store's directory, or at one of its folders, before it is used. Changes nothing.
 *
 * @returns its mode, null when there is nothing at the path, which is no fault: the first write makes it
 * @throws `store_refused` for one that is a symbolic link, is no directory, or belongs to another user
 */
export function checkDirectory(path: string): number | null {
  const found = reading(path, () => files.lstat(path));
  if (found === null) return null;
  if (found.isSymbolicLink()) throw fail("store_refused", { directory: path, why: "it is a symbolic link" });
  if (!found.isDirectory()) throw fail("store_refused", { directory: path, why: "it is no directory" });
  const uid = process.getuid?.();
  // Windows has neither user IDs nor modes.
  if (uid === undefined) return 0o700;
  if (found.uid === uid) return found.mode & 0o7777;
  throw fail("store_refused", {
    directory: path,
    why: `it belongs to user ${found.uid}, not to user ${uid}`,
  });
}

/**
 * As `checkDirectory`, for the store's own one, which must be ours: what somebody keeps other things in (`/tmp`, a home
 * directory, a checkout) is no store, and is not changed.
 *
 * @throws `store_refused`, `store_foreign`
 */
export function checkRoot(root: string): void {
  if (checkDirectory(root) === null) return;
  // The first two that are made. To list the directory takes four times as long as to ask for them.
  if (FOLDERS.slice(0, 2).every((folder) => files.lstat(`${root}/${folder}`) !== null)) return;
  if (!isOurs(root, reading(root, () => files.readdirSync(root)))) {
    throw fail("store_foreign", { directory: root, own: `${root === "/" ? "" : root}/berth` });
  }
}

/** What file systems and their servers put into every directory, or into the topmost one. */
const THEIRS = /^(lost\+found|\.nfs[0-9a-f]+|\.snapshots?|\.DS_Store|desktop\.ini|Thumbs\.db)$/i;

const isOwnFile = (name: string): boolean =>
  name === CONFIG || name === OPEN_NOTE || (name.startsWith(`${CONFIG}.`) && name.endsWith(TEMP_END));

/** One folder beside what is not ours proves nothing by its name: many programs keep `sessions` or an `archive`. */
function isOurs(root: string, names: readonly string[]): boolean {
  const folders = FOLDERS.filter((folder) => names.includes(folder));
  if (folders.length > 1) return true;
  const others = names.filter((name) => !isOwnFile(name) && !THEIRS.test(name));
  if (others.length === folders.length) return true;
  return folders[0] === FOLDERS[0] && isJustMade(`${root}/${FOLDERS[0]}`);
}

/** Whether the first folder holds what a store's does, or nothing yet: the others are being made at this moment. */
function isJustMade(folder: string): boolean {
  try {
    const names = files.readdirSync(folder);
    return names.length === 0 || names.some((name) => name.endsWith(RECORD_END) || name.endsWith(LOCK_END));
  } catch {
    return false;
  }
}

/** What others may do with a directory or file of ours. */
const OTHERS = 0o077;
/** The sticky and the set-group-ID bit: it is shared on purpose. */
const SHARED = 0o3000;

/** Takes from others what they may do with what is ours, and says so; what cannot be taken is said once for all. */
export interface Closer {
  directory(path: string, mode: number): void;
  file(path: string, fd: number, mode: number): void;
}

export function closer(root: string, warn: Warn): Closer {
  /** That it stays open: in this store once, by the note that we leave. */
  const stays = (path: string, mode: number, why: string): void => {
    const note = `${root}/${OPEN_NOTE}`;
    if (files.lstat(note) !== null) return;
    const text = `${quotePath(path)} is open to other users (mode ${octal(mode)}) and stays so: ${why}`;
    quietly(() => files.closeSync(files.openNew(note)));
    warn(text);
  };
  const close = (path: string, mode: number, change: () => void, look: () => number): void => {
    try {
      change();
    } catch (error) {
      return stays(path, mode, files.why(error));
    }
    if ((look() & OTHERS) !== 0) {
      return stays(
        path,
        mode,
        "its file system keeps no modes, and how it is mounted decides who may read it",
      );
    }
    warn(`${quotePath(path)} was open to other users (mode ${octal(mode)}); it is now for you alone`);
  };
  return {
    directory(path, mode) {
      if ((mode & OTHERS) === 0) return;
      if ((mode & SHARED) !== 0) return stays(path, mode, "it is shared on purpose");
      close(path, mode, () => files.chmodSync(path, 0o700), () => files.lstat(path)?.mode ?? 0);
    },
    file(path, fd, mode) {
      if ((mode & OTHERS) === 0) return;
      close(path, mode & 0o777, () => files.fchmodSync(fd, 0o600), () => files.fstat(fd).mode);
    },
  };
}

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

/** Make the store's directory and all its folders, for us alone. */
export function makeDirectories(root: string, close: Closer): void {
  for (const path of [root, ...FOLDERS.map((folder) => `${root}/${folder}`)]) {
    makeDirectory(path);
    const mode = checkDirectory(path);
    if (mode !== null) close.directory(path, mode);
  }
}

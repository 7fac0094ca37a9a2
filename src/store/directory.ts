import process from "node:process";
import { fail, quotePath } from "../errors/errors.ts";
import { makeDirectory } from "./atomic.ts";
import * as files from "./files.ts";
import { FOLDERS } from "./names.ts";
import { reading } from "./naming.ts";

/** Words for the person in front of the terminal, about something that was put right or may surprise. */
export type Warn = (text: string) => void;

const TOO_OPEN = 0o077;

/** Make the store's directory and all its folders, for us alone. */
export function makeDirectories(root: string, warn: Warn): void {
  for (const path of [root, ...FOLDERS.map((folder) => `${root}/${folder}`)]) {
    makeDirectory(path);
    checkDirectory(path, warn);
  }
}

/**
 * Look at the store's directory, or at one of its folders, before it is used.
 *
 * @returns false when there is nothing at the path, which is no fault: the first write makes it
 * @throws `store_refused` for one that is a symbolic link, is no directory, or belongs to another user
 */
export function checkDirectory(path: string, warn: Warn): boolean {
  const found = reading(path, () => files.lstat(path));
  if (found === null) return false;
  if (found.isSymbolicLink()) throw fail("store_refused", { directory: path, why: "it is a symbolic link" });
  if (!found.isDirectory()) throw fail("store_refused", { directory: path, why: "it is no directory" });
  const uid = process.getuid?.();
  if (uid === undefined) return true;
  if (found.uid !== uid) {
    throw fail("store_refused", {
      directory: path,
      why: `it belongs to user ${found.uid}, not to user ${uid}`,
    });
  }
  if ((found.mode & TOO_OPEN) !== 0) {
    tighten(path, found.mode & 0o777, () => files.chmodSync(path, 0o700), warn);
  }
  return true;
}

/** Take from a directory or file of ours what others may do with it. A read-only file system stays as it is. */
export function tighten(path: string, mode: number, change: () => void, warn: Warn): void {
  const was = mode.toString(8).padStart(4, "0");
  try {
    change();
    warn(`${quotePath(path)} was open to other users (mode ${was}); it is now for you alone`);
  } catch (error) {
    warn(
      `${quotePath(path)} is open to other users (mode ${was}) and that cannot be changed: ${
        files.why(error)
      }`,
    );
  }
}

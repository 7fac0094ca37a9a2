import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { openLibrary } from "./native.ts";

const calls = { syncfs: { args: ["i32"], returns: "i32" } } as const;

/**
 * Make everything lasting that was written to a file system (syncfs(2)), also what others wrote. A thousand files take
 * little longer than one, where fsync(2) has the disk's journal written for each.
 *
 * @param path anything on it
 * @returns false where that cannot be done or failed: then each file is to be synced by itself
 */
export function syncFileSystem(path: string): boolean {
  if (process.platform !== "linux") return false;
  let fd: number | undefined;
  try {
    const { syncfs } = openLibrary("libc.so.6", calls);
    fd = openSync(path, "r");
    return syncfs(fd) === 0;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

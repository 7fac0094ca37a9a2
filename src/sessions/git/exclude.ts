import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * Name the worktrees' directory in `.git/info/exclude`, so that the main checkout stays clean. The file is the
 * user's: one line is appended, once, and nothing else of it changes.
 *
 * @param folder below the root, "" where it is elsewhere
 */
export function excludeWorktrees(commonDir: string, folder: string): void {
  if (folder === "") return;
  try {
    mkdirSync(join(commonDir, "info"), { recursive: true });
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
    const fd = openSync(join(commonDir, "info", "exclude"), flags, 0o644);
    try {
      append(fd, `/${folder.replace(/[\\*?[\]]/g, "\\$&")}/`);
    } finally {
      closeSync(fd);
    }
  } catch {
    // It is a link or cannot be written; the session is none the worse for it.
  }
}

function append(fd: number, wanted: string): void {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  readSync(fd, bytes, 0, bytes.length, 0);
  const text = bytes.toString("utf8");
  if (text.split(/\r?\n/).some((line) => line.trim() === wanted)) return;
  writeSync(fd, `${text === "" || text.endsWith("\n") ? "" : "\n"}${wanted}\n`);
}

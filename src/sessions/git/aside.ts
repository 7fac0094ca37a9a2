import { existsSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import process from "node:process";
import { fail } from "../../errors/errors.ts";
import { adminOf } from "./link.ts";
import { adminDirectory, statusOf } from "./worktree-directory.ts";

/** Where a worktree stands while it is removed: beside its place, since another file system may be anywhere else. */
export const asideOf = (path: string): string => join(dirname(path), `.${basename(path)}.going`);

/** What says that the directory cannot be moved here, and is no reason not to remove it. */
const IN_PLACE = process.platform === "win32"
  // Somebody has a file in it open, or stands in it.
  ? /^(EPERM|EACCES|EBUSY)$/
  // A lower layer of an overlay file system (overlayfs, `redirect_dir`).
  : /^EXDEV$/;

/**
 * Move a worktree that is about to be removed out of everybody's way: whoever writes there by its path from now on is told
 * so (ENOENT), instead of losing the file a moment later.
 *
 * @param admin git's own directory for it, which is told
 * @returns where it is; the path itself where it cannot be moved
 * @throws `worktree_refused` where the system says that it cannot go; then nothing has changed
 */
export function moveAside(admin: string, path: string): string {
  const aside = asideOf(path);
  try {
    renameSync(path, aside);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (IN_PLACE.test(code)) return path;
    throw fail("worktree_refused", { path, why: `it cannot be moved out of its place (${code})` }, error);
  }
  tellGit(admin, aside);
  return aside;
}

/**
 * Put a worktree back that was moved aside, wherever that was stopped.
 *
 * @throws `worktree_refused` where something else is in its place by now
 */
export function putBack(commonDir: string, path: string): void {
  const aside = asideOf(path);
  const admin = adminOf(commonDir, aside);
  // It is there; what is beside it is somebody else's.
  if (admin === null && adminDirectory(commonDir, path) !== null) return;
  if (statusOf(aside)?.isDirectory()) {
    vacate(path, aside);
    renameSync(aside, path);
  }
  if (admin !== null) tellGit(admin, path);
}

/** An empty directory, which somebody made in the meantime, is in nobody's way. */
function vacate(path: string, aside: string): void {
  try {
    rmdirSync(path);
  } catch {
    if (!existsSync(path)) return;
    throw fail("worktree_refused", {
      path,
      why: `something else is there since its removal began, and what it held is in ${aside}`,
    });
  }
}

/**
 * Git's own note of where the worktree is (gitrepository-layout(5)), which may be relative. Whole or not at all: what has
 * none is taken away by git's next call.
 */
function tellGit(admin: string, path: string): void {
  const file = join(admin, "gitdir");
  const was = readFileSync(file, "utf8");
  const to = join(path, ".git");
  const link = `${isAbsolute(was) ? to : relative(admin, to)}\n`;
  if (was === link) return;
  const temporary = join(admin, "berth-gitdir.tmp");
  writeFileSync(temporary, link);
  renameSync(temporary, file);
}

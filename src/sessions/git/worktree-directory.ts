import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fail } from "../../errors/errors.ts";
import { below } from "../model/worktree-path.ts";

/**
 * Look at the path of a worktree, step by step, so that no symbolic link leads our changes elsewhere.
 *
 * @returns whether something is there
 * @throws `worktree_refused` where a step is a link, or no directory
 */
export function checkPlace(root: string, path: string): boolean {
  const why = (step: string, what: string) => fail("worktree_refused", { path, why: `${step} is ${what}` });
  // One that is elsewhere is where the record and git's own files say.
  const parts = below(root, path).split("/");
  const steps = parts[0] === "" ? [path] : parts.map((_, at) => join(root, ...parts.slice(0, at + 1)));
  for (const step of steps) {
    const found = statusOf(step);
    if (found === null) return false;
    if (found.isSymbolicLink()) throw why(step, "a symbolic link");
    if (!found.isDirectory()) throw why(step, "no directory");
  }
  return true;
}

/** What is at the path; null where nothing is, nor can be, since a step of it is a file. */
export function statusOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return null;
    throw error;
  }
}

/**
 * Git's own directory for a linked worktree, as its `.git` file names it (gitrepository-layout(5)).
 *
 * @returns null when the file is missing, leads out of the repository, or is none of a linked worktree
 */
export function adminDirectory(commonDir: string, path: string): string | null {
  const found = linkedDirectory(path);
  try {
    return found !== null && dirname(found) === realpathSync(join(commonDir, "worktrees")) ? found : null;
  } catch {
    return null;
  }
}

/** As `adminDirectory`, of whatever repository; null when there is no such directory. */
export function linkedDirectory(path: string): string | null {
  try {
    const target = /^gitdir: (.+)$/m.exec(readFileSync(join(path, ".git"), "utf8"))?.[1];
    return target === undefined ? null : realpathSync(resolve(path, target));
  } catch {
    return null;
  }
}

/** Git's own directories for all linked worktrees. @returns null where they cannot be read */
export function adminsIn(commonDir: string): string[] | null {
  const all = join(commonDir, "worktrees");
  try {
    return readdirSync(all).map((name) => join(all, name));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : null;
  }
}

/**
 * Where the `.git` file is that leads to git's own directory for a linked worktree, as git keeps it there. (Since 2.48 it
 * may be relative to the directory.)
 *
 * @returns null where git does not say
 */
export function linkOf(admin: string): string | null {
  try {
    return resolve(admin, readFileSync(join(admin, "gitdir"), "utf8").trimEnd());
  } catch {
    return null;
  }
}

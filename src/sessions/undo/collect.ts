import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { fail } from "../../errors/errors.ts";
import { type Git, must } from "../git/git.ts";
import { removalStatus } from "../git/status-call.ts";
import type { Indexed } from "../git/nested.ts";
import { UNREADABLE } from "../git/unreadable.ts";

/** Something that is to be kept, before it is. */
export interface Found {
  /** Below the worktree, or below git's own directory for it. */
  readonly path: string;
  /** `directory`: one with nothing in it, which a repository may need (`refs`). */
  readonly kind: "file" | "link" | "directory";
  readonly size: number;
  /** Who may do what (chmod(2)); a file that nobody else may read comes back as one. */
  readonly mode: number;
  /** By what a change since is noticed. */
  readonly stamp: string;
}

export interface Collected {
  readonly files: readonly Found[];
  /** The directories that they are in. */
  readonly directories: readonly { readonly path: string; readonly mode: number }[];
  readonly missing: readonly string[];
  readonly admin: readonly Found[];
}

const NOT_UTF8 = "its name is not UTF-8";

/** Files of git's own directory that belong to the place, not to the work: git makes them anew. */
const NOT_KEPT = /^(gitdir|commondir|locked|berth-going|berth-copies(\/.*)?)$|\.lock$/;

/**
 * What is in a worktree and in no commit, ignored files left out: changed and untracked files, those that git was told to
 * pass over, repositories inside, submodules with all that is in them, and what git itself keeps for the worktree.
 *
 * @param files the index
 * @param nested absolute paths of repositories that git does not look into
 * @throws `work_not_kept` for what could not be brought back as it was
 */
export async function collect(
  worktree: Git,
  admin: string,
  files: readonly Indexed[],
  nested: readonly string[],
): Promise<Collected> {
  const root = worktree.directory;
  const status = (await must(worktree, "look for changes", removalStatus("all"))).split("\0");
  const changed = status.filter((line) => line !== "").map((line) => line.slice(3));
  const hidden = files.filter(({ tag }) => /^[a-zS]$/.test(tag)).map(({ path }) => path);
  const submodules = files.filter(({ mode }) => mode === "160000").map(({ path }) => path);
  const unseen = nested.map((path) => path.slice(root.length + 1));
  const paths = [...new Set([...changed, ...hidden, ...submodules, ...unseen].map(withoutSlash))];
  const odd = paths.find((path) => path.includes(UNREADABLE));
  if (odd !== undefined) throw fail("work_not_kept", { path: odd, why: NOT_UTF8 });
  const found = new Map<string, Found>();
  for (const path of [...paths, ...gitBeside(root, status)]) {
    const there = statusAt(join(root, path));
    if (there?.isDirectory()) { for (const one of walk(root, path)) found.set(one.path, one); }
    else if (there !== null) { for (const one of described(path, there)) found.set(one.path, one); }
  }
  // Also where a directory, or a FIFO, is in the place of a tracked file.
  const tracked = new Set(files.filter(({ mode }) => mode !== "160000").map(({ path }) => path));
  const all = {
    files: [...found.values()],
    directories: directoriesOf(root, [...found.values()]),
    missing: paths.filter((path) => tracked.has(path) && !found.has(path)),
    admin: keptOf(admin),
  };
  const inside = [...all.files, ...all.admin].find(({ path }) => path.includes(UNREADABLE));
  if (inside !== undefined) throw fail("work_not_kept", { path: inside.path, why: NOT_UTF8 });
  return all;
}

/** Those that hold any of it: others may be shut out of a file by its directory alone. */
function directoriesOf(root: string, files: readonly Found[]): Collected["directories"] {
  const found = new Map<string, number>();
  for (const { path, kind } of files) {
    for (
      let at = kind === "directory" ? path : dirname(path);
      at !== "." && !found.has(at);
      at = dirname(at)
    ) {
      found.set(at, (statusAt(join(root, at))?.mode ?? 0o755) & 0o7777);
    }
  }
  return [...found].map(([path, mode]) => ({ path, mode }));
}

/** What git itself keeps for a worktree, but for what belongs to the place. */
export const keptOf = (admin: string): Found[] =>
  [...walk(admin, "")].filter(({ path }) => !NOT_KEPT.test(path));

/**
 * What is called `.git` beside untracked files: git takes a directory with a damaged repository for an ordinary one, and
 * names all that is in it but this.
 *
 * @param status lines of `git status --porcelain`
 */
function gitBeside(root: string, status: readonly string[]): string[] {
  const directories = new Set<string>();
  for (const line of status) {
    if (!line.startsWith("?? ")) continue;
    for (let at = dirname(line.slice(3)); at !== "." && !directories.has(at); at = dirname(at)) {
      directories.add(at);
    }
  }
  return [...directories].map((path) => `${path}/.git`).filter((path) => statusAt(join(root, path)) !== null);
}

const withoutSlash = (path: string): string => path.endsWith("/") ? path.slice(0, -1) : path;

/** Every file, link and empty directory below a directory, whatever git thinks of it. */
function* walk(root: string, directory: string): Generator<Found> {
  const names = readdirSync(join(root, directory));
  if (names.length === 0 && directory !== "") {
    yield { path: directory, kind: "directory", size: 0, mode: 0o755, stamp: "" };
  }
  for (const name of names) {
    const path = directory === "" ? name : `${directory}/${name}`;
    const there = statusAt(join(root, path));
    if (there?.isDirectory()) yield* walk(root, path);
    else if (there !== null) yield* described(path, there);
  }
}

/** Nothing for a FIFO, a socket or a device: git does not see them either. */
function described(path: string, { size, mode, mtimeMs, ino, ...rest }: Stats): Found[] {
  const kind = (mode & 0o170000) === 0o100000 ? "file" : (mode & 0o170000) === 0o120000 ? "link" : null;
  if (kind === null) return [];
  const stamp = [mode, size, mtimeMs, ino, rest.ctimeMs].join(" ");
  return [{ path, kind, size, mode: mode & 0o7777, stamp }];
}

function statusAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** Where a link leads. @throws `work_not_kept` where that is no text */
export function targetOf(path: string): string {
  const target = readlinkSync(path, { encoding: "buffer" });
  const text = target.toString("utf8");
  if (Buffer.from(text, "utf8").equals(target)) return text;
  throw fail("work_not_kept", { path, why: "the name that it leads to is not UTF-8" });
}

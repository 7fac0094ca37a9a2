import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Refs as git keeps them in files of their own (gitrepository-layout(5)), for questions that are asked a hundred times
 * between two processes of git. Whatever a file does not tell for certain is null or false, and git is asked.
 */

/** A repository's directories: what all checkouts share, and what is one checkout's own. */
export interface GitDirectories {
  readonly common: string;
  /** Null where it is not known. */
  readonly own: string | null;
}

/** The names of objects, by SHA-1 and by SHA-256. */
const OBJECT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Where a branch stands. A file of its own counts before what is packed.
 *
 * @returns null where there is no such file: it may be there all the same
 */
export function looseBranch(common: string, name: string): string | null {
  const commit = textOf(join(common, "refs/heads", name))?.replace(/\n$/, "");
  return commit !== undefined && OBJECT.test(commit) && hasFiles(common) ? commit : null;
}

/** The commit that a checkout has, where it has that branch. @returns null where git must be asked */
export const headAt = ({ common, own }: GitDirectories, branch: string): string | null =>
  own !== null && textOf(join(own, "HEAD")) === `ref: refs/heads/${branch}\n`
    ? looseBranch(common, branch)
    : null;

/**
 * What a checkout has, as far as files tell that would be written if it moved: HEAD, and behind it where the branch
 * stands, which is left out where that is packed.
 *
 * @returns null where these files say nothing of it
 */
export function headIn({ common, own }: GitDirectories & { readonly own: string }): string | null {
  const head = textOf(join(own, "HEAD"));
  if (head === null || !hasFiles(common)) return null;
  const ref = /^ref: (refs\/heads\/.+)\n$/.exec(head)?.[1];
  const at = ref === undefined ? "" : textOf(join(common, ref)) ?? "";
  // One that is another name for a branch moves with that.
  return at.startsWith("ref:") ? null : head + at;
}

/**
 * Whether a branch stands at a commit, and its short name means nothing else that git would take first
 * (gitrevisions(7)). @returns false where git must be asked
 */
export function isShortFor({ common, own }: GitDirectories, branch: string, commit: string): boolean {
  if (own === null || OBJECT.test(branch) || looseBranch(common, branch) !== commit) return false;
  const others = [branch, `refs/${branch}`, `refs/tags/${branch}`];
  if ([common, own].some((directory) => others.some((ref) => existsSync(join(directory, ref))))) return false;
  const packed = textOf(join(common, "packed-refs")) ?? "";
  return !others.some((ref) => packed.includes(` ${ref}\n`));
}

/** Whether git may take a commit for another one (git-replace(1)). True also where these files do not tell. */
export function mayReplace(common: string): boolean {
  if (!hasFiles(common) || existsSync(join(common, "refs/replace"))) return true;
  const packed = join(common, "packed-refs");
  return existsSync(packed) && (textOf(packed)?.includes(" refs/replace/") ?? true);
}

/** The lines of a branch's reflog, the oldest first. @returns null where git must be asked */
export function reflogOf(common: string, branch: string): readonly string[] | null {
  const text = hasFiles(common) ? textOf(join(common, "logs/refs/heads", branch)) : null;
  return text === null || text === "" ? null : text.replace(/\n$/, "").split("\n");
}

/** Where refs are kept in tables (git-init(1), `--ref-format`) the files of that name say nothing. */
const hasFiles = (common: string): boolean => !existsSync(join(common, "reftable"));

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

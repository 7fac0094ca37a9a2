/** Find files below a directory by a pattern. */
import { fail } from "../../errors/errors.ts";
import { attempt, codeOf } from "./failure.ts";
import { namesIn, openChild } from "./list.ts";
import { compile, matchesName, type Segment } from "./pattern.ts";
import { isBehind, type Part } from "./part.ts";
import type { ProjectRoot } from "./root.ts";
import { describe, type FileStat } from "./stat.ts";
import type { Handle } from "./tree.ts";

/** Entries that one call looks at, and finds, at most. */
export const MAX_VISITED = 200_000;
export const MAX_FOUND = 10_000;
/** Directories that may lie in one another; each is held open while the search is below it. */
const MAX_DEPTH = 100;

class Search {
  readonly found: FileStat[] = [];
  visited = 0;

  constructor(readonly root: ProjectRoot, readonly given: string, readonly part: Part) {}

  get isFull(): boolean {
    return this.found.length >= (this.part.limit ?? Infinity);
  }

  /** Look for the rest of every alternative that is still possible here. */
  directory(directory: Handle, path: string, open: readonly Segment[][], depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const name of this.names(directory)) {
      if (this.isFull) return;
      if (++this.visited > MAX_VISITED) {
        throw fail("too_many_entries", { path: this.given, limit: MAX_VISITED });
      }
      const next = advance(open, name);
      if (next.length > 0) this.child(directory, path === "." ? name : `${path}/${name}`, name, next, depth);
    }
  }

  /** A directory that may not be read hides what is in it; it does not end the search. */
  names(directory: Handle): string[] {
    try {
      return namesIn(directory);
    } catch (error) {
      if (codeOf(error) === "EACCES") return [];
      throw error;
    }
  }

  child(directory: Handle, path: string, name: string, open: readonly Segment[][], depth: number): void {
    const { after } = this.part;
    const isNew = after === undefined || isBehind(path, after);
    // What was found last may lie below; all else that comes before it was seen.
    if (!isNew && path !== after && !after.startsWith(`${path}/`)) return;
    const child = openChild(this.root, directory, name);
    if (child === null) return;
    using reached = child;
    if (isNew && open.some(isDone)) this.add(describe(path, reached.stats));
    const deeper = open.filter((rest) => rest.length > 0);
    if (deeper.length > 0 && this.isInside(reached)) this.directory(reached, path, deeper, depth + 1);
  }

  /** Whether it is a directory, and really below the root: by paths alone one could be swapped for a link. */
  isInside(child: Handle): boolean {
    if (!child.stats.isDirectory()) return false;
    try {
      this.root.check(child, this.given);
      return true;
    } catch {
      return false;
    }
  }

  add(stat: FileStat): void {
    if (this.found.push(stat) > MAX_FOUND) {
      throw fail("too_many_entries", { path: this.given, limit: MAX_FOUND });
    }
  }
}

/** All that is left is `**`, which also stands for no name at all. */
const isDone = (rest: readonly Segment[]): boolean => rest.every((segment) => segment === "**");

/** What is left of each alternative after a name. Equal rests are kept once, so patterns with several `**` stay cheap. */
function advance(open: readonly Segment[][], name: string): Segment[][] {
  const next = new Map<string, Segment[]>();
  const add = (rest: Segment[]) => next.set(JSON.stringify(rest), rest);
  for (const rest of open) advanceOne(rest, name, add);
  return [...next.values()];
}

function advanceOne(rest: readonly Segment[], name: string, add: (rest: Segment[]) => void): void {
  const [segment, ...after] = rest;
  if (segment === undefined) return;
  if (segment !== "**") {
    if (matchesName(segment, name)) add(after);
    return;
  }
  if (!name.startsWith(".")) add([...rest]);
  advanceOne(after, name, add);
}

/**
 * Find by a pattern such as `src/*.ts`, with `**` for any depth. Links are found but not gone through, so there are no circles and
 * nothing outside is seen.
 *
 * @param path the directory to search
 * @param part `after` is a path as it was found
 * @returns what was found, by path; paths are relative to the root
 * @throws `too_many_entries`, `invalid_path`, `path_escapes_boundary`, or why the directory may not be used
 */
export function glob(root: ProjectRoot, pattern: string, path = ".", part: Part = {}): FileStat[] {
  return attempt(path, "read", () => {
    const alternatives = compile(pattern);
    using entry = root.entry(path);
    if (!entry.stats.isDirectory()) throw fail("not_directory", { path });
    const search = new Search(root, pattern, part);
    search.directory(entry, root.relative(entry, path), alternatives, 0);
    return search.found;
  });
}

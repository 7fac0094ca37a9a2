/** List a directory. */
import { readdirSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import { attempt, isMissing } from "./failure.ts";
import type { Part } from "./part.ts";
import type { ProjectRoot } from "./root.ts";
import { describe, type FileStat } from "./stat.ts";
import type { Handle } from "./tree.ts";

/** Reach a child that was listed; null when it is gone since, or its name is not UTF-8 and cannot be said. */
export function openChild(root: ProjectRoot, directory: Handle, name: string): Handle | null {
  try {
    return root.tree.open(directory, name);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The names in a directory, in the order of their code units, the same on every machine. */
export function namesIn(directory: Handle): string[] {
  return readdirSync(directory.at).sort();
}

function describeChild(root: ProjectRoot, directory: Handle, path: string, name: string): FileStat | null {
  const child = openChild(root, directory, name);
  if (child === null) return null;
  using reached = child;
  return describe(path === "." ? name : `${path}/${name}`, reached.stats);
}

/**
 * List what is in a directory. Links are listed as links. Names that are not valid UTF-8 are left out: no
 * string could name them again.
 *
 * @param part `after` is a name
 * @throws `not_found`, `not_directory`, `permission_denied`, or why the path may not be used
 */
export function listDir(root: ProjectRoot, path: string, part: Part = {}): FileStat[] {
  return attempt(path, "read", () => {
    using entry = root.entry(path);
    if (!entry.stats.isDirectory()) throw fail("not_directory", { path });
    const relative = root.relative(entry, path);
    const { after, limit = Infinity } = part;
    const children: FileStat[] = [];
    for (const name of namesIn(entry)) {
      if (children.length >= limit) break;
      if (after !== undefined && name <= after) continue;
      const child = describeChild(root, entry, relative, name);
      if (child !== null) children.push(child);
    }
    root.check(entry, path);
    return children;
  });
}

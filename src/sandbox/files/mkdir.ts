/** Make a directory and those that lead to it. */
import { dirname } from "node:path";
import { fail } from "../../errors/errors.ts";
import { attempt, isNotFound, isThere } from "./failure.ts";
import type { ProjectRoot } from "./root.ts";
import type { Handle } from "./tree.ts";
import type { Slot } from "./route.ts";

function slotToMake(root: ProjectRoot, path: string): Slot {
  try {
    return root.slot(path, true);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  make(root, dirname(path));
  return root.slot(path, true);
}

/** Somebody else may make it first; then it only has to be a directory. */
function makeOne(root: ProjectRoot, parent: Handle, name: string): boolean {
  try {
    root.tree.mkdir(parent, name);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

function make(root: ProjectRoot, path: string): void {
  using slot = slotToMake(root, path);
  if (slot.entry?.stats.isDirectory()) return;
  if (slot.entry || slot.name === null) throw fail("not_directory", { path });
  if (slot.throughLink) throw fail("not_found", { path });
  if (makeOne(root, slot.parent, slot.name)) return;
  using made = root.entry(path);
  if (!made.stats.isDirectory()) throw fail("not_directory", { path });
}

/**
 * Make a directory. One that is there already is as good; links inside the root are followed.
 *
 * @returns the path relative to the root, links resolved
 * @throws `not_directory` when a file is in the way, `not_found` for a dangling link, `permission_denied`,
 *   or why the path may not be used
 */
export function mkdirP(root: ProjectRoot, path: string): string {
  return attempt(path, "write", () => {
    make(root, path);
    using made = root.entry(path);
    return root.relative(made, path);
  });
}

/** Delete one file or one link. */
import { fail } from "../../errors/errors.ts";
import { attempt } from "./failure.ts";
import type { ProjectRoot } from "./root.ts";

/**
 * Delete a file. A link is deleted itself, wherever it leads. Directories are not deleted: what a mistaken path
 * can destroy is one file.
 *
 * @returns the path that was deleted, relative to the root
 * @throws `not_found`, `is_directory`, `permission_denied`, or why the path may not be used
 */
export function deleteFile(root: ProjectRoot, path: string): string {
  return attempt(path, "write", () => {
    using slot = root.slot(path, false);
    if (slot.name === null || slot.entry?.stats.isDirectory()) throw fail("is_directory", { path });
    if (slot.entry === null) throw fail("not_found", { path });
    if (slot.directory) throw fail("not_directory", { path });
    root.tree.unlink(slot.parent, slot.name);
    const parent = root.relative(slot.parent, path);
    return parent === "." ? slot.name : `${parent}/${slot.name}`;
  });
}

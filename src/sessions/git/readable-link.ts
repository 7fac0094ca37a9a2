import { readdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { FOLDER } from "../model/worktree-path.ts";
import { statusOf } from "./worktree-directory.ts";

/*
 * `.worktrees/NAME` leads to the worktree, whose own directory is called by a UUID: for people who look there. Nothing
 * of ours goes by it, and what is there already stays.
 */

/** Put the link there, where nothing is. It is no loss where that cannot be done. */
export function addLink(root: string, name: string, uuid: string): void {
  try {
    // Of the folder itself, which must be no link that leads elsewhere.
    if (statusOf(join(root, FOLDER))?.isDirectory() === true) symlinkSync(uuid, join(root, FOLDER, name));
  } catch {
    // Somebody else's, or a system without links.
  }
}

/** Remove the links that lead to this worktree and nowhere else, whatever they are called since. */
export function removeLinks(root: string, uuid: string): void {
  try {
    if (statusOf(join(root, FOLDER))?.isDirectory() !== true) return;
    for (const name of readdirSync(join(root, FOLDER))) {
      const path = join(root, FOLDER, name);
      if (statusOf(path)?.isSymbolicLink() === true && readlinkSync(path) === uuid) unlinkSync(path);
    }
  } catch {
    // A link that stays leads nowhere.
  }
}

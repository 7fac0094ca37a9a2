/**
 * A tree by plain paths, for systems without `/proc/self/fd`. Between a check and the call that relies on it the
 * path can be swapped; so every use is checked again afterwards by device and inode. What remains is said in
 * `docs/sandbox.md`.
 */
import { lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Handle, Tree } from "./tree.ts";

function handle(at: string): Handle {
  return { at, stats: lstatSync(at), [Symbol.dispose]: () => {} };
}

/** @param root the root's real path */
export function portableTree(root: string): Tree {
  const child = (directory: Handle, name: string) => join(directory.at, name);
  return {
    child,
    open: (directory, name) => handle(child(directory, name)),
    root: () => handle(root),
    realPath: (reached) => realpathSync.native(reached.at),
  };
}

/**
 * A tree by plain paths, for systems without `/proc/self/fd`. Between a check and the call that relies on it the
 * path can be swapped. So what changes a directory is done on a descriptor of it, where the system has such calls,
 * and the descriptor is checked first; what remains is said in `docs/sandbox.md`.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import type { AtCalls } from "./at-calls.ts";
import type { Opened } from "./opened.ts";
import { type Handle, isSame, type Tree } from "./tree.ts";

function handle(at: string): Handle {
  return { at, stats: lstatSync(at), [Symbol.dispose]: () => {} };
}

const DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** As open(2) with O_NOFOLLOW says it of a link. */
function swapped(): Error {
  return Object.assign(new Error("ELOOP: the directory was replaced"), { code: "ELOOP" });
}

/** @param root the root's real path */
export function portableTree(root: string, opened: Opened | null, calls: AtCalls | null): Tree {
  const child = (directory: Handle, name: string) => join(directory.at, name);

  function onDescriptor(directory: Handle, work: (fd: number) => void): void {
    const fd = openSync(directory.at, DIRECTORY);
    try {
      if (!isSame(fstatSync(fd), directory.stats) || opened?.isOutside(fd)) throw swapped();
      work(fd);
    } finally {
      closeSync(fd);
    }
  }

  return {
    child,
    open: (directory, name) => handle(child(directory, name)),
    root: () => handle(root),
    realPath: (reached) => realpathSync.native(reached.at),
    rename(directory, from, to) {
      if (calls) onDescriptor(directory, (fd) => calls.rename(fd, from, to));
      else renameSync(child(directory, from), child(directory, to));
    },
    mkdir(directory, name) {
      if (calls) onDescriptor(directory, (fd) => calls.mkdir(fd, name));
      else mkdirSync(child(directory, name));
    },
    unlink(directory, name) {
      if (calls) onDescriptor(directory, (fd) => calls.unlink(fd, name));
      else unlinkSync(child(directory, name));
    },
  };
}

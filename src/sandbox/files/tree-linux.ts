/**
 * A tree by descriptors. Every handle is an `O_PATH` descriptor, and node:fs works on one name below it through
 * `/proc/self/fd/N/name`: the kernel goes from that link straight to the directory that was opened, wherever its
 * path leads by now (proc_pid_fd(5)). So a directory that is swapped for a link after it was reached changes nothing.
 *
 * `O_PATH` opens nothing: no FIFO waits, no device notices (open(2)). The same calls work under Bun and Deno.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  unlinkSync,
} from "node:fs";
import type { Handle, Tree } from "./tree.ts";

/** Not in `node:fs.constants`; the same number on x86-64 and arm64 (asm-generic/fcntl.h). */
export const O_PATH = 0o10000000;

/** Take over an `O_PATH` descriptor. It is closed when the handle is disposed of. */
export function hold(fd: number): Handle {
  return { at: `/proc/self/fd/${fd}`, stats: fstatSync(fd), [Symbol.dispose]: () => closeSync(fd) };
}

function open(path: string, flags: number): Handle {
  return hold(openSync(path, O_PATH | flags));
}

/** @param fd an `O_PATH` descriptor of the root, which stays the caller's */
export function linuxTree(fd: number): Tree {
  const child = (directory: Handle, name: string) => `${directory.at}/${name}`;
  return {
    child,
    open: (directory, name) => open(child(directory, name), constants.O_NOFOLLOW),
    root: () => open(`/proc/self/fd/${fd}`, constants.O_DIRECTORY),
    realPath: (handle) => readlinkSync(handle.at),
    rename: (directory, from, to) => renameSync(child(directory, from), child(directory, to)),
    mkdir: (directory, name) => mkdirSync(child(directory, name)),
    unlink: (directory, name) => unlinkSync(child(directory, name)),
  };
}

/** Whether an open file is inside the root, by what the kernel says of its descriptor. */
import { closeSync, openSync } from "node:fs";
import { sep } from "node:path";
import type { DescriptorPath } from "./descriptor-path.ts";

/** The root as the kernel names it by descriptor, which need not be how realpath(3) does (macOS firmlinks). */
function rootName(root: string, descriptorPath: DescriptorPath): string {
  try {
    const fd = openSync(root, "r");
    try {
      return descriptorPath(fd) ?? root;
    } finally {
      closeSync(fd);
    }
  } catch {
    return root; // Windows opens no directory this way
  }
}

export class Opened {
  readonly #root: string;

  constructor(root: string, readonly descriptorPath: DescriptorPath) {
    this.#root = rootName(root, descriptorPath);
  }

  /** Where it really is; null when that is not told. */
  pathOf(fd: number): string | null {
    return this.descriptorPath(fd);
  }

  /** A file whose path is not told is taken for inside: then the checks before and after it must do. */
  isOutside(fd: number): boolean {
    const path = this.pathOf(fd);
    return path !== null && path !== this.#root && !path.startsWith(this.#root + sep);
  }
}

/**
 * A project root, and the only way to what lies below it. Every operation in this folder gets its file from
 * `entry` or `slot`, so what they promise holds for all of them: what they return is inside the root.
 */
import { closeSync, constants, openSync, readlinkSync } from "node:fs";
import { sep } from "node:path";
import { fail } from "../../errors/errors.ts";
import type { AtCalls } from "./at-calls.ts";
import type { DescriptorPath } from "./descriptor-path.ts";
import { Opened } from "./opened.ts";
import type { OpenBeneath } from "./openat2.ts";
import { climbsOut, type Spelled } from "./path.ts";
import { Spelling } from "./spelling.ts";
import { type Handle, isSame, openHandle, type Tree } from "./tree.ts";
import { hold, linuxTree, O_PATH } from "./tree-linux.ts";
import { portableTree } from "./tree-portable.ts";
import type { Slot } from "./route.ts";
import { walk } from "./walk.ts";

/** How confinement is kept: by the kernel, by descriptors name by name, by paths that are checked twice. */
export type Confinement = "openat2" | "descriptors" | "paths";

/** What the system is asked beside node:fs, where it can be. */
export interface Calls {
  readonly openBeneath: OpenBeneath | null;
  readonly descriptorPath: DescriptorPath | null;
  readonly atCalls: AtCalls | null;
}

/**
 * An open project root, made by `projectRoot()`, which the functions for files take. `using root = await projectRoot(…)`
 * closes it at the end of the block.
 */
export class ProjectRoot implements Disposable {
  /** How confinement is kept on this system. */
  readonly confinement: Confinement;
  /**
   * How the operations of this folder go from a directory to what is in it.
   *
   * @internal
   */
  readonly tree: Tree;
  readonly #spelling: Spelling;
  readonly #openBeneath: OpenBeneath | null;
  readonly #fd: number;
  readonly #opened: Opened | null;

  /**
   * Use `projectRoot()`.
   *
   * @param path the root's real path
   * @internal
   */
  constructor(
    /** The directory, absolute, links resolved. */
    readonly path: string,
    given: string,
    confinement: Confinement,
    { openBeneath, descriptorPath, atCalls }: Calls,
  ) {
    this.confinement = confinement === "openat2" && openBeneath === null ? "descriptors" : confinement;
    this.#openBeneath = this.confinement === "openat2" ? openBeneath : null;
    this.#spelling = new Spelling(path, given);
    this.#fd = confinement === "paths"
      ? -1
      : openSync(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    this.#opened = confinement === "paths" && descriptorPath ? new Opened(path, descriptorPath) : null;
    this.tree = confinement === "paths" ? portableTree(path, this.#opened, atCalls) : linuxTree(this.#fd);
  }

  /** Device and inode: what another process compares before it takes the path for this very directory. */
  get identity(): string {
    using handle = this.tree.root();
    return `${handle.stats.dev}:${handle.stats.ino}`;
  }

  /** Close it; nothing can be done with it any more. */
  [Symbol.dispose](): void {
    if (this.#fd >= 0) closeSync(this.#fd);
  }

  /**
   * Reach the file or directory that a path leads to, links followed.
   *
   * @throws `not_found`, or why it may not be reached
   * @internal
   */
  entry(given: string): Handle {
    const spelled = this.#spelling.read(given);
    const handle = this.#kernelOpen(spelled) ?? this.#walkToEntry(spelled);
    try {
      this.check(handle, given);
      if (!spelled.directory || handle.stats.isDirectory()) return handle;
      throw fail("not_directory", { path: given });
    } catch (error) {
      handle[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Reach the directory entry that a path leads to; nothing need be there, but the directory must.
   *
   * @param follow whether a link in the last place is followed
   * @internal
   */
  slot(given: string, follow: boolean): Slot {
    const slot = this.#walk(this.#spelling.read(given), follow);
    try {
      this.check(slot.parent, given);
      return slot;
    } catch (error) {
      slot[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Where a handle is, relative to the root, with `/` between names; `.` for the root itself.
   *
   * @internal
   */
  relative(handle: Handle, given: string): string {
    const path = this.tree.realPath(handle);
    const root = this.#fd < 0 ? this.path : readlinkSync(`/proc/self/fd/${this.#fd}`);
    if (path === root) return ".";
    if (!path.startsWith(root + sep)) throw fail("symlink_escapes_boundary", { path: given });
    return path.slice(root.length + 1).replaceAll(sep, "/");
  }

  /**
   * Check by what was opened, not by its name, that it is inside. Descriptors hold what they reached, so this
   * finds only what was moved out of the root since; with paths it finds a swap as well.
   *
   * @internal
   */
  check(handle: Handle, given: string): void {
    const path = this.relative(handle, given);
    if (this.confinement !== "paths" || path === ".") return;
    using again = this.#walk(this.#spelling.read(path), false);
    if (again.entry && isSame(again.entry.stats, handle.stats)) return;
    throw fail("symlink_escapes_boundary", { path: given });
  }

  /**
   * Open what a handle reached, for reading.
   *
   * @throws `symlink_escapes_boundary` when it was replaced meanwhile; nothing is read then
   * @internal
   */
  open(handle: Handle, given: string): number {
    const fd = openHandle(handle, given);
    try {
      this.checkOpened(fd, given);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /**
   * Check that an open file is inside, before a byte of it is read or written. Descriptors need no such check.
   *
   * @internal
   */
  checkOpened(fd: number, given: string): void {
    if (this.#opened?.isOutside(fd)) throw fail("symlink_escapes_boundary", { path: given });
  }

  /**
   * Where a file that was opened by `at` really is, to be removed again.
   *
   * @internal
   */
  openedAt(fd: number, at: string): string {
    return this.#opened?.pathOf(fd) ?? at;
  }

  /** Null when the kernel refuses: the walk says why, or finds the way by an absolute link inside the root. */
  #kernelOpen(spelled: Spelled): Handle | null {
    const fd = this.#openBeneath?.(this.#fd, spelled.parts.join("/") || ".") ?? -1;
    return fd < 0 ? null : hold(fd);
  }

  #walkToEntry(spelled: Spelled): Handle {
    const slot = this.#walk(spelled, true);
    if (slot.entry !== slot.parent) slot.parent[Symbol.dispose]();
    if (slot.entry) return slot.entry;
    throw fail("not_found", { path: spelled.given });
  }

  #walk(spelled: Spelled, follow: boolean): Slot {
    const readTarget = (text: string) => this.#spelling.readTarget(text);
    try {
      return walk(this.tree, { ...spelled, follow: follow || spelled.directory, readTarget });
    } catch (error) {
      if (climbsOut(spelled.parts)) throw fail("path_escapes_boundary", { path: spelled.given }, error);
      throw error;
    }
  }
}

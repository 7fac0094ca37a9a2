/**
 * The walk from the root to a path, one name at a time, as the kernel would do it, but never out of the root:
 * each name is opened without following it, a link's text is put in its place, and `..` goes back to the directory
 * that was come from. The root's own parent is never reached, whatever is swapped meanwhile.
 */
import { readlinkSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import { codeOf, isMissing } from "./failure.ts";
import type { Route, Slot } from "./route.ts";
import type { Handle, Tree } from "./tree.ts";

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_LINKS = 40;
/** How often a link may have become something else before it is read: once is chance, more is somebody's loop. */
const MAX_SWAPS = 3;

/** One walk: the directories that are held, the names that are left. */
class Walk {
  readonly held: Handle[];
  readonly left: string[];
  links = 0;
  swaps = 0;
  throughLink = false;

  constructor(readonly tree: Tree, readonly route: Route) {
    this.held = [tree.root()];
    this.left = [...route.parts];
  }

  get top(): Handle {
    const top = this.held.at(-1);
    if (top === undefined) throw new Error("the walk lost its root");
    return top;
  }

  leave(): void {
    if (this.held.length === 1) throw this.escape();
    this.held.pop()?.[Symbol.dispose]();
  }

  escape(): Error {
    const path = this.route.given;
    return this.links > 0
      ? fail("symlink_escapes_boundary", { path })
      : fail("path_escapes_boundary", { path });
  }

  /** Put the link's text in the place of its name. */
  expand(name: string): void {
    const path = this.route.given;
    if (++this.links > MAX_LINKS) throw fail("invalid_path", { path, why: "its links lead in a circle" });
    const text = this.textOf(name);
    if (text === null && this.swaps++ < MAX_SWAPS) return void this.left.unshift(name);
    const target = text === null ? null : this.route.readTarget(text);
    if (target === null) throw fail("symlink_escapes_boundary", { path });
    this.throughLink ||= this.left.length === 0;
    if (target.fromRoot) { while (this.held.length > 1) this.leave(); }
    this.left.unshift(...target.parts);
  }

  /** A link's text; null when the name is no link any more. */
  textOf(name: string): string | null {
    try {
      return readlinkSync(this.tree.child(this.top, name));
    } catch (error) {
      if (codeOf(error) === "EINVAL") return null;
      throw error;
    }
  }

  open(name: string): Handle | null {
    try {
      return this.tree.open(this.top, name);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  slot(name: string | null, entry: Handle | null): Slot {
    const parent = this.top;
    this.held.pop();
    this.release();
    const dispose = () => {
      parent[Symbol.dispose]();
      if (entry !== parent) entry?.[Symbol.dispose]();
    };
    const { throughLink, route: { directory } } = this;
    return { parent, name, entry, throughLink, directory, [Symbol.dispose]: dispose };
  }

  release(): void {
    for (const handle of this.held.splice(0)) handle[Symbol.dispose]();
  }

  run(): Slot {
    for (let name = this.left.shift(); name !== undefined; name = this.left.shift()) {
      const slot = name === ".." ? this.leave() : this.step(name);
      if (slot) return slot;
    }
    return this.slot(null, this.top);
  }

  step(name: string): Slot | undefined {
    const last = this.left.length === 0;
    const entry = this.open(name);
    if (entry === null) {
      if (last) return this.slot(name, null);
      throw fail("not_found", { path: this.route.given });
    }
    if (entry.stats.isSymbolicLink() && (!last || this.route.follow)) {
      entry[Symbol.dispose]();
      this.expand(name);
    } else if (last) {
      return this.slot(name, entry);
    } else this.enter(entry);
    return undefined;
  }

  enter(directory: Handle): void {
    this.held.push(directory);
    if (!directory.stats.isDirectory()) throw fail("not_directory", { path: this.route.given });
  }
}

/**
 * Walk to where the route leads.
 *
 * @throws `path_escapes_boundary`, `symlink_escapes_boundary`, `not_found` (of a directory on the way),
 *   `not_directory`, `invalid_path` (a circle of links), or the system's error
 */
export function walk(tree: Tree, route: Route): Slot {
  const walk = new Walk(tree, route);
  try {
    return walk.run();
  } catch (error) {
    walk.release();
    throw error;
  }
}

/** How paths and link texts are meant that are written absolute: which names they have below the root. */
import { constants, realpathSync } from "node:fs";
import { isAbsolute, parse, sep } from "node:path";
import { fail } from "../../errors/errors.ts";
import { below, spell, type Spelled } from "./path.ts";
import type { Target } from "./route.ts";

/** Whether the rules of Windows hold here: it is the system that has no way not to follow a link. */
export const windows = constants.O_NOFOLLOW === undefined;

const separators = windows ? /[\\/]/ : /\//;

export class Spelling {
  readonly #known: readonly Spelled[];

  /**
   * @param root the root's real path
   * @param given the root as the user wrote it, which may lead through links
   */
  constructor(readonly root: string, given: string) {
    this.#known = (isAbsolute(given) ? [root, given] : [root]).map((path) => spell(path, windows));
  }

  /** The names below the root, whether the path was written relative to it or absolute. */
  read(given: string): Spelled {
    const spelled = spell(given, windows);
    if (spelled.anchor === "") return spelled;
    const parts = this.#below(spelled);
    if (parts === null) throw fail("path_outside_boundary", { path: given, root: this.root });
    return { ...spelled, anchor: "", parts };
  }

  /**
   * Read a link's text; null when it is absolute and does not lead below the root. The text is the file system's,
   * not the agent's, so no rule of spelling is applied to it.
   */
  readTarget(text: string): Target | null {
    const plain = windows ? text.replace(/^\\\\\?\\/, "") : text;
    const anchor = parse(plain).root;
    const parts = plain.slice(anchor.length).split(separators).filter((name) => name !== "" && name !== ".");
    if (anchor === "") return { fromRoot: false, parts };
    const inside = this.#below({ given: text, anchor, parts, directory: false });
    return inside && { fromRoot: true, parts: inside };
  }

  /**
   * The root may be spelt otherwise than we know it (`/tmp` is `/private/tmp` on macOS, case may differ): then
   * the first of the path's directories that really is the root counts. This only says how the path is meant;
   * the names behind it are walked from the root like all others.
   */
  #below(spelled: Spelled): readonly string[] | null {
    for (const root of this.#known) {
      const parts = below(spelled, root);
      if (parts) return parts;
    }
    for (let length = 1; length <= spelled.parts.length; length++) {
      if (spelled.parts[length - 1] === "..") return null;
      const directory = spelled.anchor + spelled.parts.slice(0, length).join(sep);
      if (this.#isRoot(directory)) return spelled.parts.slice(length);
    }
    return null;
  }

  #isRoot(directory: string): boolean {
    try {
      return realpathSync.native(directory) === this.root;
    } catch {
      return false;
    }
  }
}

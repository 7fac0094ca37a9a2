/** What a walk is asked, and what it finds. */
import type { Handle } from "./tree.ts";

/** Where a path leads: an entry of a directory, which may not exist yet. */
export interface Slot extends Disposable {
  readonly parent: Handle;
  /** The entry's name; null when the path leads to a directory by `..` or to the root, so that no name is its own. */
  readonly name: string | null;
  /** What is there; null when nothing is. */
  readonly entry: Handle | null;
  /** The last name came from a link's text: what is missing here is the link's target. */
  readonly throughLink: boolean;
  /** The path ends in a separator: only a directory can be meant. */
  readonly directory: boolean;
}

export interface Route {
  readonly given: string;
  readonly parts: readonly string[];
  readonly directory: boolean;
  /** Follow the last name too if it is a link. */
  readonly follow: boolean;
  /** Read a link's text; null when it is absolute and does not lead below the root. */
  readonly readTarget: (text: string) => Target | null;
}

/** A link's text: names from the root, or from the directory that holds the link. */
export interface Target {
  readonly fromRoot: boolean;
  readonly parts: readonly string[];
}

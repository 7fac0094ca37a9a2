import type { Span } from "./span.ts";

/** What decides where an agent keeps its configuration. */
export interface Around {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly home: string;
  /** The project's root, where its own configuration is meant. */
  readonly project: string | null;
  readonly windows: boolean;
}

/** A configuration with our entries in it, and how it came about. */
export interface Changed {
  readonly text: string;
  /** What was put in, as places in `text`; null where more than that was changed. */
  readonly spans: readonly Span[] | null;
}

/** Why a configuration cannot be changed, in words that complete a sentence. */
export class Unfit extends Error {}

/** How entries of ours are put into one agent's configuration, and taken out of it. Pure. */
export interface Installation {
  /** The file, null where there is none of that kind for a project. */
  readonly file: (around: Around) => string | null;
  /**
   * With our entries, new ones in the place of older ones.
   *
   * @param text null where there is no file
   * @throws Unfit
   */
  readonly add: (text: string | null, binary: string, windows: boolean) => Changed;
  /** Without them; null where nothing else is left of a file that was ours alone. @throws Unfit */
  readonly remove: (text: string) => string | null;
  /** Whether all of them are there, as `add` would write them. */
  readonly has: (text: string, binary: string, windows: boolean) => boolean;
}

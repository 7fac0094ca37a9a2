import type { Host } from "../../facts/host.ts";

/** What an environment may say of colours. */
type Variables = Host["variables"];

/**
 * What the environment alone decides of colours: never with `NO_COLOR` (no-color.org: any value but an empty one),
 * else always with `CLICOLOR_FORCE` (any value but an empty one and `0`), else none with `TERM=dumb` or `CLICOLOR=0`.
 *
 * @returns null where it depends on who reads
 */
export function decidedColours({ NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM }: Variables): boolean | null {
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (CLICOLOR_FORCE !== undefined && !["", "0"].includes(CLICOLOR_FORCE)) return true;
  return TERM === "dumb" || CLICOLOR === "0" ? false : null;
}

/**
 * Whether words get colours: the one rule of all commands that print for people.
 *
 * @param isTerminal asked last, since the answer takes time
 */
export const wantsColours = (variables: Variables, isTerminal: () => boolean): boolean =>
  decidedColours(variables) ?? isTerminal();

/** Ways to mark a text; each gives it back as it is where no colours are wanted. */
export interface Colours {
  /** A heading. */
  readonly heading: (text: string) => string;
  /** What may be typed. */
  readonly command: (text: string) => string;
  /** What goes well. */
  readonly good: (text: string) => string;
  /** What wants to be looked at. */
  readonly notice: (text: string) => string;
  /** What has failed. */
  readonly bad: (text: string) => string;
  /** Who waits for somebody. */
  readonly urgent: (text: string) => string;
  /** What is at work. */
  readonly busy: (text: string) => string;
  /** What is beside the matter. */
  readonly faint: (text: string) => string;
  /** What is meant. */
  readonly accent: (text: string) => string;
}

/** Ends every mark: for a screen that is written anew. */
export const UNMARK = "\x1b[0m";

/** Line by line, so that no line leaves the terminal marked. */
const marked = (code: number | string) => (text: string) =>
  text.replace(/[^\n]+/g, (line) => `\x1b[${code}m${line}\x1b[0m`);
const plain = (text: string) => text;

/** As for a program. */
export const PLAIN: Colours = {
  heading: plain,
  command: plain,
  good: plain,
  notice: plain,
  bad: plain,
  urgent: plain,
  busy: plain,
  faint: plain,
  accent: plain,
};

const MARKED: Colours = {
  heading: marked(1),
  command: marked(36),
  good: marked(32),
  notice: marked(33),
  bad: marked(31),
  urgent: marked("1;33"),
  busy: marked(34),
  faint: marked(2),
  accent: marked("1;36"),
};

/** How a stream is marked: standard output, or standard error. */
export const coloursOf = (host: Pick<Host, "variables" | "isTerminal">, stream: 1 | 2 = 1): Colours =>
  wantsColours(host.variables, () => host.isTerminal(stream)) ? MARKED : PLAIN;

const MARK_OF: Readonly<Record<string, keyof Colours>> = {
  active: "good",
  working: "good",
  waiting: "notice",
  error: "bad",
  failed: "bad",
  finished: "good",
};

/** A status of a session, an agent or a row, by what it asks of people. @param text what is marked, where it is more */
export function statusMarked(colours: Colours, status: string, text = status): string {
  const mark = Object.hasOwn(MARK_OF, status) ? MARK_OF[status] : undefined;
  return mark === undefined ? text : colours[mark](text);
}

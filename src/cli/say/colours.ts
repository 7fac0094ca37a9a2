import process from "node:process";
import type { Host } from "../../facts/host.ts";

/** What an environment may say of colours. */
type Variables = Host["variables"];

/**
 * Whether words get colours: never with `NO_COLOR` (no-color.org: any value but an empty one), always with
 * `CLICOLOR_FORCE` (any value but an empty one and `0`), else where a terminal reads them that can show any.
 *
 * @param isTerminal asked last, since the answer takes 3 ms
 */
export function wantsColours(variables: Variables, isTerminal: () => boolean): boolean {
  const { NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM } = variables;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (CLICOLOR_FORCE !== undefined && !["", "0"].includes(CLICOLOR_FORCE)) return true;
  return TERM !== "dumb" && CLICOLOR !== "0" && isTerminal();
}

/** Ways to mark a text; each gives it back as it is where no colours are wanted. */
export interface Colours {
  /** A heading. */
  readonly heading: (text: string) => string;
  /** What may be typed. */
  readonly command: (text: string) => string;
}

const marked = (code: number) => (text: string) => text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;
const plain = (text: string) => text;

/** How standard output is marked. */
export function coloursOf(variables: Variables): Colours {
  const wanted = wantsColours(variables, () => process.getBuiltinModule("node:tty").isatty(1));
  return wanted ? { heading: marked(1), command: marked(36) } : { heading: plain, command: plain };
}

import type { Attention } from "../row.ts";

/** Ways to mark a text on the screen; all give it back as it is where no colours are wanted. */
export interface Paint {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly accent: (text: string) => string;
  readonly state: (state: Attention, text: string) => string;
}

/** The terminal's own colours (ECMA-48 SGR), which its owner has chosen to be readable, light or dark. */
const CODE: Readonly<Record<Attention, string>> = {
  waiting: "1;33",
  failed: "31",
  finished: "32",
  working: "34",
  idle: "2",
  unknown: "2",
};

const marked = (code: string, text: string) => text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;

export const paintWith = (colours: boolean): Paint => {
  const by = (code: string) => (text: string) => colours ? marked(code, text) : text;
  return {
    dim: by("2"),
    bold: by("1"),
    accent: by("1;36"),
    state: (state, text) => by(CODE[state])(text),
  };
};

import type { Colours } from "../../../say/colours.ts";
import type { Attention } from "../row.ts";

/** How each state stands out: in the terminal's own colours, which its owner has chosen to be readable, light or dark. */
const MARK_OF: Readonly<Record<Attention, keyof Colours>> = {
  waiting: "urgent",
  failed: "bad",
  finished: "good",
  working: "busy",
  idle: "faint",
  unknown: "faint",
};

/** A text in the colour of a state. */
export const stateMarked = (colours: Colours, state: Attention, text: string): string =>
  colours[MARK_OF[state]](text);

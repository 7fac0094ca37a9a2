/** A key, or a character that was typed. */
export type Key =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "interrupt"
  | "suspend"
  | "redraw"
  | "kill-line"
  | { readonly text: string };

const CONTROL: Readonly<Record<string, Key>> = {
  "\r": "enter",
  "\n": "enter",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "interrupt",
  "\x1a": "suspend",
  "\x0c": "redraw",
  "\x15": "kill-line",
};

/** What stands behind `ESC [` or `ESC O` (xterm, VT220, rxvt, the Linux console). */
const SEQUENCES: Readonly<Record<string, Key>> = {
  A: "up",
  B: "down",
  H: "home",
  F: "end",
  "1~": "home",
  "7~": "home",
  "4~": "end",
  "8~": "end",
  "5~": "page-up",
  "6~": "page-down",
  M: "enter",
};

// deno-lint-ignore no-control-regex -- what terminals send begins with ESC
const SEQUENCE = /^\x1b(?:\[([0-9;?<=>]*[ -/]*[@-~])|O([@-~]))/;
// deno-lint-ignore no-control-regex -- as above
const UNFINISHED = /^\x1b(?:$|O$|\[[0-9;?<=>]*[ -/]*$)/;
/** A terminal's answer to what another program asked before us: a string from DCS, OSC, SOS, PM or APC to ST or BEL. */
// deno-lint-ignore no-control-regex -- as above
const ANSWER = /^\x1b[P\]X^_][^\x07\x1b]*(?:\x07|\x1b\\)/;
// deno-lint-ignore no-control-regex -- as above
const UNFINISHED_ANSWER = /^\x1b[P\]X^_][^\x07\x1b]{0,4096}\x1b?$/;
const PASTE = "\x1b[200~";
const PASTE_END = "\x1b[201~";

/** Keys, and what may become one with what comes next. */
export interface DecodedKeys {
  readonly keys: readonly Key[];
  readonly rest: string;
}

/**
 * The keys in what a terminal sent. What was pasted is one text: no letter of it is a command. Pure.
 *
 * @param last whether nothing came for a while, so that an ESC alone is the key of that name
 */
export function decodeKeys(sent: string, last: boolean): DecodedKeys {
  const keys: Key[] = [];
  let left = sent;
  while (left !== "") {
    if (left.startsWith(PASTE)) {
      const end = left.indexOf(PASTE_END);
      if (end < 0 && !last) return { keys, rest: left };
      const pasted = left.slice(PASTE.length, end < 0 ? undefined : end);
      // deno-lint-ignore no-control-regex -- no control character is a text
      keys.push({ text: pasted.replace(/[\u0000-\u001f\u007f-\u009f]/g, "") });
      left = end < 0 ? "" : left.slice(end + PASTE_END.length);
      continue;
    }
    if (!last && (UNFINISHED.test(left) || UNFINISHED_ANSWER.test(left))) return { keys, rest: left };
    const answer = ANSWER.exec(left);
    if (answer !== null) {
      left = left.slice(answer[0].length);
      continue;
    }
    const sequence = SEQUENCE.exec(left);
    if (sequence !== null) {
      const key = SEQUENCES[sequence[1] ?? sequence[2] ?? ""];
      if (key !== undefined) keys.push(key);
      left = left.slice(sequence[0].length);
      continue;
    }
    const character = String.fromCodePoint(left.codePointAt(0) ?? 0);
    left = left.slice(character.length);
    const control = CONTROL[character];
    if (character === "\x1b") {
      if (left === "" || !last) keys.push("escape");
    } else if (control !== undefined) keys.push(control);
    else if (character >= " ") keys.push({ text: character });
  }
  return { keys, rest: "" };
}

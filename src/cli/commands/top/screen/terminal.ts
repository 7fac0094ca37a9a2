import process from "node:process";
import { type KeyReader, openKeys } from "./key-reader.ts";
import { decodeKeys, type Key } from "./keys.ts";
import { UNMARK } from "../../../say/colours.ts";
import type { Size } from "./frame.ts";

/** An ESC that is followed by nothing for so long is the key of that name, in ms. */
const ESCAPE_MS = 60;

/** Alternate screen, no cursor, no line goes on in the next one, what is pasted is marked (xterm's private modes). */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[2J";
const LEAVE = `\x1b[?2004l\x1b[?7h${UNMARK}\x1b[?25h\x1b[?1049l`;

/** The person's terminal, ours for a while. */
export interface ScreenTerminal extends Disposable {
  size(): Size;
  write(text: string): void;
  /** Take it: keys come one by one, and what was on it comes back afterwards. @param draw the first picture */
  enter(draw?: () => void): void;
  /** Set its modes anew, where somebody else may have changed them. */
  refresh(): void;
  /** Give it back as it was. Twice does no harm. */
  leave(): void;
  readonly entered: boolean;
}

/**
 * @param write to standard output, in one piece
 * @param pressed called with every key
 */
export function openScreenTerminal(
  write: (text: string) => void,
  pressed: (key: Key) => void,
): ScreenTerminal {
  const tty = process.getBuiltinModule("node:tty");
  const decoder = new TextDecoder();
  let keys: KeyReader | null = null;
  let entered = false;
  let rest = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = (text: string, last: boolean) => {
    clearTimeout(timer);
    const decoded = decodeKeys(rest + text, last);
    rest = decoded.rest;
    if (rest !== "") timer = setTimeout(() => take("", true), ESCAPE_MS);
    for (const key of decoded.keys) pressed(key);
  };
  const told = (bytes: Uint8Array) => take(decoder.decode(bytes, { stream: true }), false);
  return {
    size() {
      const [columns, rows] = new tty.WriteStream(1).getWindowSize();
      return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
    },
    write,
    get entered() {
      return entered;
    },
    enter(draw = () => {}) {
      if (entered) return;
      entered = true;
      keys = openKeys();
      // Before anything is shown: who sees the picture types, and what is typed into a line is not a key.
      keys.raw();
      write(ENTER);
      draw();
      void keys.read(told);
    },
    refresh() {
      keys?.raw();
      write(ENTER);
    },
    leave() {
      if (!entered) return;
      entered = false;
      clearTimeout(timer);
      rest = "";
      keys?.close();
      keys = null;
      write(LEAVE);
    },
    [Symbol.dispose]() {
      this.leave();
    },
  };
}

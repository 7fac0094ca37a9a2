import { UNMARK } from "../../../say/colours.ts";

/** What is on the screen, so that only what differs is written. */
export interface Canvas {
  /** Show these lines, each of which fits. */
  show(lines: readonly string[]): void;
  /** Nobody knows what is on the screen: write all of it the next time. */
  forget(): void;
}

/** @param write to the terminal, all of it in one piece */
export function openCanvas(write: (text: string) => void): Canvas {
  let shown: readonly string[] | null = null;
  return {
    show(lines) {
      const text = difference(shown, lines);
      shown = [...lines];
      if (text !== "") write(text);
    },
    forget() {
      shown = null;
    },
  };
}

/** What turns one picture into another; from nothing, the whole screen. Pure. */
export function difference(before: readonly string[] | null, after: readonly string[]): string {
  const parts: string[] = before === null ? [`${UNMARK}\x1b[2J`] : [];
  for (const [at, line] of after.entries()) {
    if (before === null ? line === "" : before[at] === line) continue;
    // Erased first: behind a line that fills it the cursor stands on its last character.
    parts.push(`\x1b[${at + 1};1H${UNMARK}\x1b[K${line}`);
  }
  for (let at = after.length; before !== null && at < before.length; at++) {
    parts.push(`\x1b[${at + 1};1H${UNMARK}\x1b[K`);
  }
  return parts.join("");
}

import stringWidth from "string-width";
import { type Colours, PLAIN } from "./colours.ts";

/** Rows with a heading, each column as wide as its widest entry. Control characters are shown, not sent. */
export const aligned = (
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  colours: Colours = PLAIN,
): string => alignedPages(heading, colours)(rows);

/**
 * The same for rows that come page by page, more than are to be kept: a column grows where a later page has something wider.
 *
 * @returns what makes text of one page, the heading above the first
 */
export function alignedPages(
  heading: readonly string[],
  colours: Colours = PLAIN,
): (rows: readonly (readonly string[])[]) => string {
  const widths = heading.map(() => 0);
  let first = true;
  return (rows) => {
    const all = [...first ? [heading] : [], ...rows].map((row) => row.map(printable));
    for (const row of all) {
      for (const [column, cell] of row.entries()) {
        widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
      }
    }
    const lines = all.map((row) =>
      `${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  ").trimEnd()}\n`
    );
    const top = first ? colours.heading(lines.shift() ?? "") : "";
    first = false;
    return top + lines.join("");
  };
}

/** Filled up to a width in columns of the terminal, of which a wide character takes two. */
const padded = (cell: string, width: number): string =>
  cell + " ".repeat(Math.max(0, width - stringWidth(cell)));

// deno-lint-ignore no-control-regex -- control characters are what is looked for
const printable = (cell: string): string => cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");

/** `12 B`, `3.4 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `now`, `5 min`, `3 h`, `12 d`: how long ago, as lists show it. */
export function ago(time: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - Date.parse(time)) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

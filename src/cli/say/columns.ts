import { type Colours, PLAIN } from "./colours.ts";
import { widthOf } from "./width.ts";
import { printable } from "./printable.ts";

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
        widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
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
const padded = (cell: string, width: number): string => cell + " ".repeat(Math.max(0, width - widthOf(cell)));

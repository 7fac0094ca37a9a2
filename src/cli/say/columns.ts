import stringWidth from "string-width";
import { type Colours, PLAIN } from "./colours.ts";

/** Rows with a heading, each column as wide as its widest entry. Control characters are shown, not sent. */
export function aligned(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  colours: Colours = PLAIN,
): string {
  const all = [heading, ...rows].map((row) => row.map(printable));
  const widths = heading.map((_, column) => Math.max(...all.map((row) => stringWidth(row[column] ?? ""))));
  const [first = "", ...others] = all.map((row) =>
    `${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  ").trimEnd()}\n`
  );
  return colours.heading(first) + others.join("");
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

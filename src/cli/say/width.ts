import stringWidth from "string-width";
import type { Host } from "../../facts/host.ts";

/** ASCII, and the signs of our own that take one column; what measures all others takes 2 ms to come into being. */
const PLAIN = /^[\x20-\x7e…·±↑↓↵●✗✓▸❯]*$/;

/** How many columns of a terminal a text takes; nearly all are plain ASCII, which need not be taken apart. */
export const widthOf = (text: string): number => PLAIN.test(text) ? text.length : stringWidth(text);

/** A text that takes so many columns at most; where something had to go, `…` stands for it. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** As `cutTo`, but of a path the end is kept. */
export function cutPath(path: string, width: number): string {
  if (widthOf(path) <= width) return path;
  const segments = [...new Intl.Segmenter().segment(path)].map(({ segment }) => segment).reverse();
  return [...cutTo(segments.join(""), width)].reverse().join("");
}

/**
 * Columns that a line may take: what `COLUMNS` says, else those of the terminal that standard output is; no limit where
 * it is none, so that no program gets a table that was cut.
 */
export function lineWidth(host: Pick<Host, "variables" | "columns">): number {
  const given = Number(host.variables["COLUMNS"]);
  return Number.isInteger(given) && given > 0 ? given : host.columns(1) || Infinity;
}

import process from "node:process";
import type { Host } from "../../facts/host.ts";

/** ASCII, and the signs of our own that take one column. */
const PLAIN = /^[\x20-\x7e…·±↑↓↵●✗✓▸❯]*$/;

/** How many columns of a terminal a text takes; nearly all are plain ASCII, which need not be taken apart. */
export const widthOf = (text: string): number => PLAIN.test(text) ? text.length : measure()(text);

type Measure = typeof import("string-width").default;
let measured: Measure | undefined;

/** What measures all others takes 1 ms to be loaded, and most tables have none. */
const measure = (): Measure => measured ??= loaded().default;

function loaded(): typeof import("string-width") {
  // By its name to `require` itself, for what makes the binary; only Deno has no such function.
  if ("Bun" in globalThis) return require("string-width");
  return process.getBuiltinModule("node:module").createRequire(import.meta.url)("string-width");
}

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

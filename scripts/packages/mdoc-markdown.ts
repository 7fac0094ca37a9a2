/** The Markdown of our docs as mdoc(7): headings, paragraphs, lists, tables, code; links by their text. */
import { argument, filledText, literal, SENTENCE, textLine } from "./mdoc.ts";

/** Without what only Markdown knows: code and emphasis are set off by quotes or not at all. */
const inline = (line: string): string =>
  line.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").replace(/`([^`]+)`/g, "\u201c$1\u201d")
    .replace(/\*\*([^*]+)\*\*/g, "$1").replace(/(^|\W)_([^_]+)_(?=\W|$)/g, "$1$2");

/** Non-ASCII characters by their names: roff(7) has them on every machine. */
const NAMED: Readonly<Record<string, string>> = {
  "\u201c": "\\(lq",
  "\u201d": "\\(rq",
  "\u2026": "...",
  "\u2192": "\\(->",
  "\u00d7": "\\(mu",
  "\u2264": "\\(<=",
  "\u2265": "\\(>=",
};

const named = (line: string): string =>
  // deno-lint-ignore no-control-regex -- all that is not ASCII
  line.replace(/[^\x00-\x7f]/g, (one) =>
    NAMED[one] ?? `\\[u${one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`);

const filled = (lines: readonly string[]): string =>
  lines.join(" ").split(SENTENCE)
    .map((line) => filledText(line, (part) => named(textLine(part)))).join("\n");

const cells = (row: string): string[] =>
  row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) =>
    inline(cell.trim().replaceAll("\\|", "|"))
  );

/** A table: the first cell is the tag, the others are what is said of it, each under its column's title. */
function table(rows: readonly string[]): string {
  const [head = [], , ...body] = rows.map(cells);
  const items = body.map(([first = "", ...rest]) => {
    const said = rest.map((cell, n) => rest.length > 1 && cell !== "" ? `${head[n + 1]}: ${cell}.` : cell);
    return `.It ${named(argument(first === "" ? "\u2013" : first))}\n${
      said.filter((cell) => cell !== "").map((cell) => filled([cell])).join("\n")
    }`;
  });
  return [".Bl -tag -width Ds", ...items, ".El"].join("\n");
}

function bullets(lines: readonly string[]): string {
  const items: string[][] = [];
  for (const line of lines) {
    if (/^(-|\d+\.) /.test(line)) items.push([line.replace(/^(-|\d+\.) /, "")]);
    else items.at(-1)?.push(line.trim());
  }
  const bodies = items.map((item) => `.It\n${filled(item.map(inline))}`);
  return [/^-/.test(lines[0] ?? "") ? ".Bl -bullet" : ".Bl -enum", ...bodies, ".El"].join("\n");
}

function block(lines: readonly string[]): string {
  const [first = ""] = lines;
  if (first.startsWith("```")) return named(literal(lines.slice(1, -1)));
  if (first.startsWith("#")) return `.Ss ${named(textLine(inline(first.replace(/^#+ /, ""))))}`;
  if (first.startsWith("|")) return table(lines);
  if (/^(-|\d+\.) /.test(first)) return bullets(lines);
  return filled(lines.map(inline));
}

/** The parts of a document: code stays whole, all else ends at an empty line. */
function blocks(source: string): string[][] {
  const found: string[][] = [[]];
  let inCode = false;
  for (const line of source.split("\n")) {
    const fence = line.startsWith("```");
    if (!inCode && (line === "" || fence || line.startsWith("#"))) found.push([]);
    if (line !== "" || inCode) found.at(-1)?.push(line);
    if (!inCode && line.startsWith("#")) found.push([]);
    if (fence) inCode = !inCode;
    if (fence && !inCode) found.push([]);
  }
  return found.filter((lines) => lines.length > 0);
}

/** A document of ours; its title is left out, for the page has one. */
export function markdown(source: string): string {
  const out: string[] = [];
  for (const lines of blocks(source).filter(([first = ""]) => !first.startsWith("# "))) {
    const made = block(lines);
    const isText = !made.startsWith(".");
    if (isText && out.length > 0 && !out.at(-1)?.startsWith(".Ss")) out.push(".Pp");
    out.push(made);
  }
  return out.join("\n");
}

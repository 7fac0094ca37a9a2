/** A screen as an SVG. Pure. */
import type { Picture, Run } from "./cells.ts";
import type { Theme } from "./themes.ts";

const [WIDTH, HEIGHT, SIZE, MARGIN] = [8.4, 19, 14, 16];
const FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** @param about what is told to who does not see it */
export function svgOf({ columns, rows }: Picture, theme: Theme, about: string): string {
  const [width, height] = [round(columns * WIDTH + 2 * MARGIN), rows.length * HEIGHT + 2 * MARGIN];
  const lines = rows.flatMap((runs, row) => runs.map((run) => textOf(run, row, theme)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(about)}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${
    height - 1
  }" rx="8" fill="${theme.background}" stroke="${theme.border}"/>
<g font-family="${FONTS}" font-size="${SIZE}" fill="${theme.text}">
${lines.join("\n")}
</g>
</svg>
`;
}

/** Its length is given, so that columns stand below each other in any font. */
function textOf({ column, width, text, colour, bold, faint }: Run, row: number, theme: Theme): string {
  const [x, y] = [round(MARGIN + column * WIDTH), MARGIN + row * HEIGHT + SIZE];
  const fill = colour === null ? faint ? theme.faint : null : theme.palette[colour % 8] ?? null;
  const marks = [
    ...fill === null ? [] : [`fill="${fill}"`],
    ...bold ? ['font-weight="bold"'] : [],
  ];
  return `<text ${
    [`x="${x}" y="${y}" textLength="${round(width * WIDTH)}"`, ...marks].join(" ")
  } xml:space="preserve">${escaped(text)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");

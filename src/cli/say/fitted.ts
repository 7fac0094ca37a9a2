import { cutTo, widthOf } from "./width.ts";
import { printable } from "./printable.ts";

/** A column of a table that is to fit a terminal. */
export interface Column {
  readonly heading: string;
  /** Columns with higher numbers go first where there is no room; 0: never. */
  readonly order: number;
  /** How narrow it may get before it goes. */
  readonly least?: number;
  /** It gets that narrow, and no more happens to it. */
  readonly stays?: boolean;
  /** How wide it is at least, where its cells come later. */
  readonly reserved?: number;
}

/** Columns as wide as they will be printed. */
export interface Layout {
  /** The heading's line. */
  readonly heading: string;
  /**
   * A line of the table.
   *
   * @param cells one for each column that was given
   * @param mark gives a cell its colour, by its column, once it is as wide as it will be
   */
  line(cells: readonly string[], mark?: (text: string, column: number) => string): string;
}

const GAP = 2;

/**
 * Lay a table out: each column as wide as its widest cell; where that is more than there is room for, columns are cut,
 * and those that matter least go. Columns without anything in them are left out.
 *
 * @param width columns of the terminal; Infinity where there is no limit
 */
export function fitted(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): Layout {
  const widths = columns.map(({ heading, reserved }, at) => {
    const widest = Math.max(reserved ?? 0, ...chunked(rows, at));
    return widest === 0 ? 0 : Math.max(widest, widthOf(heading));
  });
  const total = () => widths.reduce((sum, one) => sum + (one === 0 ? 0 : one + GAP), -GAP);
  const byOrder = columns.map((column, at) => ({ ...column, at })).filter(({ order }) => order > 0)
    .sort((a, b) => b.order - a.order);
  for (const { at, least, stays } of byOrder) {
    const over = total() - width;
    if (over <= 0) break;
    const [was, narrow] = [widths[at] ?? 0, least ?? Infinity];
    if (stays === true) widths[at] = Math.min(was, Math.max(narrow, was - over));
    else widths[at] = was - over >= narrow ? was - over : 0;
  }
  const over = total() - width;
  // What must stay is cut, the widest first.
  if (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.max(1, (widths[widest] ?? 0) - over);
  }
  const line = (cells: readonly string[], mark?: (text: string, column: number) => string) => {
    const parts = (how: typeof mark) =>
      cells.flatMap((cell, at) =>
        widths[at] === 0 ? [] : [filled(printable(cell), widths[at] ?? 0, (text) => how?.(text, at) ?? text)]
      ).join(" ".repeat(GAP)).trimEnd();
    const plain = parts(undefined);
    // What has to be cut still is not marked: the end of a mark would be cut with it.
    return `${mark === undefined || widthOf(plain) > width ? cutTo(plain, width) : parts(mark)}\n`;
  };
  return { heading: line(columns.map(({ heading }) => heading)), line };
}

/** The widths of one column's cells; a spread of ten thousand arguments is more than a stack holds everywhere. */
function chunked(rows: readonly (readonly string[])[], at: number): number[] {
  let widest = 0;
  for (const row of rows) widest = Math.max(widest, widthOf(printable(row[at] ?? "")));
  return [widest];
}

function filled(cell: string, width: number, mark: (text: string) => string): string {
  const cut = cutTo(cell, width);
  return mark(cut) + " ".repeat(Math.max(0, width - widthOf(cut)));
}

/** What a terminal makes of what was written to it: text and how it is marked. */
import { type IBufferCell, Terminal } from "@xterm/headless";

/** Cells beside each other that look alike. */
export interface Run {
  readonly column: number;
  /** Columns that it takes. */
  readonly width: number;
  readonly text: string;
  /** Of the sixteen colours; null for the terminal's own. */
  readonly colour: number | null;
  readonly bold: boolean;
  readonly faint: boolean;
}

export interface Picture {
  readonly columns: number;
  /** Up to the last one on which anything stands. */
  readonly rows: readonly (readonly Run[])[];
}

/** @param shown lines with their marks (SGR), as `tmux capture-pane -e` prints them */
export async function screenOf(shown: string, columns: number, rows: number): Promise<Picture> {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const text = shown.trimEnd().replaceAll("\n", "\r\n");
  await new Promise<void>((done) => terminal.write(text, done));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: rows }, (_, at) => {
    const line = active.getLine(at);
    const cells = Array.from({ length: columns }, (_, column) => line?.getCell(column));
    return runsOf(cells.flatMap((cell) => cell ?? []));
  });
  terminal.dispose();
  return { columns, rows: lines.slice(0, lines.findLastIndex((runs) => runs.length > 0) + 1) };
}

/** Blanks alone are no run. Pure. */
function runsOf(cells: readonly IBufferCell[]): Run[] {
  const runs: Run[] = [];
  for (const [column, cell] of cells.entries()) {
    if (cell.getWidth() === 0) continue;
    const next = {
      column,
      width: cell.getWidth(),
      text: cell.getChars() || " ",
      colour: cell.isFgPalette() ? cell.getFgColor() : null,
      bold: cell.isBold() !== 0,
      faint: cell.isDim() !== 0,
    };
    const last = runs.at(-1);
    if (last !== undefined && looksLike(last, next)) {
      runs[runs.length - 1] = { ...last, width: last.width + next.width, text: last.text + next.text };
    } else runs.push(next);
  }
  return runs.map(withoutBlanks).filter(({ text }) => text !== "");
}

function withoutBlanks(run: Run): Run {
  const [begun, text] = [run.text.trimStart(), run.text.trim()];
  const before = run.text.length - begun.length;
  return { ...run, text, column: run.column + before, width: run.width - (run.text.length - text.length) };
}

const looksLike = (one: Run, other: Run): boolean =>
  one.colour === other.colour && one.bold === other.bold && one.faint === other.faint;

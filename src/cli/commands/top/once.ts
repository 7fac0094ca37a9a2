import type { Context } from "../../command.ts";
import { coloursOf, statusMarked } from "../../say/colours.ts";
import { type Column, fitted } from "../../say/fitted.ts";
import { lineWidth } from "../../say/width.ts";
import { rankOf } from "./order.ts";
import type { QueueRow } from "./row.ts";
import { safe } from "./safe.ts";
import { branchOf, evidenceOf, stateOf, titleOf } from "./words.ts";

const COLUMNS: readonly Column[] = [
  { heading: " ", order: 0 },
  { heading: "SESSION", order: 1, least: 12, stays: true },
  { heading: "AGENT", order: 4 },
  { heading: "STATE", order: 0 },
  { heading: "REASON", order: 2, least: 12, stays: true },
  { heading: "EVIDENCE", order: 6 },
  { heading: "BRANCH", order: 5, least: 8 },
  { heading: "HOST", order: 7 },
];

const STATE = 3;

/** The queue as a table, for whoever is no terminal. */
export function tableOf(rows: readonly QueueRow[], { host, now }: Context): string {
  const at = now();
  const several = new Set(rows.map(({ host }) => host)).size > 1;
  const cells = rows.map((row) =>
    [
      rankOf(row) === 0 ? "!" : " ",
      titleOf(row),
      row.agent ?? "",
      row.seen && (row.state === "failed" || row.state === "finished")
        ? `${stateOf(row, at)} (seen)`
        : stateOf(row, at),
      row.reason ?? "",
      evidenceOf(row, at),
      branchOf(row, undefined),
      several ? row.host ?? "" : "",
    ].map(safe)
  );
  const layout = fitted(COLUMNS, cells, lineWidth(host));
  const colours = coloursOf(host);
  const lines = cells.map((row, index) => {
    const state = rows[index]?.state ?? "";
    return layout.line(row, (text, column) => column === STATE ? statusMarked(colours, state, text) : text);
  });
  return colours.heading(layout.heading) + lines.join("");
}

/** A row as `--json` prints it. */
export const jsonOf = (row: QueueRow) => {
  const { id, project, name, agent, state, reason, since, evidence, seen, host, branch } = row;
  return { id, project, name, agent, state, reason, since, evidence, seen, host, branch };
};

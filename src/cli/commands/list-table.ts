import type { AgentRow } from "../../agents/evidence.ts";
import type { GitStanding } from "../../sessions/git/standing-of.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";
import { agentInWords } from "../mean/agents.ts";
import { ago, size } from "../say/amounts.ts";
import { type Colours, coloursOf, PLAIN, statusMarked } from "../say/colours.ts";
import { type Column, fitted } from "../say/fitted.ts";
import { cutPath, lineWidth } from "../say/width.ts";

/** A session, as far as the table shows it. */
export interface TableRow {
  readonly id: string;
  readonly short: string;
  readonly name: string | null;
  readonly status: string;
  readonly state: string | null;
  readonly agents: readonly AgentRow[];
  readonly alive: boolean | null;
  readonly current: boolean;
  readonly workspace: string | null;
  readonly branch: string | null;
  readonly lastActivity: string;
  readonly bytes: number;
  readonly archive?: string;
  readonly project: SessionRecord["project"];
}

/** The sessions of one project; without a root those of no project: terminals, labels. */
interface RowGroup<R> {
  readonly root: string | null;
  readonly here: boolean;
  readonly rows: readonly R[];
}

/** What `git` says of each session, as it comes. */
export type GitStandings = ReadonlyMap<string, Promise<GitStanding | null> | null>;

/** By project: this one first, then in the order of their first session; those of no project last. */
export function grouped<R extends TableRow>(rows: readonly R[], here: string | null): RowGroup<R>[] {
  const groups = new Map<string | null, R[]>();
  for (const row of rows) {
    const group = groups.get(row.workspace);
    if (group === undefined) groups.set(row.workspace, [row]);
    else group.push(row);
  }
  const rank = (root: string | null) => root === null ? 2 : root === here ? 0 : 1;
  return [...groups].map(([root, found]) => ({ root, here: root !== null && root === here, rows: found }))
    .sort((a, b) => rank(a.root) - rank(b.root));
}

const COLUMNS: readonly Column[] = [
  { heading: " ", order: 0 },
  { heading: "NAME", order: 2, least: 8, stays: true },
  { heading: "STATUS", order: 0 },
  { heading: "GIT", order: 1 },
  { heading: "AGENT", order: 3, least: 12 },
  { heading: "LIVE", order: 6 },
  { heading: "LAST", order: 5 },
  { heading: "BRANCH", order: 7, least: 12 },
  { heading: "SESSION", order: 8 },
  { heading: "SIZE", order: 9 },
];
const [STATUS, GIT, AGENT] = [2, 3, 4];
/** What most worktrees have to say: `±12 ↓45 merged`. */
const GIT_WIDTH = 14;

/** Print the groups; a row waits for what git has to say of it, and no longer than that takes. */
export async function printed(
  context: Context,
  groups: readonly RowGroup<TableRow>[],
  git: GitStandings | null,
): Promise<void> {
  const now = context.now();
  const width = lineWidth(context.host);
  const cells = groups.map(({ rows }) => rows.map((row) => cellsOf(row, now)));
  const columns = COLUMNS.map((column, at) =>
    at === GIT && git !== null ? { ...column, reserved: GIT_WIDTH } : column
  );
  const layout = fitted(columns, cells.flat(), width);
  const colours = coloursOf(context.host);
  const line = (row: TableRow, shown: readonly string[]) =>
    layout.line(shown, colours === PLAIN ? undefined : marksOf(row, colours));
  if (cells.length > 0) context.out(colours.heading(layout.heading));
  for (const [at, { root, here, rows }] of groups.entries()) {
    context.out(colours.heading(title(root, here, width)));
    // Without git all rows are there, and one write is faster than a thousand.
    if (git === null) context.out(rows.map((row, index) => line(row, cells[at]?.[index] ?? [])).join(""));
    else {
      for (const [index, row] of rows.entries()) {
        const standing = git.get(row.id);
        const found = standing === undefined || standing === null ? undefined : await standing;
        context.out(line(row, (cells[at]?.[index] ?? []).with(GIT, gitInWords(row, found))));
      }
    }
  }
}

/** What asks for somebody stands out; of several agents the one that does. */
function marksOf({ status, agents }: TableRow, colours: Colours) {
  const states = agents.map((agent) => agent.status);
  const loudest = states.find((one) => one === "waiting" || one === "error") ?? states[0] ?? "";
  return (text: string, column: number): string =>
    column === STATUS && text !== "-"
      ? statusMarked(colours, status, text)
      : column === AGENT
      ? statusMarked(colours, loudest, text)
      : text;
}

function title(root: string | null, here: boolean, width: number): string {
  const words = root === null
    ? "no project"
    : `${cutPath(root, here ? width - 7 : width)}${here ? " (here)" : ""}`;
  return `${words}\n`;
}

function cellsOf(row: TableRow, now: Date): string[] {
  return [
    row.current ? "*" : row.archive === undefined ? " " : "a",
    row.name ?? row.short,
    statusOf(row),
    "",
    row.agents.map((agent) => agentInWords(agent, now)).join(", "),
    row.alive === null ? "?" : row.alive ? "yes" : "no",
    ago(row.lastActivity, now),
    row.branch ?? "",
    row.name === null ? "" : row.short,
    size(row.bytes),
  ];
}

/** Where nothing ran and nobody said anything, there is no status. */
const statusOf = ({ state, status }: TableRow): string =>
  status === "active" && (state === null || state === "CREATED") ? "-" : status;

function gitInWords({ project }: TableRow, found: GitStanding | null | undefined): string {
  if (project?.worktree === undefined) return "";
  if (found === null || found === undefined) return "…";
  const { changed, ahead, behind, merged } = found;
  const parts = [[changed, "±"], [ahead, "↑"], [behind, "↓"]] as const;
  const words = parts.flatMap(([count, sign]) => count === 0 ? [] : [`${sign}${count}`]);
  return [...words, ...merged ? ["merged"] : []].join(" ") || "=";
}

import type { GitStanding } from "../../../../sessions/git/standing-of.ts";
import { cutTo, widthOf } from "../../../say/width.ts";
import { keyOfRow, needsYou, rankOf } from "../order.ts";
import { ATTENTION, type Attention, type QueueRow } from "../row.ts";
import { cell, safe } from "../safe.ts";
import { ageOf, branchOf, evidenceOf, stateOf, titleOf } from "../words.ts";
import type { Colours } from "../../../say/colours.ts";
import { stateMarked } from "./paint.ts";
import { selectedAt, type View, visibleRows } from "./view.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a picture is made with. */
export interface Frame {
  readonly size: Size;
  readonly now: Date;
  readonly paint: Colours;
  readonly git: ReadonlyMap<string, GitStanding | null>;
}

const SIGN: Readonly<Record<Attention, string>> = {
  waiting: "●",
  failed: "✗",
  finished: "✓",
  working: "▸",
  idle: "·",
  unknown: "?",
};

const KEYS = "n next  ↵ go  a seen  d diff  s stop  x finish  / filter  ? help  q quit";

const HELP = [
  "n        the next one that needs you",
  "Enter    go there: its tmux pane, window or terminal",
  "a        it was looked at",
  "d        what it changed, by git diff",
  "s        stop what runs in it (asks)",
  "x        finish or destroy it (asks)",
  "/        show only rows with these words; Esc shows all",
  "j k ↑ ↓  down and up; PgUp PgDn g G",
  "^L       draw anew      ^Z  suspend      q ^C  quit",
  "",
  "● waits for you   ✗ failed   ✓ finished   ▸ works   · idle   ? unknown",
  "* changed since the order was made; it settles at a key, or after 2 s",
];

/** Lines around the rows: title and headings above, details and keys below; fewer where there is no room. */
const around = (rows: number): { above: number; below: number } =>
  rows >= 8 ? { above: 3, below: 3 } : rows >= 4 ? { above: 1, below: 1 } : { above: 0, below: 0 };

/** Rows that fit on the screen. */
export function pageOf({ rows }: Size): number {
  const { above, below } = around(rows);
  return Math.max(1, rows - above - below);
}

/** The rows that are on the screen: the meant one among them, and no more scrolled than that takes. */
export function windowOf(view: View, size: Size, top: number): number {
  const [page, at, count] = [pageOf(size), selectedAt(view), visibleRows(view).length];
  const most = Math.max(0, count - page);
  return Math.max(0, Math.min(most, Math.max(at - page + 1, Math.min(top, at))));
}

/** The whole picture, a line for each of the screen's, none wider than it is. Pure. */
export function pictureOf(view: View, frame: Frame, top: number): string[] {
  const { size: { rows, columns } } = frame;
  if (rows < 1 || columns < 1) return [];
  const { above, below } = around(rows);
  const page = pageOf(frame.size);
  const body = view.mode === "help" ? helpLines(page, columns) : bodyOf(view, frame, top, page);
  const head = above === 0
    ? []
    : above === 1
    ? [titleLine(view, frame)]
    : [titleLine(view, frame), "", body.heading];
  const foot = below === 0
    ? []
    : below === 1
    ? [footLine(view, frame)]
    : ["", detailLine(view, frame), footLine(view, frame)];
  const filled = [...body.lines, ...Array<string>(Math.max(0, page - body.lines.length)).fill("")];
  return [...head, ...filled.slice(0, page), ...foot];
}

function helpLines(page: number, columns: number): { heading: string; lines: string[] } {
  return { heading: "", lines: HELP.slice(0, page).map((line) => cutTo(`  ${line}`, columns)) };
}

/** `2 need you · 1 failed`, each in its colour, as far as there is room. */
function titleLine({ queue: { rows }, filter }: View, { paint, size: { columns } }: Frame): string {
  const counts = ATTENTION.map((state) => {
    const of = rows.filter((row) =>
      row.state === state && (rankOf(row) < 4 || state === "idle" || state === "unknown")
    );
    const words = state !== "waiting" ? state : of.length === 1 ? "needs you" : "need you";
    return { state, text: of.length === 0 ? "" : `${of.length} ${words}` };
  }).filter(({ text }) => text !== "");
  let left = columns - 11;
  let line = columns < 11 ? paint.heading(cutTo("berth top", columns)) : ` ${paint.heading("berth top")}`;
  for (
    const { state, text } of [...counts, ...filter === "" ? [] : [{ state: null, text: `/${safe(filter)}` }]]
  ) {
    if (widthOf(text) + 3 > left) break;
    line += `   ${state === null ? paint.accent(text) : stateMarked(paint, state, text)}`;
    left -= widthOf(text) + 3;
  }
  return line;
}

interface Widths {
  readonly name: number;
  readonly agent: number;
  readonly state: number;
  readonly reason: number;
  readonly heard: number;
  readonly branch: number;
  readonly host: number;
}

const GAP = 2;
/** The mark of the meant row, that of a change, and the sign of the state. */
const MARKS = 5;
/** A reason of fewer columns tells nobody anything. */
const LEAST_REASON = 10;

function widthsOf(rows: readonly QueueRow[], { size: { columns }, now, git }: Frame): Widths {
  const widest = (most: number, of: (row: QueueRow) => string) =>
    Math.min(most, rows.reduce((wide, row) => Math.max(wide, widthOf(safe(of(row)))), 0));
  const wide = columns >= 100;
  const several = new Set(rows.map(({ host }) => host)).size > 1;
  const fixed = {
    name: Math.max(7, widest(wide ? Math.floor(columns / 4) : 22, titleOf)),
    agent: columns < 56 ? 0 : widest(10, ({ agent }) => agent ?? ""),
    state: widest(18, (row) => stateOf(row, now)),
    heard: columns < 120 ? 0 : widest(28, (row) => evidenceOf(row, now)),
    branch: columns < 70 ? 0 : widest(wide ? 32 : 14, (row) => branchOf(row, git.get(row.id))),
    host: several && wide ? widest(16, ({ host }) => host ?? "") : 0,
  };
  const left = () =>
    columns - Object.values(fixed).reduce((sum, one) => sum + (one === 0 ? 0 : one + GAP), MARKS);
  // A reason is worth more than these.
  for (const name of ["host", "heard", "branch", "agent"] as const) {
    if (left() < LEAST_REASON) fixed[name] = 0;
  }
  return { ...fixed, reason: Math.max(0, left()) };
}

function bodyOf(view: View, frame: Frame, top: number, page: number): { heading: string; lines: string[] } {
  const { paint, size: { columns } } = frame;
  const rows = visibleRows(view);
  if (rows.length === 0) {
    const words = view.filter === ""
      ? "No sessions with anything to tell."
      : "No row has these words; Esc shows all.";
    return { heading: "", lines: [paint.faint(cutTo(`  ${words}`, columns))] };
  }
  const widths = widthsOf(rows, frame);
  const at = selectedAt(view);
  const lines = rows.slice(top, top + page).map((row, index) =>
    rowLine(view, row, widths, frame, top + index === at)
  );
  return { heading: headingLine(widths, frame), lines };
}

const parts = (widths: Widths, texts: Readonly<Record<keyof Widths, string>>): [keyof Widths, string][] =>
  (["name", "agent", "state", "reason", "heard", "branch", "host"] as const)
    .flatMap((name) => widths[name] === 0 ? [] : [[name, cell(texts[name], widths[name])]]);

function headingLine(widths: Widths, { paint, size: { columns } }: Frame): string {
  const texts = {
    name: "SESSION",
    agent: "AGENT",
    state: "STATE",
    reason: "REASON",
    heard: "HEARD FROM",
    branch: "BRANCH",
    host: "HOST",
  };
  const line = parts(widths, texts).map(([, text]) => text).join(" ".repeat(GAP));
  return paint.faint(cutTo(" ".repeat(MARKS) + line.trimEnd(), columns));
}

function rowLine(view: View, row: QueueRow, widths: Widths, frame: Frame, isMeant: boolean): string {
  const { paint, now, git, size: { columns } } = frame;
  const key = keyOfRow(row);
  const isGone = view.queue.gone.has(key);
  const texts = {
    name: safe(titleOf(row)),
    agent: safe(row.agent ?? ""),
    state: isGone ? "gone" : stateOf(row, now),
    reason: safe(row.reason ?? ""),
    heard: safe(evidenceOf(row, now)),
    branch: tailed(safe(branchOf(row, git.get(row.id))), widths.branch),
    host: safe(row.host ?? ""),
  };
  const isQuiet = isGone || !needsYou(row) && row.state !== "working";
  const mark = isMeant ? "❯" : " ";
  const change = view.queue.changed.has(key) ? "*" : " ";
  const painted = parts(widths, texts).map(([name, text]) => {
    if (name === "state") return isQuiet ? paint.faint(text) : stateMarked(paint, row.state, text);
    if (isMeant && name === "name") return paint.heading(text);
    return isQuiet || name === "heard" || name === "branch" || name === "host" ? paint.faint(text) : text;
  });
  const sign = isQuiet ? paint.faint(SIGN[row.state]) : stateMarked(paint, row.state, SIGN[row.state]);
  // A terminal that is narrower than what must stand there gets the beginning of it.
  if (columns < MARKS + widths.name + GAP + widths.state) {
    return cutTo(`${mark}${change}${SIGN[row.state]} ${texts.name} ${texts.state}`, columns);
  }
  return ` ${paint.accent(mark)}${paint.accent(change)}${sign} ${painted.join(" ".repeat(GAP))}`;
}

/** What git counted stands at the end, and is not what is cut. */
function tailed(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const at = text.search(/ [±↑↓]/);
  if (at < 0) return text;
  const counts = text.slice(at);
  const room = width - widthOf(counts);
  return room < 2 ? text : cutTo(text.slice(0, at), room) + counts;
}

/** All there is to say of the meant row. */
function detailLine(view: View, { paint, now, size: { columns } }: Frame): string {
  const row = visibleRows(view)[selectedAt(view)];
  if (row === undefined || view.mode === "help") return "";
  const { agent, state, reason, since, branch } = row;
  const age = ageOf(since, now);
  const evidence = evidenceOf(row, now);
  const words = [
    `${titleOf(row)}:`,
    ...agent === null ? [] : [agent],
    `${state}${age === "" ? "" : ` ${age}`}${reason === null ? "" : `: ${reason}`}`,
    ...evidence === "" ? [] : [`(${evidence})`],
    ...branch === null ? [] : [`on ${branch}`],
  ];
  return paint.faint(cutTo(` ${safe(words.join(" "))}`, columns));
}

function footLine(view: View, { paint, size: { columns } }: Frame): string {
  const { asked, mode, filter, message } = view;
  const fit = (text: string) => cutTo(` ${text}`, columns);
  if (asked !== null) {
    const name = safe(titleOf(asked.row));
    const words = asked.what === "stop"
      ? `Stop what runs in ${name}? y: yes, any other key: no`
      : `${name}: f finish (merge and remove), d destroy (worktree goes, branch stays), any other key: no`;
    return paint.heading(fit(words));
  }
  if (mode === "filter") return paint.accent(fit(`/${safe(filter)}_   Enter keeps, Esc shows all`));
  if (mode === "help") return paint.faint(fit("Any key goes back"));
  if (message !== "") return paint.heading(fit(safe(message)));
  return paint.faint(fit(KEYS));
}

import { type AttentionQueue, EMPTY, keyOfRow, needsYou, rankOf, settled } from "../order.ts";
import type { QueueRow } from "../row.ts";
import { titleOf } from "../words.ts";
import type { Key } from "./keys.ts";

/** What is asked before something is done that cannot be taken back by a key. */
export type Question = { readonly what: "stop" | "end"; readonly row: QueueRow };

/** What the person sees, beside what there is. Plain data. */
export interface View {
  readonly queue: AttentionQueue;
  /** The key of the row that is meant. */
  readonly selected: string | null;
  /** What rows must hold. */
  readonly filter: string;
  readonly mode: "list" | "filter" | "help";
  readonly asked: Question | null;
  /** Words of ours, until the next key. */
  readonly message: string;
}

export const FIRST_VIEW: View = {
  queue: EMPTY,
  selected: null,
  filter: "",
  mode: "list",
  asked: null,
  message: "",
};

/** What is to be done beside showing. */
export type ViewEffect =
  | { readonly kind: "quit"; readonly status: number }
  | { readonly kind: "suspend" | "redraw" }
  | { readonly kind: "go" | "seen" | "diff" | "stop" | "finish" | "destroy"; readonly row: QueueRow };

/** The rows that are shown. */
export function visibleRows({ queue, filter }: View): readonly QueueRow[] {
  if (filter === "") return queue.rows;
  const words = filter.toLowerCase().split(" ").filter((word) => word !== "");
  return queue.rows.filter((row) => {
    const { agent, state, reason, branch, host, id } = row;
    const text = [titleOf(row), agent, state, reason, branch, host, id].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Which of the shown rows is meant; 0 where that one is not shown. */
export const selectedAt = (view: View): number =>
  Math.max(0, visibleRows(view).findIndex((row) => keyOfRow(row) === view.selected));

export const selectedRow = (view: View): QueueRow | undefined => visibleRows(view)[selectedAt(view)];

/** Take a key in. Pure. @param page rows that are on the screen */
export function pressed(before: View, key: Key, page: number): { view: View; effect: ViewEffect | null } {
  const only = (view: View) => ({ view, effect: null });
  if (key === "interrupt") return { view: before, effect: { kind: "quit", status: 130 } };
  if (key === "suspend" || key === "redraw") return { view: before, effect: { kind: key } };
  // The order settles, and the meant row stays the meant one.
  const view: View = {
    ...before,
    selected: keyOf(selectedRow(before)),
    queue: before.queue.since === null ? before.queue : settled(before.queue),
    message: "",
  };
  if (view.mode === "help") return only({ ...view, mode: "list" });
  if (view.asked !== null) return answered(view, view.asked, key);
  if (view.mode === "filter") return only(filtering(view, key));
  return typeof key === "string" ? byName(view, key, page) : byLetter(view, key.text, page);
}

const keyOf = (row: QueueRow | undefined): string | null => row === undefined ? null : keyOfRow(row);

function moved(view: View, to: number): View {
  const rows = visibleRows(view);
  const at = Math.max(0, Math.min(rows.length - 1, to));
  return { ...view, selected: keyOf(rows[at]) };
}

function byName(
  view: View,
  key: Exclude<Key, object>,
  page: number,
): { view: View; effect: ViewEffect | null } {
  const at = selectedAt(view);
  const to = {
    up: at - 1,
    down: at + 1,
    "page-up": at - page,
    "page-down": at + page,
    home: 0,
    end: Infinity,
  };
  if (key in to) return { view: moved(view, to[key as keyof typeof to]), effect: null };
  if (key === "escape") return { view: { ...view, filter: "" }, effect: null };
  return key === "enter" ? withRow(view, "go") : { view, effect: null };
}

function byLetter(view: View, letter: string, page: number): { view: View; effect: ViewEffect | null } {
  switch (letter) {
    case "q":
      return { view, effect: { kind: "quit", status: 0 } };
    case "j":
      return byName(view, "down", page);
    case "k":
      return byName(view, "up", page);
    case "g":
      return byName(view, "home", page);
    case "G":
      return byName(view, "end", page);
    case "n":
      return { view: next(view), effect: null };
    case "a":
      return withRow(view, "seen");
    case "d":
      return withRow(view, "diff");
    case "s":
      return { view: asking(view, "stop"), effect: null };
    case "x":
      return { view: asking(view, "end"), effect: null };
    case "/":
      return { view: { ...view, mode: "filter" }, effect: null };
    case "?":
      return { view: { ...view, mode: "help" }, effect: null };
    default:
      return { view, effect: null };
  }
}

function withRow(view: View, kind: "go" | "seen" | "diff"): { view: View; effect: ViewEffect | null } {
  const row = selectedRow(view);
  return { view, effect: row === undefined ? null : { kind, row } };
}

function asking(view: View, what: Question["what"]): View {
  const row = selectedRow(view);
  return row === undefined ? view : { ...view, asked: { what, row } };
}

function answered(view: View, { what, row }: Question, key: Key): { view: View; effect: ViewEffect | null } {
  const done = { ...view, asked: null };
  const letter = typeof key === "string" ? "" : key.text;
  const kinds = { stop: { y: "stop" }, end: { f: "finish", d: "destroy" } } as const;
  const kind = (kinds[what] as Readonly<Record<string, "stop" | "finish" | "destroy">>)[letter];
  return { view: done, effect: kind === undefined ? null : { kind, row } };
}

/** The next row below that calls for somebody, from the end on from the top; those that were not looked at first. */
function next(view: View): View {
  const rows = visibleRows(view);
  const calling = rows.filter((row) => needsYou(row));
  const wanted = calling.some(({ state }) => state === "waiting")
    ? calling.filter((row) => rankOf(row) === 0)
    : calling;
  const at = selectedAt(view);
  const found = wanted.find((row) => rows.indexOf(row) > at) ?? wanted[0];
  return found === undefined
    ? { ...view, message: "nobody needs you" }
    : { ...view, selected: keyOfRow(found) };
}

function filtering(view: View, key: Key): View {
  if (typeof key !== "string") return { ...view, filter: view.filter + key.text };
  switch (key) {
    case "enter":
      return { ...view, mode: "list" };
    case "escape":
      return { ...view, mode: "list", filter: "" };
    case "kill-line":
      return { ...view, filter: "" };
    case "backspace":
      return view.filter === "" ? { ...view, mode: "list" } : { ...view, filter: withoutLast(view.filter) };
    default:
      return view;
  }
}

/** Without what a person takes for its last character. */
const withoutLast = (text: string): string =>
  [...new Intl.Segmenter().segment(text)].slice(0, -1).map(({ segment }) => segment).join("");

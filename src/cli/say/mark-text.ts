import type { AgentRow } from "../../agents/evidence.ts";

/** What a status line or a mark shows of a session. */
export interface MarkedSession {
  readonly id: string;
  readonly short: string;
  readonly name: string | null;
  readonly status: string;
}

/** Which of several states is shown: the one that asks for somebody most. */
const LOUDEST = ["waiting", "error", "active", "unknown", "idle"] as const;

/** The status of a session with its agents: theirs where it has any, of several the one that asks for somebody. */
export function loudest(status: string, agents: readonly Pick<AgentRow, "status">[]): string {
  if (agents.length === 0) return status;
  return LOUDEST.find((one) => agents.some((agent) => agent.status === one)) ?? status;
}

/** Without what a terminal, or a reader of lines, would obey: control characters, line ends, marks of direction. */
export const harmless = (text: string): string =>
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** For tmux, which takes `#` for the beginning of a format, and `#(…)` for a command to run. */
export const forTmux = (text: string): string => harmless(text).replaceAll("#", "##");

/** `auth waiting`. */
export const inShort = ({ name, short, status }: MarkedSession): string => `${name ?? short} ${status}`;

/** What sets a terminal's title (OSC 2). Others read titles too: tmux as a format. */
export const titleSequence = (marked: MarkedSession): string => `\x1b]2;${forTmux(inShort(marked))}\x07`;

/** What sets the variables of a terminal's tab by which iTerm2, WezTerm and kitty show it (OSC 1337, SetUserVar). */
export function variableSequences({ id, short, status }: MarkedSession): string {
  const values = { berth_id: id, berth_short: short, berth_status: status };
  return Object.entries(values).map(([name, value]) =>
    `\x1b]1337;SetUserVar=${name}=${Buffer.from(harmless(value)).toString("base64")}\x07`
  ).join("");
}

/** Where a mark may go, by a sequence in the terminal's own stream. */
export const SEQUENCES: Readonly<Record<string, (marked: MarkedSession) => string>> = {
  iterm2: variableSequences,
  wezterm: variableSequences,
  kitty: variableSequences,
  title: titleSequence,
};

/** Through a tmux to the terminal around it (`allow-passthrough on`); a title is tmux's own to take. */
export const throughTmux = (sequence: string): string =>
  sequence.replace(
    // deno-lint-ignore no-control-regex -- each sequence is wrapped by itself
    /\x1b\][^\x07]*\x07/g,
    (one) => `\x1bPtmux;${one.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`,
  );

/** What goes into the terminal's own stream. @param to one of `SEQUENCES` */
export function sequenceFor(
  to: string,
  marked: MarkedSession,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  const sequence = Object.hasOwn(SEQUENCES, to) ? SEQUENCES[to]?.(marked) ?? "" : "";
  return variables["TMUX"] && to !== "title" ? throughTmux(sequence) : sequence;
}

/**
 * The words of the tmux command that sets a pane's options, each with the time at which it was found, in seconds since
 * 1970 (as `#{t:@berth_status_at}` reads it).
 *
 * @param pane `%7`
 * @param ttys the terminals that we are on: only a pane of one of them is ours
 */
export function paneOptions(
  pane: string,
  ttys: readonly string[],
  marked: MarkedSession,
  at: Date,
): string[] {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const values = { id: marked.id, short: marked.short, status: marked.status };
  const sets = Object.entries(values).flatMap(([name, value]) => [
    `set-option -pt ${pane} @berth_${name} ${quoted(value)}`,
    `set-option -pt ${pane} @berth_${name}_at ${seconds}`,
  ]);
  return ["if-shell", "-F", "-t", pane, isOneOf(ttys), sets.join(" ; ")];
}

const quoted = (value: string): string => `'${harmless(value).replaceAll("'", "")}'`;

/** A condition that holds for a pane on one of these terminals, `/dev/pts/3`. */
const isOneOf = (ttys: readonly string[]): string =>
  ttys.map((tty) => `#{==:#{pane_tty},${tty}}`)
    .reduce((one, other) => one === "" ? other : `#{||:${one},${other}}`, "");

/** Of which pane a terminal is: its number alone is printed. */
export const paneOf = (tty: string): string[] => [
  "list-panes",
  "-a",
  "-f",
  `#{==:#{pane_tty},${tty}}`,
  "-F",
  "#{pane_id}",
];

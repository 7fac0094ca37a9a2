import { known, type Reading, type TmuxPane, type TmuxQuery, unknown } from "./facts.ts";
import type { Host } from "./host.ts";

/** A server that hangs must not keep a prompt waiting, nor one that prints without end fill the memory. */
const LIMITS = { timeoutMs: 500, maxBytes: 1 << 16 };

/**
 * One call brings everything; none of these fields can hold a space. The last is every session with its windows,
 * `$0@0@1|$1@1|`; a tmux before 2.9 knows no loops and leaves it out.
 */
const FORMAT = "#{session_id} #{window_id} #{pane_id} #{pid} #{start_time} #{pane_tty} " +
  "#{S:#{session_id}#{W:#{window_id}}|}";
const answerForm = () =>
  /^(\$\d{1,10}) (@\d{1,10}) (%\d{1,10}) ([1-9]\d{0,9}) (\d{1,15}) (\/[\x21-\x7e]{1,200})? ?((?:\$\d{1,10}[@\d]*\|)*)\n?$/;

/**
 * What `TMUX` (`socket,server pid,session number`) and `TMUX_PANE` ask for. The socket's path may hold commas, so
 * the value is split from the right; whatever is no such value asks for nothing.
 */
export function tmuxQuery(tmux: string, pane: string | undefined): TmuxQuery | null {
  const parts = /^(\/[^\0\n]{1,4000}),(\d{1,10}),(\d{1,10})$/.exec(tmux);
  const [, socket, , session] = parts ?? [];
  if (socket === undefined || session === undefined) return null;
  const target = pane !== undefined && /^%\d{1,10}$/.test(pane) ? pane : `$${session}`;
  return { socket, target, session: `$${session}` };
}

/**
 * Ask the server; a dead or silent one, or one that talks nonsense, is a reading without a value.
 *
 * @returns a function that waits for the answer, so that something else can be done meanwhile
 */
export function askTmux(host: Host, query: TmuxQuery): () => Reading<TmuxPane> {
  const { socket, target } = query;
  const ask = host.start(["tmux", "-S", socket, "display-message", "-t", target, "-p", FORMAT], LIMITS);
  return () => {
    const answer = ask();
    return answer.ok ? parseAnswer(host, query, answer.value) : answer;
  };
}

/** The path is the one that we asked by: tmux puts `_` for what is not ASCII where LC_ALL is not UTF-8. */
function parseAnswer(host: Host, { socket, session: own }: TmuxQuery, text: string): Reading<TmuxPane> {
  const [, session, window, pane, pid, start, tty = "", sessions = ""] = answerForm().exec(text) ?? [];
  if (!session || !window || !pane || !start) return unknown("no answer in tmux's format");
  const real = host.realPath(socket);
  return known({
    session: isShared(sessions, window) ? homeSession(sessions.split("|"), window, own) ?? session : session,
    window,
    pane,
    serverPid: Number(pid),
    serverStart: start,
    paneTty: tty,
    socket: real.ok ? real.value : socket,
  });
}

/** Whether a window stands in several sessions; nearly none does, and then there is nothing to sort. */
function isShared(sessions: string, window: string): boolean {
  const list = sessions.replaceAll("|", "@");
  const first = list.indexOf(`${window}@`);
  return first >= 0 && list.indexOf(`${window}@`, first + 1) >= 0;
}

/**
 * The session that a window belongs to where it is in several: tmux itself names the one that was typed into last,
 * so that the answer would change with every look at another terminal. Ours is the one that the pane was made in, as
 * long as the window is there; of a group (`tmux new -t`), whose sessions have all windows in common, the oldest.
 *
 * @param sessions `$0@0@1`: a session and its windows
 * @returns undefined where no session with the window is listed
 */
export function homeSession(sessions: readonly string[], window: string, own: string): string | undefined {
  const parsed = sessions.filter((entry) => entry !== "").map((entry) => {
    const at = entry.indexOf("@");
    return at < 0 ? { id: entry, windows: "" } : { id: entry.slice(0, at), windows: `${entry.slice(at)}@` };
  }).toSorted((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)));
  const holding = parsed.filter(({ windows }) => windows.includes(`${window}@`));
  const home = holding.find(({ id }) => id === own) ?? holding[0];
  return parsed.find(({ windows }) => windows === home?.windows)?.id;
}

import { known, type Reading, type TmuxPane, type TmuxQuery, unknown } from "./facts.ts";
import type { Host } from "./host.ts";
import { askByClient } from "./tmux-client.ts";
import { askServer, OTHER_PROTOCOL, type SocketHost } from "./tmux-socket.ts";
import { NO_CALLS } from "./unix-socket.ts";

/**
 * One call brings everything; none of these fields can hold a space. The last is every session with its windows,
 * `$0@0@1|$1@1|`; a tmux before 2.9 knows no loops and leaves it out.
 */
const FORMAT = "#{session_id} #{window_id} #{pane_id} #{pid} #{start_time} #{pane_tty} " +
  "#{S:#{session_id}#{W:#{window_id}}|}";

/** Whether a text has at most so many characters, one at least, and all of them in a range. */
function isWithin(text: string, longest: number, from: string, to: string): boolean {
  if (text === "" || text.length > longest) return false;
  // Not by regular expressions: those take longer to come into being than all that is checked here.
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character < from || character > to) return false;
  }
  return true;
}

const isNumber = (text: string, digits: number): boolean => isWithin(text, digits, "0", "9");

/** Whether a text is a number as tmux counts its things: `$3`, `@7`, `%12`. */
const isCounted = (text: string, kind: "$" | "@" | "%"): boolean =>
  text.startsWith(kind) && isNumber(text.slice(1), 10);

/**
 * What `TMUX` (`socket,server pid,session number`) and `TMUX_PANE` ask for. The socket's path may hold commas, so
 * the value is split from the right; whatever is no such value asks for nothing.
 */
export function tmuxQuery(tmux: string, pane: string | undefined): TmuxQuery | null {
  const last = tmux.lastIndexOf(",");
  const first = tmux.lastIndexOf(",", last - 1);
  const socket = tmux.slice(0, first);
  const session = `$${tmux.slice(last + 1)}`;
  const pid = tmux.slice(first + 1, last);
  if (first < 2 || !isNumber(pid, 10) || !isCounted(session, "$")) return null;
  if (!socket.startsWith("/") || socket.length > 4000 || socket.includes("\n") || socket.includes("\0")) {
    return null;
  }
  const target = pane !== undefined && isCounted(pane, "%") ? pane : session;
  return { socket, serverPid: Number(pid), target, session };
}

/**
 * Ask the server; a dead or silent one, or one that talks nonsense, is a reading without a value.
 *
 * @returns a function that waits for the answer, so that something else can be done meanwhile
 */
export function askTmux(host: Host, query: TmuxQuery): () => Reading<TmuxPane> {
  const byClient = () => understood(host, query, askByClient(host, serverOf(query), wordsOf(query)));
  if (host.system !== "linux") return byClient;
  const ask = askTmuxServer(host, query);
  return () => {
    const answer = ask();
    return answer.ok || (answer.why !== OTHER_PROTOCOL && answer.why !== NO_CALLS) ? answer : byClient();
  };
}

/** The same over the server's socket alone, for what has no time to start a program. */
export function askTmuxServer(host: SocketHost, query: TmuxQuery): () => Reading<TmuxPane> {
  const ask = askServer(host, serverOf(query), wordsOf(query));
  return () => understood(host, query, ask());
}

const serverOf = ({ socket, serverPid }: TmuxQuery) => ({ socket, pid: serverPid });
const wordsOf = ({ target }: TmuxQuery) => ["display-message", "-p", "-t", target, FORMAT];

const understood = (host: SocketHost, query: TmuxQuery, answer: Reading<string>): Reading<TmuxPane> =>
  answer.ok ? parseAnswer(host, query, answer.value) : answer;

/** The path is the one that we asked by: tmux puts `_` for what is not ASCII where LC_ALL is not UTF-8. */
function parseAnswer(host: SocketHost, { socket, session: own }: TmuxQuery, text: string): Reading<TmuxPane> {
  const line = text.endsWith("\n") ? text.slice(0, -1) : text;
  const fields = line.split(" ");
  // By their numbers: taking an array apart by a pattern runs an iterator.
  const session = fields[0] ?? "";
  const window = fields[1] ?? "";
  const pane = fields[2] ?? "";
  const pid = fields[3] ?? "";
  const start = fields[4] ?? "";
  const tty = fields[5] ?? "";
  const sessions = fields[6] ?? "";
  const counted = isCounted(session, "$") && isCounted(window, "@") && isCounted(pane, "%");
  const numbers = isNumber(pid, 10) && !pid.startsWith("0") && isNumber(start, 15);
  const terminal = tty === "" || (tty.startsWith("/") && isWithin(tty, 200, "!", "~"));
  if (!counted || !numbers || !terminal || fields.length > 7) return unknown("no answer in tmux's format");
  const shared = isShared(sessions, window);
  if (shared && !/^(?:\$\d{1,10}[@\d]*\|)*$/.test(sessions)) return unknown("no list in tmux's format");
  const real = host.realPath(socket);
  return known({
    session: shared ? homeSession(sessions.split("|"), window, own) ?? session : session,
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
  let times = 0;
  for (let at = sessions.indexOf(window); at >= 0; at = sessions.indexOf(window, at + 1)) {
    const next = sessions.charAt(at + window.length);
    if (next === "@" || next === "|") times++;
  }
  return times > 1;
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

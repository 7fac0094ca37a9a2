import { known, type Reading, type TmuxPane, type TmuxQuery, unknown } from "./facts.ts";
import type { Host } from "./host.ts";

/** A server that hangs must not keep a prompt waiting, nor one that prints without end fill the memory. */
const LIMITS = { timeoutMs: 500, maxBytes: 4096 };

/** One call brings everything; none of these fields can hold a space. */
const FORMAT = "#{session_id} #{window_id} #{pane_id} #{pid} #{start_time} #{pane_tty}";
const ANSWER = /^(\$\d{1,10}) (@\d{1,10}) (%\d{1,10}) ([1-9]\d{0,9}) (\d{1,15}) (\/[\x21-\x7e]{1,200})?\n?$/;

/**
 * What `TMUX` (`socket,server pid,session number`) and `TMUX_PANE` ask for. The socket's path may hold commas, so
 * the value is split from the right; whatever is no such value asks for nothing.
 */
export function tmuxQuery(tmux: string, pane: string | undefined): TmuxQuery | null {
  const parts = /^(\/[^\0\n]{1,4000}),(\d{1,10}),(\d{1,10})$/.exec(tmux);
  const [, socket, , session] = parts ?? [];
  if (socket === undefined || session === undefined) return null;
  return { socket, target: pane !== undefined && /^%\d{1,10}$/.test(pane) ? pane : `$${session}` };
}

/** Ask the server; a dead or silent one, or one that talks nonsense, is a reading without a value. */
export function queryTmux(host: Host, { socket, target }: TmuxQuery): Reading<TmuxPane> {
  const answer = host.run(["tmux", "-S", socket, "display-message", "-t", target, "-p", FORMAT], LIMITS);
  return answer.ok ? parseAnswer(host, socket, answer.value) : answer;
}

/** The path is the one that we asked by: tmux puts `_` for what is not ASCII where LC_ALL is not UTF-8. */
function parseAnswer(host: Host, socket: string, text: string): Reading<TmuxPane> {
  const [, session, window, pane, pid, start, tty = ""] = ANSWER.exec(text) ?? [];
  if (!session || !window || !pane || !start) return unknown("no answer in tmux's format");
  const real = host.realPath(socket);
  return known({
    session,
    window,
    pane,
    serverPid: Number(pid),
    serverStart: start,
    paneTty: tty,
    socket: real.ok ? real.value : socket,
  });
}

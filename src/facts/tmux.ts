import { known, type Reading, type TmuxPane, type TmuxQuery, unknown } from "./facts.ts";
import type { Host } from "./host.ts";

/** A server that hangs must not keep a prompt waiting, nor one that prints without end fill the memory. */
const LIMITS = { timeoutMs: 500, maxBytes: 4096 };

/** One call brings everything; none of these fields can hold a space but the last. */
const FORMAT = "#{session_id} #{window_id} #{pane_id} #{pid} #{start_time} #{pane_tty} #{socket_path}";
const ANSWER = /^(\$\d+) (@\d+) (%\d+) ([1-9]\d*) (\d+) (\S*) (\/[^\n]*)\n?$/;

/**
 * What `TMUX` (`socket,server pid,session number`) and `TMUX_PANE` ask for. The socket's path may hold commas, so
 * the value is split from the right; whatever is no such value asks for nothing.
 */
export function tmuxQuery(tmux: string, pane: string | undefined): TmuxQuery | null {
  const parts = /^(\/[^\0\n]*),(\d+),(\d+)$/.exec(tmux);
  const socket = parts?.[1];
  if (socket === undefined || socket.length > 4000) return null;
  return { socket, target: pane !== undefined && /^%\d+$/.test(pane) ? pane : `$${parts?.[3]}` };
}

/** Ask the server; a dead or silent one, or one that talks nonsense, is a reading without a value. */
export function queryTmux(host: Host, { socket, target }: TmuxQuery): Reading<TmuxPane> {
  const answer = host.run(["tmux", "-S", socket, "display-message", "-t", target, "-p", FORMAT], LIMITS);
  return answer.ok ? parseAnswer(host, answer.value) : answer;
}

function parseAnswer(host: Host, text: string): Reading<TmuxPane> {
  const [, session, window, pane, pid, start, tty, socket] = ANSWER.exec(text) ?? [];
  if (!session || !window || !pane || !start || tty === undefined || !socket) {
    return unknown("no answer in tmux's format");
  }
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

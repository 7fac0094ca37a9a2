import { type Process, type TmuxPane } from "../facts/facts.ts";
import { tmuxQuery } from "../facts/tmux.ts";
import { foundId, type Namespace } from "./id.ts";
import { type Answer, believe, enclosing, environmentWith, part, passOver, type Place } from "./place.ts";
import { isMultiplexer } from "./programs.ts";

/** tmux: the session of the pane, when that pane is the terminal that we are on. */
export function tmux(place: Place): Answer | undefined {
  const { TMUX, TMUX_PANE } = environmentWith(place, "TMUX");
  if (TMUX === undefined) return undefined;
  const query = tmuxQuery(TMUX, TMUX_PANE);
  if (query === null) return passOver(place, "TMUX", "not of the form socket,pid,session");
  const pane = place.facts.tmux(query);
  if (!pane.ok) return passOver(place, "TMUX", `stale: the server gives no answer (${pane.why})`);
  const reason = paneIsOurs(place, pane.value);
  if (reason === undefined) {
    return passOver(place, "TMUX", `inherited: its pane is on ${pane.value.paneTty || "no terminal"}`);
  }
  believe(place, "TMUX", reason);
  return { id: tmuxId(place, pane.value), source: "tmux" };
}

function paneIsOurs({ terminal, chain }: Place, pane: TmuxPane): string | undefined {
  if (terminal === undefined) {
    return chain.some(({ pid }) => pid === pane.serverPid)
      ? "a job of the server, without a terminal"
      : undefined;
  }
  if (terminal.tty === pane.paneTty) return `its pane is on ${terminal.tty}`;
  return terminal.outward[1]?.pid === pane.serverPid
    ? "the server opened this terminal (a popup)"
    : undefined;
}

/** Everything that a server is known by, so that a restarted one, which counts from `$0` again, is another. */
function tmuxId({ facts, deps, request }: Place, pane: TmuxPane): string {
  const server = [part(facts.boot), part(facts.pidNamespace), pane.socket, pane.serverPid, pane.serverStart];
  const within = { session: [], window: [pane.window], pane: [pane.window, pane.pane] }[request.scope];
  return foundId("tmux", deps.sha256(["tmux", ...server, pane.session, ...within].join(":")));
}

const isScreen = (name: string): boolean => isMultiplexer(name) && name.toLowerCase().startsWith("screen");
const isZellij = (name: string): boolean => isMultiplexer(name) && name.toLowerCase().startsWith("zellij");

/** GNU screen: `STY` begins with the server's PID; the name behind it goes stale and does not count. */
export function screen(place: Place): Answer | undefined {
  const { STY } = environmentWith(place, "STY");
  if (STY === undefined) return undefined;
  const pid = /^([1-9]\d{0,9})\./.exec(STY)?.[1];
  if (pid === undefined) return passOver(place, "STY", "not of the form pid.name");
  const server = enclosing(place, isScreen, "any name");
  return byServer(place, "screen", "STY", server?.pid === Number(pid) ? server : undefined);
}

/** zellij: the server is the one that opened our terminal, whatever name its session has by now. */
export function zellij(place: Place): Answer | undefined {
  const { ZELLIJ_SESSION_NAME } = environmentWith(place, "ZELLIJ_SESSION_NAME");
  if (ZELLIJ_SESSION_NAME === undefined) return undefined;
  const server = enclosing(place, isZellij, "any name");
  return byServer(place, "zellij", "ZELLIJ_SESSION_NAME", server);
}

function byServer(
  place: Place,
  kind: Namespace & ("screen" | "zellij"),
  variable: string,
  server: Process | undefined,
): Answer | undefined {
  if (server === undefined) {
    return passOver(place, variable, "inherited: its server did not open this terminal");
  }
  const { facts, deps, request, anchor } = place;
  // A PID and a start time come again after the next boot.
  if (!facts.boot.ok) return passOver(place, variable, `the boot ID cannot be read (${facts.boot.why})`);
  believe(place, variable, `the server, process ${server.pid}, opened this terminal`);
  // Neither tells a program its tab, and a window of screen is one terminal: narrower than a session is a terminal.
  const within = request.scope === "session" || anchor === undefined ? [] : [anchor.pid, anchor.start];
  const parts = [kind, facts.boot.value, part(facts.pidNamespace), server.pid, server.start, ...within];
  return { id: foundId(kind, deps.sha256(parts.join(":"))), source: kind };
}

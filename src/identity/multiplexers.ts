import { type Process, type Reading, type TmuxPane } from "../facts/facts.ts";
import { tmuxQuery } from "../facts/tmux.ts";
import { NO_VARIABLES } from "../facts/variables.ts";
import { anchorId } from "./anchor.ts";
import { isHere, readBinding } from "./binding-here.ts";
import { foundId, type Namespace, splitId } from "./id.ts";
import type { Lineage } from "./lineage.ts";
import {
  type Answer,
  believe,
  enclosing,
  environmentWith,
  opener,
  part,
  passOver,
  type Place,
} from "./place.ts";
import { is, isMultiplexer, isTmux } from "./programs.ts";

/** tmux: the session of the pane, when that pane is the terminal that we are on. */
export function tmux(place: Place): Answer | undefined {
  const asked: string[] = [];
  let popup: TmuxPane | undefined;
  for (let at = 0; at < place.environments.length; at++) {
    const { TMUX, TMUX_PANE } = place.environments[at] ?? NO_VARIABLES;
    const question = `${TMUX} ${TMUX_PANE}`;
    // What is nearest may be stale, or of another pane; what the server gave to its own child is neither.
    if (TMUX === undefined || asked.includes(question)) continue;
    asked.push(question);
    const found = paneOf(place, TMUX, TMUX_PANE);
    if (found === undefined) continue;
    if ("id" in found) return found;
    if (place.terminal === undefined) return inPane(place, found, "a job of the server, without a terminal");
    if (place.terminal.tty === found.paneTty) return inPane(place, found, `its pane is on ${found.paneTty}`);
    popup = found;
  }
  return popup && inPane(place, popup, "the server opened this terminal (a popup)");
}

/** What the server says of the pane that is named, where it may be ours; an answer where it says nothing. */
function paneOf(
  place: Place,
  variable: string,
  target: string | undefined,
): TmuxPane | Answer | undefined {
  const query = tmuxQuery(variable, target);
  if (query === null) return passOver(place, "TMUX", "not of the form socket,pid,session");
  const pane = place.facts.tmux(query);
  if (!pane.ok) return withoutAnswer(place, query.serverPid, pane);
  if (pane.value.serverPid === query.serverPid && mayBeOurs(place, pane.value)) return pane.value;
  return passOver(place, "TMUX", `inherited: its pane is on ${pane.value.paneTty || "no terminal"}`);
}

function mayBeOurs({ terminal, chain }: Place, { serverPid, paneTty }: TmuxPane): boolean {
  if (terminal === undefined) return holds(chain, serverPid);
  // A terminal of that number in another devpts, or of a sandbox's, is none of the server's.
  return terminal.tty === paneTty
    ? holds(terminal.outward, serverPid)
    : terminal.outward[1]?.pid === serverPid;
}

function inPane(place: Place, pane: TmuxPane, reason: string): Answer {
  believe(place, "TMUX", reason);
  return { id: tmuxId(place, pane), source: "tmux" };
}

/** Not by `some`, which the runtime compiles from its source when it is used first. */
function holds(chain: Lineage, pid: number): boolean {
  for (let at = 0; at < chain.length; at++) {
    if (chain[at]?.pid === pid) return true;
  }
  return false;
}

/**
 * The server gives no answer. Where it is there, and our terminal is its own, we are in tmux and cannot tell in which
 * session: what a shell of the same pane noted counts, else nothing is to be kept here.
 */
function withoutAnswer(
  place: Place,
  serverPid: number,
  answer: Extract<Reading<unknown>, { ok: false }>,
): Answer | undefined {
  const why = `the server gives no answer (${answer.why})`;
  const isServer = (process: Process): boolean =>
    process.pid === serverPid && is(place.facts, process, isTmux);
  if (opener(place, isServer) === undefined) {
    return passOver(place, "TMUX", `stale: ${why}`);
  }
  // It never will: `sudo -u` in a pane. The pane is what is known, today and tomorrow.
  if (answer.why === "EACCES" || answer.why === "EPERM") {
    return passOver(place, "TMUX", `not ours to ask: ${why}`);
  }
  const binding = readBinding(place);
  if (binding?.id !== undefined && splitId(binding.id).namespace === "tmux" && isHere(place, binding)) {
    passOver(place, "TMUX", why);
    believe(
      place,
      "BERTH_SESSION_BIND",
      "a shell of this pane noted it, and the tmux server gives no answer",
    );
    return { id: binding.id, source: "binding", binding };
  }
  passOver(place, "TMUX", why);
  return ofAnchor(place, place.anchor, `the tmux server of this terminal gives no answer (${answer.why})`);
}

function ofAnchor(place: Place, anchor: Process | undefined, unstable: string): Answer | undefined {
  const id = anchor === undefined ? undefined : anchorId(place, anchor, "anchor");
  return id === undefined || anchor === undefined
    ? undefined
    : { id, source: "deep-anchor", anchor, unstable };
}

/** Everything that a server is known by, so that a restarted one, which counts from `$0` again, is another. */
function tmuxId({ facts, deps, request }: Place, pane: TmuxPane): string {
  const { scope } = request;
  const window = scope === "session" ? "" : `:${pane.window}`;
  const within = scope === "pane" ? `${window}:${pane.pane}` : window;
  return foundId(
    "tmux",
    deps.sha256(`${tmuxText(part(facts.boot), part(facts.pidNamespace), pane)}${within}`),
  );
}

/** What the ID of a tmux session is the hash of. */
export const tmuxText = (boot: string, pidNamespace: string, pane: TmuxPane): string =>
  `tmux:${boot}:${pidNamespace}:${pane.socket}:${pane.serverPid}:${pane.serverStart}:${pane.session}`;

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
  return byServer(place, "zellij", "ZELLIJ_SESSION_NAME", enclosing(place, isZellij, "any name"));
}

/**
 * A server is above us and no variable of its says so: screen's `backtick`, tmux's `pipe-pane`, a `run-shell` of its
 * configuration. screen is one session a server; which of tmux's is meant cannot be told. A terminal of tmux's that
 * has no variable is still a terminal.
 */
export function serverAlone(place: Place): Answer | undefined {
  const server = enclosing(place, isMultiplexer, "kernel's name");
  if (server === undefined) return undefined;
  if (isScreen(server.name)) return byServer(place, "screen", "screen", server);
  if (!isTmux(server.name) || place.terminal !== undefined) return undefined;
  return ofAnchor(place, server, "a job of a tmux server that does not say for which session");
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

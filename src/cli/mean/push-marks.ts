import { closeSync, constants, openSync, writeSync } from "node:fs";
import process from "node:process";
import type { AgentRow } from "../../agents/evidence.ts";
import type { Host } from "../../facts/host.ts";
import { tmuxQuery } from "../../facts/tmux.ts";
import { askServer, OTHER_PROTOCOL, type TmuxServer } from "../../facts/tmux-socket.ts";
import { NO_CALLS } from "../../facts/unix-socket.ts";
import { shortId } from "../../identity/id.ts";
import { lineage } from "../../identity/lineage.ts";
import { readConfig } from "../../store/config.ts";
import type { Store } from "../../store/open.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Context } from "../command.ts";
import { loudest, type MarkedSession, paneOf, paneOptions, sequenceFor } from "../say/mark-text.ts";
import { agentsIn } from "./agents.ts";

/** How long a tmux server is waited for that says nothing, in milliseconds: everything else is done by then. */
const PATIENCE_MS = 100;
const TTY = /^\/dev\/[\w./-]{1,100}$/;

export interface Pushing {
  /** What its agents are doing, where that is known already. */
  readonly agents?: readonly AgentRow[];
  readonly patienceMs?: number;
}

/**
 * Show a session as it is now where it is shown without being asked: in its tmux pane, and by its terminal where the
 * user wants that (`config marks.terminal`). Whatever is wrong, nothing is said.
 */
export async function pushSession(
  context: Context,
  store: Store,
  id: string,
  how: Pushing = {},
): Promise<void> {
  const record = readRecord(store, id);
  if (record === null) return;
  const agents = how.agents ?? await agentsIn(context, store, id);
  const status = loudest(record.status, agents);
  const marked = { id, short: shortId(id), name: record.name ?? null, status };
  const tty = isOurs(context, id) ? null : ttyOf(context, record);
  if (context.host.variables["TMUX"]) {
    const told = pushToTmux(context, marked, { tty, patienceMs: how.patienceMs ?? PATIENCE_MS });
    context.debug("tmux marked", { id, status, told });
  }
  const to = readConfig(store)["marks.terminal"];
  if (to !== "" && tty === null) writeTo("/dev/tty", sequenceFor(to, marked, context.host.variables));
}

const isOurs = (context: Context, id: string): boolean => context.resolution().id === id;

/** The terminal of a session that is not ours: of its command that runs, else of its shell. */
function ttyOf({ facts }: Context, { run, anchor }: SessionRecord): string | null {
  const boot = facts.boot.ok ? facts.boot.value : null;
  if (run?.pid != null && run.state !== "CLEANED" && run.bootId === boot) {
    const found = facts.process(run.pid);
    if (found.ok && found.value.start === run.pidStart) return found.value.tty;
  }
  return anchor?.bootId === boot ? anchor?.tty ?? null : null;
}

/** Of a terminal that takes nothing at the moment nobody waits. */
function writeTo(path: string, text: string): void {
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  } catch {
    // There is none.
  }
}

/**
 * Tell the tmux that we are in what a session's pane is to show. Over its socket, without a process; where that cannot
 * be spoken, by a `tmux` that nobody waits for.
 *
 * @param tty the terminal of the session, where it is another one than ours
 * @returns whether a tmux was told
 */
export function pushToTmux(
  context: Context,
  marked: MarkedSession,
  { tty, patienceMs = PATIENCE_MS }: { readonly tty: string | null; readonly patienceMs?: number },
): boolean {
  const { host, facts } = context;
  const { TMUX, TMUX_PANE } = host.variables;
  const query = TMUX === undefined ? null : tmuxQuery(TMUX, TMUX_PANE);
  if (query === null) return false;
  const ours = [...new Set(lineage(facts, facts.self).map((one) => one.tty))].filter(isTty);
  const say = speaker(host, { socket: query.socket, pid: query.serverPid }, patienceMs);
  if (tty !== null && isTty(tty) && !ours.includes(tty)) {
    const pane = say(paneOf(tty));
    if (pane === null || !/^%\d{1,10}$/.test(pane)) return false;
    say(paneOptions(pane, [tty], marked, context.now()));
    return true;
  }
  if (!query.target.startsWith("%") || ours.length === 0) return false;
  say(paneOptions(query.target, ours.slice(0, 8), marked, context.now()));
  return true;
}

const isTty = (tty: string | null): tty is string => tty !== null && TTY.test(tty);

/** @returns what has a server run a command; the first line of what that prints, null without one */
function speaker(host: Host, server: TmuxServer, patienceMs: number) {
  const hurried: Host = Object.create(host, { patienceMs: { value: patienceMs } });
  return (words: readonly string[]): string | null => {
    if (host.system !== "linux") return byProcess(host, server.socket, words);
    const answer = askServer(hurried, server, words)();
    if (answer.ok) return answer.value;
    return [OTHER_PROTOCOL, NO_CALLS].includes(answer.why) ? byProcess(host, server.socket, words) : null;
  };
}

/** A client that nobody waits for; not for another user's server, whom we would run a program for. */
function byProcess(host: Host, socket: string, words: readonly string[]): null {
  const owner = host.owner(socket);
  if (!owner.ok || owner.value !== host.user()) return null;
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn("tmux", ["-S", socket, ...words], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
  return null;
}

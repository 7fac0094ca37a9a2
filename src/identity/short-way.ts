import type { Reading, TmuxPane, TmuxQuery } from "../facts/facts.ts";
import type { Host } from "../facts/host.ts";
import { argumentsOf, ENVIRONMENT_BYTES, FIRST_TIME_NAMESPACE } from "../facts/linux.ts";
import { parseStat, type ProcessStat, ttyPath } from "../facts/stat.ts";
import { tmuxQuery } from "../facts/tmux.ts";
import { serves } from "./agent-servers.ts";
import { anchorText } from "./anchor.ts";
import { foundId } from "./id.ts";
import { isYounger } from "./lineage.ts";
import { tmuxText } from "./multiplexers.ts";
import { isInteractiveShell } from "./shell.ts";
import { isMultiplexer, isSshServer } from "./programs.ts";

/*
 * The commonest place of all: at a shell that somebody types at, or below it in its session, in a terminal of its own
 * or in a pane of tmux. There no hint counts but TMUX and nothing is carried anywhere, and a few files tell the ID.
 * `resolve` takes 0.3 ms longer to find the same, where an empty program takes 3.5: it has places, hints and reasons
 * to keep. Whatever is the least bit out of the ordinary is left to it. That both agree is tested on tables of every
 * kind and in real terminals.
 */

/** What the short way asks of a host. */
export type ShortHost = Pick<Host, "readText" | "readLink" | "sha256" | "pid">;

/** More steps than there are in a place that is an ordinary one. */
const MOST_STEPS = 64;

/**
 * The ID of the terminal that we are in, on Linux.
 *
 * @param ask puts a question to a tmux server, and waits for the answer when it is called again
 * @returns what `resolve` gives, undefined where that is not known for certain
 */
export function shortWay(
  host: ShortHost,
  ask: (query: TmuxQuery) => () => Reading<TmuxPane>,
): string | undefined {
  const hints = hintsOf(host);
  if (hints === undefined) return undefined;
  const { query } = hints;
  // At once, so that the answer is under way while the processes are read.
  const answer = query && ask(query);
  const leader = leaderOfOurs(host, query !== undefined);
  const outside = leader && parentOf(host, leader);
  if (leader === undefined || outside === undefined || outside.ttyNr !== 0) return undefined;
  if (answer === undefined) return isBelowServer(host, outside) ? undefined : windowId(host, leader);
  return query?.serverPid === outside.pid ? paneId(host, leader, answer()) : undefined;
}

/** What our own environment asks for; undefined where it has what is not for us to decide on. */
function hintsOf(host: ShortHost): { readonly query: TmuxQuery | undefined } | undefined {
  const own = host.readText("/proc/self/environ", ENVIRONMENT_BYTES);
  if (!own.ok) return undefined;
  const block = `\0${own.value}\0`;
  const inTmux = block.includes("\0TMUX=");
  if (mayCount(block, inTmux)) return undefined;
  const query = inTmux ? tmuxQuery(valueOf(block, "TMUX"), valueOf(block, "TMUX_PANE")) : undefined;
  return query === null ? undefined : { query };
}

function windowId(host: ShortHost, leader: ProcessStat): string | undefined {
  const tty = ttyPath(leader.ttyNr);
  const kernel = tty === null ? undefined : kernelOf(host);
  if (tty === null || kernel === undefined) return undefined;
  return foundId("anchor", host.sha256(anchorText(kernel.boot, kernel.pidNamespace, tty, leader)));
}

/** @param leader the session's, whose parent is the server */
function paneId(host: ShortHost, leader: ProcessStat, pane: Reading<TmuxPane>): string | undefined {
  // TMUX_PANE may be another pane's.
  const ours = pane.ok && pane.value.serverPid === leader.ppid &&
    pane.value.paneTty === ttyPath(leader.ttyNr);
  const kernel = ours ? kernelOf(host) : undefined;
  if (!pane.ok || kernel === undefined) return undefined;
  return foundId("tmux", host.sha256(tmuxText(kernel.boot, kernel.pidNamespace, pane.value)));
}

/** Boot and PID namespace; undefined in a time namespace too, where start times are not those of outside. */
function kernelOf(host: ShortHost): { readonly boot: string; readonly pidNamespace: string } | undefined {
  const read = host.readText("/proc/sys/kernel/random/boot_id", 64);
  const boot = read.ok ? read.value.trim() : "";
  const pidNamespace = host.readLink("/proc/self/ns/pid");
  const time = host.readLink("/proc/self/ns/time");
  const usual = pidNamespace.ok && time.ok && time.value === FIRST_TIME_NAMESPACE;
  return boot !== "" && usual ? { boot, pidNamespace: pidNamespace.value } : undefined;
}

/** Whether an environment, a zero before each variable, has one that may decide; TMUX comes before those behind it. */
const mayCount = (block: string, inTmux: boolean): boolean =>
  block.includes("\0BERTH_SESSION=") || block.includes("\0BERTH_USE=") ||
  (!inTmux &&
    (block.includes("\0TMUX=") || block.includes("\0STY=") || block.includes("\0ZELLIJ_SESSION_NAME=") ||
      block.includes("\0SSH_C")));

/** As getenv(3) has it: the first of two counts. */
function valueOf(block: string, name: string): string {
  const at = block.indexOf(`\0${name}=`);
  const from = at + name.length + 2;
  return at < 0 ? "" : block.slice(from, block.indexOf("\0", from));
}

function read(host: ShortHost, who: number | "self"): ProcessStat | undefined {
  const text = host.readText(`/proc/${who}/stat`, 4096);
  const stat = text.ok ? parseStat(text.value) : text;
  return stat.ok ? stat.value : undefined;
}

/** A process's parent where there is one to be seen, and one that is no stranger with its old number. */
function parentOf(host: ShortHost, child: ProcessStat): ProcessStat | undefined {
  const parent = read(host, child.ppid);
  return parent === undefined || isYounger(parent, child) ? undefined : parent;
}

/** Our session's leader, if it is a shell that somebody types at and nothing between us and it has a say. */
function leaderOfOurs(host: ShortHost, inTmux: boolean): ProcessStat | undefined {
  const self = read(host, "self");
  if (self === undefined || self.ttyNr === 0 || self.pid === self.sid || self.pid !== host.pid) {
    return undefined;
  }
  let process = self;
  for (let step = 0; process.pid !== self.sid; step++) {
    const parent = parentOf(host, process);
    if (parent === undefined || step > MOST_STEPS || hasSay(host, parent, self.name, inTmux)) {
      return undefined;
    }
    process = parent;
  }
  return isTypedAt(host, process) ? process : undefined;
}

/** A supervisor of ours, an agent's server, or whoever has a variable that we were not given. */
function hasSay(host: ShortHost, { pid, name }: ProcessStat, ours: string, inTmux: boolean): boolean {
  if (name === "berth" || name === ours) return true;
  if (serves({ arguments: (pid) => argumentsOf(pid, host) }, { pid, name }) !== undefined) return true;
  const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  return environment.ok && mayCount(`\0${environment.value}`, inTmux);
}

function isTypedAt(host: ShortHost, { pid, name }: ProcessStat): boolean {
  const words = argumentsOf(pid, host);
  return words.ok && isInteractiveShell(name, words);
}

/** Whether one whose children have another kind of ID is further out, with no terminal between. */
function isBelowServer(host: ShortHost, outside: ProcessStat): boolean {
  let process = outside;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (isMultiplexer(process.name) || isSshServer(process.name)) return true;
    if (process.ttyNr !== 0 || process.ppid === 0) return false;
    const parent = parentOf(host, process);
    if (parent === undefined) return true;
    process = parent;
  }
  return true;
}

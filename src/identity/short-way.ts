import { known, type Reading, type TmuxPane, type TmuxQuery } from "../facts/facts.ts";
import type { Host } from "../facts/host.ts";
import { ENVIRONMENT_BYTES, FIRST_TIME_NAMESPACE } from "../facts/linux.ts";
import { parseStat, type ProcessStat, ttyPath } from "../facts/stat.ts";
import { tmuxQuery } from "../facts/tmux.ts";
import { looksLikeServer } from "./agent-servers.ts";
import { anchorText } from "./anchor.ts";
import { foundId } from "./id.ts";
import { isYounger } from "./lineage.ts";
import { tmuxText } from "./multiplexers.ts";
import { isMultiplexer, isShell, isSshServer } from "./programs.ts";

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
  const own = host.readText("/proc/self/environ", ENVIRONMENT_BYTES);
  if (!own.ok) return undefined;
  const block = `\0${own.value}\0`;
  const inTmux = block.includes("\0TMUX=");
  if (mayCount(block, inTmux)) return undefined;
  const query = inTmux ? tmuxQuery(valueOf(block, "TMUX"), valueOf(block, "TMUX_PANE")) : undefined;
  // At once, so that the answer is under way while the processes are read.
  const answer = query ? ask(query) : NOBODY;
  const leader = query === null ? undefined : leaderOfOurs(host, inTmux);
  const outside = leader && parentOf(host, leader);
  if (leader === undefined || outside === undefined || outside.ttyNr !== 0) return undefined;
  const pane = answer();
  const tty = ttyPath(leader.ttyNr);
  const boot = host.readText("/proc/sys/kernel/random/boot_id", 64);
  const pidNamespace = host.readLink("/proc/self/ns/pid");
  const time = host.readLink("/proc/self/ns/time");
  if (tty === null || !boot.ok || !pidNamespace.ok || !time.ok || time.value !== FIRST_TIME_NAMESPACE) {
    return undefined;
  }
  const booted = boot.value.trim();
  if (booted === "" || !pane.ok) return undefined;
  if (pane.value === undefined) {
    if (isBelowServer(host, outside)) return undefined;
    return foundId("anchor", host.sha256(anchorText(booted, pidNamespace.value, tty, leader)));
  }
  if (
    pane.value.paneTty !== tty || pane.value.serverPid !== query?.serverPid || outside.pid !== query.serverPid
  ) {
    return undefined;
  }
  return foundId("tmux", host.sha256(tmuxText(booted, pidNamespace.value, pane.value)));
}

const NOBODY = (): Reading<undefined> => known(undefined);

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
  const parent = child.ppid === 0 ? undefined : read(host, child.ppid);
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
    if (parent === undefined || parent.sid !== self.sid || parent.ttyNr !== self.ttyNr) return undefined;
    if (step > MOST_STEPS || hasSay(host, parent, self.name, inTmux)) return undefined;
    process = parent;
  }
  return isTypedAt(host, process) ? process : undefined;
}

/** A supervisor of ours, an agent's server, or whoever has a variable that we were not given. */
function hasSay(host: ShortHost, { pid, name }: ProcessStat, ours: string, inTmux: boolean): boolean {
  if (name === "berth" || name === ours || looksLikeServer(name)) return true;
  const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  return environment.ok && mayCount(`\0${environment.value}`, inTmux);
}

/** A shell with no word but its name behind it, or one that only says what kind of shell it is. */
function isTypedAt(host: ShortHost, { pid, name }: ProcessStat): boolean {
  if (!isShell(name) || name === "busybox") return false;
  const words = host.readText(`/proc/${pid}/cmdline`, 4096);
  if (!words.ok || words.value === "") return false;
  const end = words.value.indexOf("\0");
  return end === words.value.length - 1 || PLAIN.includes(` ${words.value.slice(end + 1, -1)} `);
}

const PLAIN = " -l -i --login ";

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

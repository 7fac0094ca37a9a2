import type { Facts, Process } from "../facts/facts.ts";
import { isBelowDesktop } from "./job.ts";
import { type Lineage, lineage } from "./lineage.ts";
import {
  is,
  isAgent,
  isEditor,
  isRelay,
  isScript,
  isServer,
  isServing,
  isShell,
  isTerminalProgram,
  isWrapper,
} from "./programs.ts";
import { isForked, isTypedAt, isTypedIn, terminalOn, wasTypedAt } from "./typed-at.ts";

/** A terminal, by the process that stands for it. */
export interface Terminal {
  readonly tty: string;
  /** Its session leader, or the outermost process of the session that can be seen. */
  readonly anchor: Process;
  /** The anchor and its ancestors, as far as they may be ours. */
  readonly outward: Lineage;
  /** The anchor is not the leader, which cannot be seen. */
  readonly standIn: boolean;
}

/** More terminals than anybody nests in one another. */
const MAX_TERMINALS = 32;

/** What the walk saw, by PID, for `berth explain`. */
export type Notes = Record<number, string>;

/** Where a terminal is looked for. */
export interface Walk {
  readonly facts: Facts;
  /** Ourselves and our ancestors, as far as they may be ours. */
  readonly chain: Lineage;
  /** The ancestors beyond, which are not: an agent's server and whoever started that. */
  readonly foreign: Lineage;
  readonly notes: Notes;
  /** The terminals that were made for one command of a job that has none: filled when there are such. */
  readonly made: string[];
}

/**
 * The terminal that we belong to: the controlling terminal of the nearest process that has one, with every
 * terminal passed through that only carries the one it was started in.
 *
 * @returns undefined without a terminal, also where one was made for a single command by a job that has none
 */
export function findTerminal(walk: Walk): Terminal | undefined {
  const { notes, made } = walk;
  const passed: string[] = [];
  let found = nearestTerminal(walk, walk.chain);
  // Real chains end by themselves, every turn being further out; a forged table might lead round in a ring.
  for (let turns = 0; found !== undefined && turns < MAX_TERMINALS; turns++) {
    const outer = carriedBy(walk, found);
    if (outer === undefined) break;
    passed.push(found.tty);
    if (outer === "job") {
      made.push(...passed);
      notes[found.anchor.pid] = `${found.tty} was made for one command of a job that has no terminal`;
      return undefined;
    }
    const taken = outer.tty === found.tty;
    notes[found.anchor.pid] = `${found.tty} was ${
      taken ? "taken" : "made for one command"
    }; going on outward`;
    found = outer;
  }
  return found;
}

/** The terminal of the first process outward that has one. Beyond a server's process begins somebody else's. */
function nearestTerminal(walk: Walk, outward: Lineage): Terminal | undefined {
  for (let at = 0; at < outward.length; at++) {
    const process = outward[at] as Process;
    // Also a server that somebody runs in the foreground of his terminal; but we may be called what we like.
    if (process.pid !== walk.facts.self && isServing(walk.facts, process, isServer)) return undefined;
    if (process.tty !== null) return terminalOf(walk, process, process.tty, outward);
    const lost = lostTerminal(walk, process, outward.slice(at));
    if (lost !== undefined) return lost;
  }
  return undefined;
}

/**
 * The terminal that its first process leads no more, since root's `setsid -c` has given it to another session
 * (TIOCSCTTY of tty_ioctl(4)): a shell that somebody types at, or whatever a terminal emulator or a login started. It
 * stays on it. A session of its own that `setsid bash` made has a parent on the same terminal, whose that one is.
 */
function lostTerminal({ facts, notes }: Walk, process: Process, outward: Lineage): Terminal | undefined {
  if (process.sid !== process.pid) return undefined;
  const outside = outward[1];
  const led = (isShell(process.name) && isTypedAt(facts, process)) ||
    (outside !== undefined && is(facts, outside, isTerminalProgram) && !isScript(facts, outside));
  const tty = led ? terminalOn(facts, process) : undefined;
  if (tty === undefined || outward.some((other) => other.tty === tty)) return undefined;
  notes[process.pid] = `${tty} was its terminal, and another session has taken it`;
  return { tty, anchor: { ...process, tty }, outward, standIn: false };
}

function terminalOf(walk: Walk, member: Process, tty: string, outward: Lineage): Terminal | undefined {
  const { facts } = walk;
  const leader = facts.process(member.sid);
  if (leader.ok && leader.value.sid === member.sid && leader.value.tty === tty) {
    const ours = withoutForeign(walk, lineage(facts, member.sid));
    return ours.length === 0 ? undefined : { tty, anchor: leader.value, outward: ours, standIn: false };
  }
  // The leader is outside the namespace, gone or hidden: the outermost of the session that can be seen stands for it.
  const outermost = outward.findLastIndex((process) => process.sid === member.sid && process.tty === tty);
  const anchor = outward[outermost] ?? member;
  // Of a session that others were in before us, nobody else is left: we are gone after this call.
  if (anchor.pid === facts.self && member.sid !== 0) return undefined;
  return { tty, anchor, outward: outward.slice(outermost), standIn: true };
}

function withoutForeign({ foreign }: Walk, outward: Lineage): Lineage {
  if (foreign.length === 0) return outward;
  const from = outward.findIndex(({ pid }) => foreign.some((other) => other.pid === pid));
  return from < 0 ? outward : outward.slice(0, from);
}

/**
 * What this terminal only carries, if it is one that carries: the terminal that a relay was started in, or that of
 * whoever made this one for one command; `job` where the maker has none.
 */
function carriedBy(walk: Walk, { anchor, outward, standIn }: Terminal): Terminal | "job" | undefined {
  const { facts, notes } = walk;
  const beyond = outward.slice(1);
  const outside = beyond[0];
  if (outside === undefined) return walk.foreign.length > 0 && !isTypedAt(facts, anchor) ? "job" : undefined;
  const { BERTH_EXTRA_RELAYS } = facts.variables;
  if (outside.tty !== null && is(facts, outside, (name) => isRelay(name, BERTH_EXTRA_RELAYS))) {
    notes[outside.pid] = "a relay: its terminal is that of whoever started it";
    return terminalOf(walk, outside, outside.tty, beyond);
  }
  // By what is read already: a maker that is gone left its terminal to PID 1, and nobody knows what it was.
  if ((outside.pid === 1 && anchor.pid !== facts.self) || isTerminalProgram(outside.name)) return undefined;
  if (isTypedAt(facts, anchor) && !isForked(facts, anchor, outside)) return undefined;
  if (is(facts, outside, isTerminalProgram)) return undefined;
  if (wasTypedAt(facts, anchor)) {
    notes[anchor.pid] = "it took the place of the shell whose hook noted this terminal";
    return undefined;
  }
  const carries = is(facts, anchor, (name) => isWrapper(name) || isRelay(name, BERTH_EXTRA_RELAYS));
  if (carries && isTypedIn(facts, walk.chain, anchor)) return undefined;
  const outer = nearestTerminal(walk, beyond);
  // Where the leader is gone nobody knows what it was.
  if (outer !== undefined || standIn || isTypedIn(facts, walk.chain, anchor)) return outer;
  return jobOf(walk, outward, outside);
}

/**
 * A pseudoterminal that somebody without a terminal made for one command is his job's. Below a desktop it stands: it
 * may be a window of a terminal emulator that nobody knows, unless an editor or an agent made it.
 */
function jobOf({ facts }: Walk, outward: Lineage, maker: Process): "job" | undefined {
  if (!isBelowDesktop(facts, outward)) return "job";
  return is(facts, maker, (name) => isEditor(name) || isAgent(name)) ? "job" : undefined;
}

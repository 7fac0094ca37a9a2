import type { Facts, Process } from "../facts/facts.ts";
import { type Lineage, lineage } from "./lineage.ts";
import { isRelay, isServer, isShell, isTerminalProgram } from "./programs.ts";
import { isInteractiveShell } from "./shell.ts";

/** A terminal, by the process that stands for it. */
export interface Terminal {
  readonly tty: string;
  /** Its session leader, or the outermost process of the session that can be seen. */
  readonly anchor: Process;
  /** The anchor and its ancestors. */
  readonly outward: Lineage;
}

/** More terminals than anybody nests in one another. */
const MAX_TERMINALS = 32;

/** What the walk saw, by PID, for `berth explain`. */
export type Notes = Record<number, string>;

/**
 * The terminal that we belong to: the controlling terminal of the nearest process that has one, with every
 * terminal passed through that only carries the one it was started in.
 *
 * @returns undefined without a terminal, also where nobody but ourselves could stand for it
 */
export function findTerminal(facts: Facts, chain: Lineage, notes: Notes): Terminal | undefined {
  let found = nearestTerminal(facts, chain);
  // Real chains end by themselves, every turn being further out; a forged table might lead round in a ring.
  for (let turns = 0; found !== undefined && turns < MAX_TERMINALS; turns++) {
    const outer = carriedBy(facts, found, notes);
    if (outer === undefined) break;
    notes[found.anchor.pid] = `${found.tty} was made for one command; going on outward`;
    found = outer;
  }
  return found?.anchor.pid === facts.self ? undefined : found;
}

/** The terminal of the first process outward that has one. Beyond a server's process begins somebody else's. */
function nearestTerminal(facts: Facts, chain: Lineage): Terminal | undefined {
  for (let at = 0; at < chain.length; at++) {
    const process = chain[at] as Process;
    // Also a server that somebody runs in the foreground of his terminal; but we may be called what we like.
    if (process.pid !== facts.self && isServer(process.name)) return undefined;
    if (process.tty !== null) return terminalOf(facts, process, process.tty, chain);
  }
  return undefined;
}

function terminalOf(facts: Facts, member: Process, tty: string, chain: Lineage): Terminal {
  const leader = facts.process(member.sid);
  if (leader.ok && leader.value.sid === member.sid && leader.value.tty === tty) {
    return { tty, anchor: leader.value, outward: lineage(facts, member.sid) };
  }
  // The leader is outside the namespace, gone or hidden: the outermost of the session that can be seen stands for it.
  const outermost = chain.findLastIndex((process) => process.sid === member.sid && process.tty === tty);
  return { tty, anchor: chain[outermost] ?? member, outward: chain.slice(outermost) };
}

function anyTerminal(chain: Lineage): boolean {
  for (let at = 0; at < chain.length; at++) if (chain[at]?.tty !== null) return true;
  return false;
}

/** The terminal that this one only carries, if it is one that carries: a relay's, or one made for one command. */
function carriedBy(facts: Facts, { anchor, outward }: Terminal, notes: Notes): Terminal | undefined {
  const beyond = outward.slice(1);
  const outside = beyond[0];
  // Without a terminal further out there is none to carry, whatever runs in this one.
  if (outside === undefined || !anyTerminal(beyond)) return undefined;
  if (outside.tty !== null && isRelay(outside.name, facts.variables.BERTH_EXTRA_RELAYS)) {
    notes[outside.pid] = "a relay: its terminal is that of whoever started it";
    return terminalOf(facts, outside, outside.tty, beyond);
  }
  if (isTerminalProgram(outside.name)) return undefined;
  const self = anchor.pid === facts.self;
  if (!self && isShell(anchor.name) && isInteractiveShell(anchor.name, facts.arguments(anchor.pid))) {
    return undefined;
  }
  return nearestTerminal(facts, beyond);
}

import process from "node:process";
import { readEvents } from "../events/read.ts";
import type { BerthEvent } from "../events/event.ts";
import { text } from "../events/files.ts";
import { spooledEvents } from "../events/spool.ts";
import * as files from "../store/files.ts";
import { quietly } from "../store/quietly.ts";
import { type Agents, courseOf, type Known, takeIn } from "./known.ts";
import { isObject } from "./payload.ts";

const KEPT = "agents.json";
const VERSION = 1;
const MAX_BYTES = 4 * 1024 * 1024;
/** Events after which what the log comes to is kept anew, so that nobody has to read the whole of it. */
const FRESH = 128;
/** Agents that are kept, the ones last heard of. */
const MOST = 200;

/** What the log says of all agents, up to a number. */
export interface Ledger {
  readonly agents: Agents;
  /** The number of the last event that was taken in. */
  readonly seq: number;
  /** How many were read since it was kept. */
  readonly fresh: number;
}

/**
 * Read it: what is kept of it, the events since, and those that wait to be written. What is kept can be made again from
 * the log at any time.
 */
export function readLedger(directory: string): Ledger {
  const kept = readKept(directory);
  const agents: Agents = new Map(kept.agents);
  let { seq } = kept;
  let fresh = 0;
  for (const event of readEvents(directory, seq)) {
    takeIn(agents, event);
    seq = event.seq;
    fresh += 1;
  }
  for (const event of spooledEvents(directory)) takeIn(agents, event);
  return { agents, seq, fresh };
}

/** With events that were just written. */
export function withEvents(ledger: Ledger, events: readonly BerthEvent[]): Ledger {
  for (const event of events) takeIn(ledger.agents, event);
  return { ...ledger, seq: events.at(-1)?.seq ?? ledger.seq, fresh: ledger.fresh + events.length };
}

/** Keep it where many events have come since it was kept. For who holds the log's lock. */
export function keepLedger(directory: string, { agents, seq, fresh }: Ledger): void {
  if (fresh < FRESH) return;
  const newest = [...agents].sort(([, one], [, other]) => lastHeard(other) - lastHeard(one)).slice(0, MOST);
  const document = JSON.stringify({ v: VERSION, seq, agents: newest });
  const temporary = `${directory}/${KEPT}.${process.pid}.tmp`;
  quietly(() => {
    const fd = files.openNew(temporary);
    try {
      files.writeAll(fd, new TextEncoder().encode(document));
    } finally {
      files.closeSync(fd);
    }
    files.rename(temporary, `${directory}/${KEPT}`);
  });
}

function lastHeard(known: Known): number {
  const { main, subagents } = courseOf(known);
  return Math.max(main?.at ?? 0, ...Object.values(subagents).map(({ at }) => at));
}

/** What is kept, nothing where it is damaged, of another version, or newer than the log. */
function readKept(directory: string): { seq: number; agents: [string, Known][] } {
  try {
    const fd = files.openToRead(`${directory}/${KEPT}`);
    try {
      const { size } = files.fstat(fd);
      const value: unknown = size > MAX_BYTES ? null : JSON.parse(text(files.readUpTo(fd, size)));
      if (isObject(value) && value["v"] === VERSION && Number.isSafeInteger(value["seq"])) {
        const { seq, agents } = value;
        if (Array.isArray(agents) && agents.every(isEntry)) return { seq: seq as number, agents };
      }
    } finally {
      files.closeSync(fd);
    }
  } catch {
    // As it says.
  }
  return { seq: 0, agents: [] };
}

/** Written by us alone, so its shape is only looked at as far as a cut or foreign file would differ. */
function isEntry(value: unknown): value is [string, Known] {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== "string") return false;
  const known: unknown = value[1];
  return isObject(known) && typeof known["agent"] === "string" && typeof known["session"] === "string" &&
    isObject(known["process"]) && isObject(known["base"]) && isObject(known["base"]["subagents"]) &&
    Array.isArray(known["points"]);
}

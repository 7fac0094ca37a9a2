import type { BerthEvent, News, Stamp } from "../events/event.ts";
import { VERSION } from "../events/event.ts";
import { appendLocked, type Log, spool, withLog } from "../events/log.ts";
import { type AgentProcess, type Agents, courseOf, dataOf, keyOf, type Known, takeIn } from "./known.ts";
import { keepLedger, type Ledger, readLedger } from "./ledger.ts";
import type { AgentRow } from "./evidence.ts";
import type { Point } from "./point.ts";
import { type AgentStatus, type Standing, standingOf } from "./status.ts";

/** An event of an agent, and whose it is. */
export interface Report {
  readonly session: string;
  readonly agent: string;
  readonly process: AgentProcess;
  readonly point: Point;
  /** The session whose worktree it works in, where that is another one. */
  readonly worktree: string | null;
  /** Whether its process serves many conversations, and outlives them. */
  readonly server: boolean;
}

/**
 * Write an agent's event into the log, and where its status is another one with it, that too. Where somebody holds the
 * log for longer than `waitMs` the event is left for the next writer to take in.
 *
 * @returns whether its status is another one now
 */
export function reportEvent(log: Log, stamp: Stamp, report: Report, waitMs: number): boolean {
  const { session, agent, process, point, worktree, server } = report;
  const event: News = {
    type: "agent.event",
    session,
    data: dataOf(agent, process, point, { worktree, server }),
  };
  const done = withLog(log, waitMs, () => {
    const ledger = readLedger(log.directory);
    takeAll(ledger.agents, stamp, [event]);
    const known = ledger.agents.get(keyOf(session, agent, process));
    const changed = known === undefined ? null : changeOf(known, standingOf(courseOf(known)));
    const more = changed === null ? [] : [changed];
    takeAll(ledger.agents, stamp, more);
    writeKept(log, stamp, ledger, [event, ...more]);
    return { changed: changed !== null };
  });
  if (done === null) spool(log, stamp, [event]);
  return done?.changed === true;
}

/**
 * Write into the log that an agent's status is another one than was told last, where nobody has done so yet.
 * The lock is tried once: whoever holds it may be saying it at this moment.
 */
export function announce(log: Log, stamp: Stamp, key: string, row: AgentRow): void {
  withLog(log, 0, () => {
    const ledger = readLedger(log.directory);
    const known = ledger.agents.get(key);
    if (known === undefined || known.told === row.status) return;
    const { status, reason, evidence } = row;
    const changed = changeTo(known, status, reason, evidence.source);
    takeAll(ledger.agents, stamp, [changed]);
    writeKept(log, stamp, ledger, [changed]);
  });
}

/** What tells that its events come to another status than was told last; null where it was told already. */
function changeOf(known: Known, standing: Standing | null): News | null {
  if (standing === null || standing.status === known.told) return null;
  return changeTo(known, standing.status, standing.reason, `hook ${standing.event}`);
}

/** @param by what says so */
function changeTo(known: Known, to: AgentStatus, reason: string | null, by: string): News {
  const { agent, session, process: { pid, start, pidNamespace }, told: from } = known;
  const namespace = pidNamespace === null ? {} : { pidNamespace };
  return { type: "status.changed", session, data: { agent, pid, start, ...namespace, from, to, reason, by } };
}

function writeKept(log: Log, stamp: Stamp, ledger: Ledger, news: readonly News[]): void {
  const seq = appendLocked(log, stamp, news);
  // Where more was written than this, some of it may not be in the ledger; the next one reads it.
  if (seq !== ledger.seq + news.length) return;
  keepLedger(log.directory, { ...ledger, seq, fresh: ledger.fresh + news.length });
}

/** As if they had been read back. */
function takeAll(agents: Agents, stamp: Stamp, news: readonly News[]): void {
  for (const one of news) takeIn(agents, { v: VERSION, seq: 1, ...stamp, ...one } as BerthEvent);
}

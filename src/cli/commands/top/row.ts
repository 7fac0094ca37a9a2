import type { AgentRow } from "../../../agents/evidence.ts";
import type { SessionRecord } from "../../../store/record.ts";

/** What a session or its agent comes to for whoever looks after it. */
export const ATTENTION = ["waiting", "failed", "finished", "working", "idle", "unknown"] as const;
export type Attention = (typeof ATTENTION)[number];

/** What says so, and when it did (ISO 8601 UTC). */
export interface RowEvidence {
  readonly source: string;
  readonly at: string | null;
}

/** A line of the queue, as `berth top --json` prints it. */
export interface QueueRow {
  /** The session's ID. */
  readonly id: string;
  readonly short: string;
  /** PROJECT, as far as it tells the session from others of its name; null for a terminal or a label. */
  readonly project: string | null;
  readonly name: string | null;
  readonly agent: string | null;
  readonly pid: number | null;
  readonly state: Attention;
  readonly reason: string | null;
  /** Since when; ISO 8601 UTC, null where nothing tells. */
  readonly since: string | null;
  readonly evidence: RowEvidence | null;
  /** Whether its person was there since. */
  readonly seen: boolean;
  readonly host: string | null;
  readonly branch: string | null;
}

/** An agent of a session, with whether its last turn came to its end by itself. */
export interface AgentFound {
  readonly row: AgentRow;
  readonly done: boolean;
}

/** What a session's rows are made of. */
export interface RowSource {
  readonly record: SessionRecord;
  readonly short: string;
  readonly project: string | null;
  readonly branch: string | null;
  readonly host: string | null;
  readonly agents: readonly AgentFound[];
  /** Whether its run goes on; null where that cannot be told. */
  readonly running: boolean | null;
  /** When its person was there last, ISO 8601 UTC. */
  readonly seenAt: string | null;
}

type Standing = Pick<QueueRow, "state" | "reason" | "since" | "evidence">;

/** The rows of a session: one for each agent, else one for what ran or was said of it; none for a mere terminal. Pure. */
export function rowsOfSession(subject: RowSource): QueueRow[] {
  const { record, agents } = subject;
  if (agents.length > 0) {
    return agents.map(({ row, done }) => rowOf(subject, ofAgent(row, done), row.agent, row.pid));
  }
  const standing = ofRun(subject);
  const isShown = record.name !== undefined || record.run !== undefined || standing.state !== "idle";
  return isShown ? [rowOf(subject, standing, null, record.run?.pid ?? null)] : [];
}

function rowOf(subject: RowSource, standing: Standing, agent: string | null, pid: number | null): QueueRow {
  const { record, short, project, branch, host, seenAt } = subject;
  const { since } = standing;
  return {
    id: record.id,
    short,
    project,
    name: record.name ?? null,
    agent,
    pid,
    ...standing,
    seen: seenAt !== null && since !== null && Date.parse(seenAt) >= Date.parse(since),
    host,
    branch,
  };
}

const STATE_OF: Readonly<Record<AgentRow["status"], Attention>> = {
  active: "working",
  waiting: "waiting",
  idle: "idle",
  error: "failed",
  unknown: "unknown",
};

function ofAgent({ status, reason, since, evidence }: AgentRow, done: boolean): Standing {
  // Who pressed Esc sits there, and has nothing to be called for.
  const state = status === "idle" && done ? "finished" : STATE_OF[status];
  return { state, reason, since, evidence };
}

function ofRun({ record, running }: RowSource): Standing {
  const { run, status } = record;
  const isLost = run !== undefined && run.state !== "CLEANED" && run.state !== "CREATED" && running === false;
  if ((!isLost && status === "waiting") || (run === undefined && status === "error")) return ofStatus(record);
  if (run === undefined || run.state === "CREATED") {
    return { state: "idle", reason: null, since: record.lastActivity, evidence: null };
  }
  const source = `run ${run.n}`;
  if (run.state === "CLEANED") {
    const since = run.endedAt ?? record.updatedAt;
    return { ...ended(record), since, evidence: { source, at: since } };
  }
  const since = run.startedAt ?? record.updatedAt;
  const at = record.lastActivity;
  if (running === null) {
    const reason = "its process cannot be seen from here";
    return { state: "unknown", reason, since, evidence: { source, at } };
  }
  if (isLost) return { state: "failed", reason: "its process is gone", since, evidence: { source, at } };
  const state = status === "error" ? "failed" : status === "idle" ? "idle" : "working";
  return { state, reason: programOf(run.command), since, evidence: { source, at } };
}

/** What `berth status` said. */
function ofStatus(record: SessionRecord): Standing {
  const said = record.history.findLast(({ kind, to }) => kind === "status" && to === record.status);
  const since = said?.at ?? record.updatedAt;
  return {
    state: record.status === "waiting" ? "waiting" : "failed",
    reason: record.currentPhase ?? null,
    since,
    evidence: { source: "berth status", at: since },
  };
}

/** A run that is over. Who stopped it knows. */
function ended({ run, status }: SessionRecord): Pick<QueueRow, "state" | "reason"> {
  const { exitCode = null, reason = null, command = [] } = run ?? {};
  const program = programOf(command);
  if (status === "stopped" || reason === "stopped") {
    return { state: "idle", reason: `${program} was stopped` };
  }
  if (exitCode === 0) return { state: "finished", reason: `${program} is done` };
  const how = exitCode === null ? reason ?? "it is not known how" : `status ${exitCode}`;
  return { state: "failed", reason: `${program} ended: ${how}` };
}

/** Its name alone: arguments may hold what is nobody's business. */
const programOf = ([program = ""]: readonly string[]): string => program.split(/[\\/]/).at(-1) || program;

import type { Alive } from "../store/liveness.ts";
import type { AgentRow, Evidence } from "./evidence.ts";
import { courseOf, type Known } from "./known.ts";
import { type Course, type Standing, standingOf } from "./status.ts";

export interface Case {
  readonly known: Known;
  /** Whether its process lives; null where that cannot be told. */
  readonly alive: Alive;
  readonly evidence: Evidence | null;
  /** How long a waiting is believed, in ms, and since when somebody may have typed something, ms since 1970. */
  readonly waitingMs: number | undefined;
  readonly typedAt: number | null;
  readonly now: number;
}

/** What the agent is doing: the newest proof counts. Null when it is gone. Pure. */
export function judge(found: Case): AgentRow | null {
  const { known, alive } = found;
  const course = courseOf(known);
  if (alive === false || (course.ended && (alive !== true || known.server === true))) return null;
  const row = (
    status: AgentRow["status"],
    reason: string | null,
    since: number | null,
    source: string,
    at: number | null,
  ): AgentRow => ({
    agent: known.agent,
    pid: known.process.pid,
    conversation: course.conversation,
    status,
    reason,
    since: since === null ? null : iso(since),
    evidence: { source, at: at === null ? null : iso(at) },
  });
  const standing = standingIn(course);
  if (alive === null) {
    const why = known.process.pid === null
      ? "its process is not known"
      : "its process cannot be seen from here";
    return row("unknown", why, null, by(standing), standing?.at ?? null);
  }
  const evidence = believed(found);
  if (evidence !== null && outweighs(evidence, standing, course)) {
    const reason = reasonOf(evidence, standing);
    return row(evidence.status, reason, sinceOf(evidence, standing), evidence.source, evidence.at);
  }
  if (standing === null) {
    return row("unknown", "nothing was heard of what it does", null, "process", found.now);
  }
  if (isStale(found, standing)) {
    return row("unknown", "nothing was heard since it asked", standing.at, by(standing), standing.at);
  }
  const reason = standing.status === "waiting" ? reasonOf(standing, evidence) : standing.reason;
  return row(standing.status, reason, standing.since, by(standing), standing.at);
}

/** How far a clock may be ahead of ours, in ms: what says that it is of later than that says nothing. */
const AHEAD_MS = 60_000;

const believed = ({ evidence, now }: Case): Evidence | null =>
  evidence !== null && evidence.at > now + AHEAD_MS ? null : evidence;

/** Reasons that do not say what is asked for. */
const VAGUE: readonly (string | null)[] = [null, "an answer", "permission", "permission prompt"];

/** How far apart an event and the agent's own word of the same waiting come, in ms, on a machine that is busy. */
const SAME_MS = 5000;

interface Word {
  readonly status: AgentRow["status"];
  readonly reason: string | null;
  readonly at: number;
}

/** What is waited for, by the newer of two words; the older one is heard where it says more of the same waiting. */
function reasonOf(newer: Word, older: Word | null): string | null {
  if (older === null || older.status !== newer.status || !VAGUE.includes(newer.reason)) return newer.reason;
  const same = newer.status !== "waiting" || Math.abs(newer.at - older.at) <= SAME_MS;
  return same && !VAGUE.includes(older.reason) ? older.reason : newer.reason ?? older.reason;
}

const by = (standing: Standing | null): string => standing === null ? "none" : `hook ${standing.event}`;
const iso = (at: number): string => new Date(at).toISOString();

/** A process that lives after its conversation ended asks for another one. */
function standingIn(course: Course): Standing | null {
  if (!course.ended) return standingOf(course);
  const { main } = course;
  return main === null ? null : { ...main, status: "idle", reason: "its conversation ended", since: main.at };
}

function outweighs(evidence: Evidence, standing: Standing | null, { subagents, left }: Course): boolean {
  if (standing === null) return true;
  if (evidence.at < standing.at) return false;
  if (evidence.status !== "idle") return true;
  // Idle it is after a turn that failed as well, and while subagents that it left behind work on.
  if (standing.status === "error") return false;
  return !(standing.status === "active" && left.some((id) => Object.hasOwn(subagents, id)));
}

/** Where both say the same, it is so since the earlier of the two. */
const sinceOf = (evidence: Evidence, standing: Standing | null): number =>
  standing !== null && standing.status === evidence.status
    ? Math.min(standing.since, evidence.at)
    : evidence.at;

/** No event tells that somebody has said no, and nobody was at the terminal for so long. */
function isStale({ waitingMs, typedAt, now }: Case, { status, at }: Standing): boolean {
  if (waitingMs === undefined || status !== "waiting") return false;
  return now - Math.max(at, typedAt ?? 0) > waitingMs;
}

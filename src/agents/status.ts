import type { Point, PointKind } from "./point.ts";

export const AGENT_STATUSES = ["active", "waiting", "idle", "error", "unknown"] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** What is known of an agent, or of one of its subagents, after some of its events. */
export interface Standing {
  readonly status: AgentStatus;
  readonly reason: string | null;
  /** Since when, ms since 1970. */
  readonly since: number;
  /** When it was last heard of, and by what. */
  readonly at: number;
  readonly event: string;
}

/** What the events of one agent's process come to, as far as they were taken in. Plain data. */
export interface Course {
  readonly main: Standing | null;
  readonly subagents: Readonly<Record<string, Standing>>;
  /** Subagents that are over, the last ones: what else is told of them is not the agent's own. */
  readonly past: readonly string[];
  /** Subagents that the end of a turn left at work. */
  readonly left: readonly string[];
  /** Commands that run behind the end of a turn. */
  readonly commands: number;
  readonly ended: boolean;
  /** That its last turn came to its end by itself: there is something to look at. */
  readonly done?: boolean;
  readonly conversation: string | null;
}

const KEPT_PAST = 32;

export const NO_COURSE: Course = {
  main: null,
  subagents: {},
  past: [],
  left: [],
  commands: 0,
  ended: false,
  conversation: null,
};

const STATUS_OF: Readonly<Record<Exclude<PointKind, "note" | "end">, AgentStatus>> = {
  start: "idle",
  work: "active",
  permission: "waiting",
  finish: "idle",
  settle: "idle",
  cancelled: "idle",
  error: "error",
};

/** A point, and when it counts as having happened. */
export interface Timed extends Point {
  readonly when: number;
}

/** Take in the next event. Pure; the same event twice changes nothing. */
export function step(course: Course, point: Timed): Course {
  const subagent = subagentOf(course, point);
  if (subagent !== undefined) return ofSubagent(course, subagent, point);
  if (point.kind === "note") return heard(course, point);
  if (point.kind === "end") {
    return { ...heard(course, point), ended: true, subagents: {}, left: [], commands: 0 };
  }
  const next = { ...course, ended: false, ...conversationOf(point), ...behind(course, point) };
  // A turn that failed is over, and that it is over does not undo it.
  if (point.kind === "settle" && course.main?.status === "error") return heard(next, point);
  return { ...next, ...doneBy(point.kind), main: standing(course.main, point, STATUS_OF[point.kind]) };
}

/** A turn that settles was over before, or was stopped by whoever sits there. */
const doneBy = (kind: PointKind): Partial<Course> => kind === "settle" ? {} : { done: kind === "finish" };

/** A subagent is told by its own ID, or by a conversation of its own that we have seen begin. */
function subagentOf({ subagents, past, conversation }: Course, point: Point): string | undefined {
  if (point.subagent !== undefined) return point.subagent;
  const { conversation: own } = point;
  return own !== undefined && own !== conversation && (Object.hasOwn(subagents, own) || past.includes(own))
    ? own
    : undefined;
}

function ofSubagent(course: Course, id: string, point: Timed): Course {
  const { [id]: known, ...others } = course.subagents;
  const over = point.begins === false ||
    ["finish", "settle", "cancelled", "error", "end"].includes(point.kind);
  if (over) {
    const past = [...course.past.filter((one) => one !== id), id].slice(-KEPT_PAST);
    return { ...course, subagents: others, past, left: course.left.filter((one) => one !== id) };
  }
  if (point.kind === "note") return course;
  const { kind } = point;
  return {
    ...course,
    subagents: { ...others, [id]: standing(known ?? null, point, STATUS_OF[kind as "work"]) },
  };
}

/** What goes on behind: a new turn, or one that was stopped, leaves what the last one left. */
function behind(
  { subagents, left, commands }: Course,
  { kind, background, when, event }: Timed,
): Partial<Course> {
  if (background !== undefined) {
    const kept = background.subagents.map((
      id,
    ) => [id, subagents[id] ?? standing(null, { event, when }, "active")]);
    return { subagents: Object.fromEntries(kept), left: background.subagents, commands: background.commands };
  }
  if (kind === "cancelled" || kind === "start") return { subagents: {}, left: [], commands: 0 };
  // The turn is over, and with it those that it waited for, whether their end was told or not.
  if (kind === "finish" || kind === "settle") {
    const kept = Object.entries(subagents).filter(([id]) => left.includes(id));
    return { subagents: Object.fromEntries(kept), left, commands };
  }
  return { subagents, left, commands };
}

const conversationOf = ({ conversation }: Point): Partial<Course> =>
  conversation === undefined ? {} : { conversation };

function heard(course: Course, { when, event }: Timed): Course {
  return course.main === null ? course : { ...course, main: { ...course.main, at: when, event } };
}

function standing(
  before: Standing | null,
  { when, event, reason = undefined }: Pick<Timed, "when" | "event"> & { reason?: string },
  status: AgentStatus,
): Standing {
  const same = before !== null && before.status === status;
  // A reminder says less than what it reminds of.
  const kept = same && status === "waiting" && (reason === undefined || reason === "permission");
  const words = kept ? before.reason ?? reason ?? null : reason ?? null;
  return { status, reason: words, since: same ? before.since : when, at: when, event };
}

/** What the agent is doing by its events alone; null where it is not known to do anything. */
export function standingOf({ main, subagents, commands }: Course): Standing | null {
  const working = Object.values(subagents);
  const waiting = working.find(({ status }) => status === "waiting");
  if (waiting !== undefined && main?.status !== "waiting") {
    return { ...waiting, reason: `a subagent: ${waiting.reason ?? "permission"}` };
  }
  if (main === null) return null;
  if (main.status !== "idle") return main;
  const [first] = working;
  if (first !== undefined) {
    const at = Math.max(...working.map((one) => one.at), main.at);
    return { ...main, status: "active", reason: "a subagent works", since: first.since, at };
  }
  return commands > 0 && main.reason === null ? { ...main, reason: commandsRun(commands) } : main;
}

const commandsRun = (count: number): string =>
  count === 1 ? "a command runs in the background" : `${count} commands run in the background`;

import type { BerthEvent } from "../events/event.ts";
import { isObject, isTime, type Payload } from "./payload.ts";
import { KINDS, type Point } from "./point.ts";
import { type Course, NO_COURSE, step, type Timed } from "./status.ts";

/** Events that are kept to be put in order, where they carry times: they come in any order, a few of them late. */
const KEPT_POINTS = 64;

/** The process of an agent: told by PID, start time and boot, as every process is. */
export interface AgentProcess {
  readonly pid: number | null;
  readonly start: string | null;
  readonly boot: string | null;
  readonly host: string | null;
  readonly pidNamespace: string | null;
}

/** What the log tells of one agent. Plain data, so that it can be kept. */
export interface Known {
  readonly agent: string;
  readonly session: string;
  readonly process: AgentProcess;
  /** The session whose worktree it was in last. */
  readonly worktree?: string;
  /** What all events before `points` come to. */
  readonly base: Course;
  /** The last ones, in order. */
  readonly points: readonly Timed[];
  /** The status that was told last, by a `status.changed`. */
  readonly told: string | null;
  /** That no event ever told of it: found by its process, and not in the log. */
  readonly unheard?: true;
  /** That its process serves many conversations, and outlives them. */
  readonly server?: true;
}

/** All agents of a log, by a key of session, agent and process. */
export type Agents = Map<string, Known>;

/** What an `agent.event` of the log holds. */
export interface AgentData extends Payload {
  readonly agent: string;
  readonly pid: number | null;
  readonly start: string | null;
}

/** The data of an agent's event, as it stands in the log. */
export const dataOf = (
  agent: string,
  process: AgentProcess,
  point: Point,
  { worktree, server }: { readonly worktree: string | null; readonly server: boolean },
): AgentData => ({
  agent,
  pid: process.pid,
  start: process.start,
  ...process.pidNamespace === null ? {} : { pidNamespace: process.pidNamespace },
  ...worktree === null ? {} : { worktree },
  ...server ? { server } : {},
  ...point,
});

/** Boot IDs are random, so that of another host is another one, whatever the host is called. */
export const keyOf = (session: string, agent: string, { pid, start, boot }: AgentProcess): string =>
  JSON.stringify([session, agent, boot, pid, start]);

/** Take in an event of the log; what is of no agent changes nothing. */
export function takeIn(agents: Agents, event: BerthEvent): void {
  if (event.session === null) return;
  if (event.type === "agent.event") return takeAgentEvent(agents, event, event.session);
  if (event.type !== "status.changed" || typeof event.data["agent"] !== "string") return;
  const found = identityOf(event);
  const key = keyOf(event.session, event.data["agent"], found);
  const known = agents.get(key);
  if (known !== undefined) agents.set(key, { ...known, told: String(event.data["to"]) });
}

function takeAgentEvent(agents: Agents, event: BerthEvent, session: string): void {
  const { data, time } = event;
  const agent = data["agent"];
  const point = pointIn(data);
  if (typeof agent !== "string" || point === null) return;
  const process = identityOf(event);
  const key = keyOf(session, agent, process);
  const known = agents.get(key) ?? { agent, session, process, base: NO_COURSE, points: [], told: null };
  const added = add(known, { ...point, when: point.at ?? (Date.parse(time) || 0) });
  const { worktree: _, server: _server, ...rest } = added;
  const { worktree, server } = data;
  agents.set(key, {
    ...rest,
    ...typeof worktree === "string" ? { worktree } : {},
    ...server === true ? { server } : {},
  });
}

/** With one more event: by its own time where it has one, else as it came. */
export function add(known: Known, point: Timed): Known {
  if (point.at === undefined) return { ...known, base: step(known.base, point) };
  if (known.points.some((one) => isSame(one, point))) return known;
  const points = [...known.points, point].sort(byTime);
  const [first] = points;
  if (points.length <= KEPT_POINTS || first === undefined) return { ...known, points };
  return { ...known, base: step(known.base, first), points: points.slice(1) };
}

/** What of two events of the same ms is the later one: what ends a thing follows what begins it. */
const byTime = (one: Timed, other: Timed): number =>
  one.when - other.when || KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) ||
  compare(JSON.stringify(one), JSON.stringify(other));

const compare = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0;

const isSame = (one: Timed, other: Timed): boolean =>
  one.when === other.when && one.event === other.event && JSON.stringify(one) === JSON.stringify(other);

/** All its events, put together. */
export const courseOf = ({ base, points }: Known): Course => points.reduce(step, base);

function identityOf({ data, boot, host }: BerthEvent): AgentProcess {
  const { pid, start, pidNamespace } = data;
  return {
    pid: typeof pid === "number" ? pid : null,
    start: typeof start === "string" ? start : null,
    boot,
    host,
    pidNamespace: typeof pidNamespace === "string" ? pidNamespace : null,
  };
}

/** The point in an event's data; null where a later version wrote what we do not know. */
function pointIn(data: Payload): Point | null {
  const { event, kind, conversation, subagent, tool, reason, at, background, begins } = data;
  if (typeof event !== "string" || !(KINDS as readonly unknown[]).includes(kind)) return null;
  const texts = Object.entries({ conversation, subagent, tool, reason })
    .filter(([, value]) => typeof value === "string");
  return {
    event,
    kind: kind as Point["kind"],
    ...Object.fromEntries(texts),
    ...isTime(at) ? { at } : {},
    ...typeof begins === "boolean" ? { begins } : {},
    ...backgroundIn(background),
  };
}

function backgroundIn(value: unknown): Pick<Point, "background"> | Record<string, never> {
  if (!isObject(value) || !Array.isArray(value["subagents"])) return {};
  const { commands } = value;
  const subagents = value["subagents"].filter((id): id is string => typeof id === "string");
  return { background: { subagents, commands: typeof commands === "number" ? commands : 0 } };
}

import { recordName } from "../../../store/names.ts";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { FOLDER, isUuid, sessionId } from "../../../sessions/model/worktree-path.ts";
import { holdFor } from "./holder.ts";
import { openFacts } from "../../../facts/open.ts";
import type { Host } from "../../../facts/host.ts";
import type { Resolution } from "../../../identity/resolution.ts";
import { openLog, prepare, stampOf } from "../../../events/observe.ts";
import { writerOn } from "../../../events/host.ts";
import type { Agent } from "../../../agents/agent.ts";
import { loadAgent } from "../../../agents/agents.ts";
import { agentServer } from "../../../identity/agent-servers.ts";
import { lineage } from "../../../identity/lineage.ts";
import { isObject, type Payload, wordIn } from "../../../agents/payload.ts";
import type { Point } from "../../../agents/point.ts";
import { callerOf, identityOf } from "../../../agents/process.ts";
import { reportEvent } from "../../../agents/report.ts";
import type { Store } from "../../../store/open.ts";
import { readRecord } from "../../../store/read.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { updateSession } from "../../../store/update.ts";
import type { Context, Input } from "../../command.ts";
import { originOf, storeOf } from "../../mean/session.ts";
import { readPayload } from "./stdin.ts";

/** How long an agent waits for others that write, in milliseconds; then its event is left for them. */
const WAIT_MS = 10;

/**
 * Note an event of an agent. Whatever happens, the agent goes on: nothing is said, and the status is 0. Where no
 * session is known, nothing is noted.
 */
export async function hook(
  context: Context,
  input: Input,
  [name = "", event]: readonly string[],
): Promise<void> {
  try {
    const agent = await loadAgent(name);
    const payload = readPayload(context.host);
    if (agent === null || payload === null) return;
    await note(await hurried(context, variablesFor(context, agent, payload)), input, agent, payload, event);
  } catch (error) {
    if (context.host.variables["BERTH_DEBUG"]) context.say(`berth: ${String(error)}\n`);
  }
}

async function note(
  context: Hurried,
  input: Input,
  agent: Agent,
  payload: Payload,
  event: string | undefined,
): Promise<void> {
  const point = inTime(agent.normalise(payload, event), context.now().getTime());
  const { id, stable } = context.resolution();
  if (point === null || !stable) return;
  const store = storeOf(context, input, "agent hook");
  const record = await recordOf(context, store, id);
  const writer = writerOn(store, context.facts.boot);
  const caller = callerOf(context.facts, agent.programs);
  const process = identityOf(context.facts, caller, writer.host);
  const server = agentServer(context.facts, lineage(context.facts, context.facts.self)) !== undefined;
  const worktree = sessionOfWorktree(payload, store);
  if (caller !== null && worktree !== null && worktree !== id) {
    await holdFor(context, store, worktree, agent.name, caller, WAIT_MS).catch(() => {
      // Somebody is at it; the next event comes soon.
    });
  }
  const log = await openLog(store);
  prepare(log);
  const changed = reportEvent(
    log,
    stampOf(store, writer),
    { session: id, agent: agent.name, process, point, worktree, server },
    WAIT_MS,
  );
  if (changed) context.later(() => push(context, store, id));
  if (agent.environmentFile !== undefined) {
    tellSession(agent.environmentFile(point, context.host.variables), id);
  }
  const answer = agent.answer?.({
    point,
    session: id,
    name: record?.name,
    variables: context.host.variables,
  });
  if (answer !== undefined && isObject(answer)) context.out(`${JSON.stringify(answer)}\n`);
}

/** How far an event's own time may be from when it is told, in ms: another clock's time would order it wrongly for good. */
const APART_MS = 10 * 60_000;

const inTime = (point: Point | null, now: number): Point | null =>
  point?.at === undefined || Math.abs(point.at - now) <= APART_MS ? point : { ...point, at: now };

async function push(context: Hurried, store: Store, id: string): Promise<void> {
  const { pushSession } = await import("../../mean/push-marks.ts");
  // What was waited for before counts too.
  await pushSession(context, store, id, {
    patienceMs: Math.max(1, PATIENCE_MS - performance.now() + context.since),
  });
}

/** The session's record, made where there is none, so that the session is listed with its agent. */
async function recordOf(context: Context, store: Store, id: string): Promise<SessionRecord | null> {
  try {
    const kept = readRecord(store, id);
    if (kept !== null) return kept;
    const origin = originOf(context, context.resolution());
    return await updateSession(store, id, () => {}, { origin, waitMs: WAIT_MS });
  } catch {
    // Somebody is at it, or the store is read-only: the event is what counts.
    return null;
  }
}

/** The session whose worktree the agent works in, by the directory that its payload names. */
function sessionOfWorktree(payload: Payload, store: Store): string | null {
  const cwd = payload["cwd"];
  if (typeof cwd !== "string") return null;
  const [, folder, uuid = ""] = /(?:^|[\\/])([^\\/]*)[\\/]([0-9a-f-]{36})(?:[\\/]|$)/.exec(cwd) ?? [];
  if (!isUuid(uuid)) return null;
  // Elsewhere many a directory is called so.
  return folder === FOLDER || store.backend.stat(recordName(sessionId(uuid))) !== null
    ? sessionId(uuid)
    : null;
}

/** Let the commands that the agent runs know their session, by a file that it reads before each of them. */
function tellSession(file: string | undefined, id: string): void {
  if (file === undefined) return;
  const line = `export BERTH_SESSION_ID=${id}\n`;
  const there = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (!there.includes(line)) {
    appendFileSync(file, `${there === "" || there.endsWith("\n") ? "" : "\n"}${line}`);
  }
}

/** An agent waits for its hook, so a tmux that hangs is waited for less long than at a prompt, in milliseconds. */
const PATIENCE_MS = 100;

interface Hurried extends Context {
  /** When it began, on the clock of `performance`. */
  readonly since: number;
}

/** What a server of the agent's runs is of a conversation, and some tell hooks of it in the payload alone. */
function variablesFor({ host: { variables } }: Context, agent: Agent, payload: Payload): Host["variables"] {
  const { conversationVariable: name } = agent;
  const conversation = wordIn(payload, "session_id");
  return name === undefined || conversation === undefined || variables[name] !== undefined
    ? variables
    : { ...variables, [name]: conversation };
}

async function hurried(context: Context, variables: Host["variables"]): Promise<Hurried> {
  const host: Host = Object.create(context.host, {
    patienceMs: { value: PATIENCE_MS },
    variables: { value: variables },
  });
  const facts = await openFacts(host);
  let found: Resolution | undefined;
  return {
    ...context,
    since: performance.now(),
    facts,
    resolution: () => found ??= context.decide(facts, context.request, context.deps),
  };
}

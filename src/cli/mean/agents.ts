import type { AgentRow, Seen } from "../../agents/evidence.ts";
import { resolve } from "../../identity/resolve.ts";
import type { Store } from "../../store/open.ts";
import { ago } from "../say/columns.ts";
import type { Context } from "../command.ts";
import { machineOf } from "./machine.ts";

/** The agents of sessions, by the sessions' IDs, as they are now. What looks at them is loaded where there is a log. */
export async function agentsOf(
  context: Context,
  store: Store,
  id?: string,
  machine = machineOf(context, store),
): Promise<Map<string, Seen[]>> {
  // Without a log nobody has told of any.
  // What agents do is in the log of their own machine.
  if (store.backend.view !== undefined || store.backend.stat("events/events.jsonl") === null) {
    return new Map();
  }
  const { lookAtAgents } = await import("../../agents/look.ts");
  const { host, now } = context;
  return await lookAtAgents(
    store.backend.locate("events"),
    { host, machine, now },
    id,
  );
}

/** As `agentsOf`, with those that no event ever told of: for who looks once, since all processes are gone through. */
export async function everyAgentOf(
  context: Context,
  store: Store,
  id?: string,
): Promise<Map<string, Seen[]>> {
  const machine = machineOf(context, store);
  const heard = await agentsOf(context, store, undefined, machine);
  if (store.backend.view !== undefined) return heard;
  const { unheardAgents } = await import("../../agents/unheard.ts");
  const unheard = unheardAgents(context, [...heard.values()].flat(), (pid) => sessionAt(context, pid));
  if (unheard.size === 0) return heard;
  const { lookAtKnown } = await import("../../agents/look.ts");
  const { host, now } = context;
  for (const [session, seen] of await lookAtKnown(unheard, { host, machine, now }, id)) {
    heard.set(session, [...heard.get(session) ?? [], ...seen]);
  }
  return heard;
}

const ENVIRONMENT_BYTES = 1 << 20;

/** The session of a process, by the decision that it would come to itself; null where its store is not surely ours. */
function sessionAt({ facts, host, request, deps }: Context, pid: number): string | null {
  const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  if (!environment.ok) return null;
  const set = new Set(
    environment.value.split("\0").filter((one) => /^(BERTH_HOME|HOME|XDG_\w+_HOME)=/.test(one)),
  );
  const ours = Object.entries(host.variables)
    .filter(([name, value]) => value !== undefined && /^(BERTH_HOME|HOME|XDG_\w+_HOME)$/.test(name));
  if (set.size !== ours.length || !ours.every(([name, value]) => set.has(`${name}=${value}`))) return null;
  try {
    return resolve(facts, { scope: request.scope, of: pid }, deps).id;
  } catch {
    return null;
  }
}

/** Of one session. */
export async function agentsIn(context: Context, store: Store, id: string): Promise<AgentRow[]> {
  return rowsOf((await agentsOf(context, store, id)).get(id));
}

/** Of one session, with those that no event ever told of. */
export async function everyAgentIn(context: Context, store: Store, id: string): Promise<AgentRow[]> {
  return rowsOf((await everyAgentOf(context, store, id)).get(id));
}

export const rowsOf = (seen: readonly Seen[] | undefined): AgentRow[] => (seen ?? []).map(({ row }) => row);

/** `claude waiting 3m: permission for Bash`. */
export function agentInWords({ agent, status, reason, since }: AgentRow, now: Date): string {
  const age = since === null ? "" : ` ${ago(since, now)}`;
  return `${agent} ${status}${age}${reason === null ? "" : `: ${reason}`}`;
}

/** An agent with what says so, and how old that is. */
export function agentAtLength(row: AgentRow, now: Date): string {
  const { source, at } = row.evidence;
  return `${agentInWords(row, now)} (${source}${at === null ? "" : `, ${ago(at, now)}`})`;
}

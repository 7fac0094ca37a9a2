import type { AgentRow, Seen } from "../../agents/evidence.ts";
import { machineFrom } from "../../store/liveness.ts";
import type { Store } from "../../store/open.ts";
import { ago } from "../say/amounts.ts";
import type { Context } from "../command.ts";
import { machineOf } from "./machine.ts";
import { openUnheard, withUnheard } from "./unheard.ts";

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

/** As `agentsOf`, with those that no event ever told of. All sessions', since one that is heard of is not looked for. */
export async function everyAgentOf(
  context: Context,
  store: Store,
  look = openUnheard(context, store),
  facts = context.facts,
): Promise<Map<string, Seen[]>> {
  const heard = await agentsOf(context, store, undefined, machineFrom(facts, store));
  return withUnheard(heard, await look(facts, [...heard.values()].flat()));
}

/** Of one session. */
export async function agentsIn(context: Context, store: Store, id: string): Promise<AgentRow[]> {
  return rowsOf((await agentsOf(context, store, id)).get(id));
}

/** Of one session, with those that no event ever told of. */
export async function everyAgentIn(context: Context, store: Store, id: string): Promise<AgentRow[]> {
  return rowsOf((await everyAgentOf(context, store)).get(id));
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

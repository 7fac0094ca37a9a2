import type { Seen } from "../../agents/evidence.ts";
import type { Agents } from "../../agents/known.ts";
import { MAY_BE_AGENTS } from "../../agents/programs.ts";
import type { Facts } from "../../facts/facts.ts";
import { processesNamed } from "../../facts/processes-named.ts";
import { machineFrom } from "../../store/liveness.ts";
import type { Store } from "../../store/open.ts";
import type { Context } from "../command.ts";

/** How long what was found counts as all that there is, in ms: each time all processes are gone through. */
const ANEW_MS = 3000;

/** @param facts as they are now @param heard those that events told of */
export type LookForUnheard = (facts: Facts, heard: readonly Seen[]) => Promise<Map<string, Seen[]>>;

/** Finds the agents that no event ever told of, by their sessions; for who looks once, and for who looks on and on. */
export function openUnheard(context: Context, store: Store): LookForUnheard {
  let found: Agents = new Map();
  let foundAt = -Infinity;
  return async (facts, heard) => {
    const { host, now } = context;
    // What agents do is known on their own machine.
    if (store.backend.view !== undefined) return new Map();
    if (performance.now() - foundAt >= ANEW_MS) {
      found = await find(context, facts, heard);
      foundAt = performance.now();
    }
    if (found.size === 0) return new Map();
    const [{ lookAtKnown }, { stillUnheard }] = await Promise.all([
      import("../../agents/look.ts"),
      import("../../agents/unheard.ts"),
    ]);
    const machine = machineFrom(facts, store);
    return await lookAtKnown(stillUnheard(facts, found, heard), { host, machine, now });
  };
}

/** By their names first: on most machines there is none, and nothing more is loaded. */
async function find(context: Context, facts: Facts, heard: readonly Seen[]): Promise<Agents> {
  const pids = processesNamed(context.host, (name) => MAY_BE_AGENTS.has(name));
  if (pids.length === 0) return new Map();
  const { unheardAgents } = await import("../../agents/unheard.ts");
  return unheardAgents(facts, pids, heard, (pid) => sessionAt(context, facts, pid));
}

const ENVIRONMENT_BYTES = 1 << 20;

/** The session of a process, by the decision that it would come to itself; null where its store is not surely ours. */
function sessionAt({ host, request, deps, decide }: Context, facts: Facts, pid: number): string | null {
  const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
  if (!environment.ok) return null;
  const set = new Set(
    environment.value.split("\0").filter((one) => /^(BERTH_HOME|HOME|XDG_\w+_HOME)=/.test(one)),
  );
  const ours = Object.entries(host.variables)
    .filter(([name, value]) => value !== undefined && /^(BERTH_HOME|HOME|XDG_\w+_HOME)$/.test(name));
  if (set.size !== ours.length || !ours.every(([name, value]) => set.has(`${name}=${value}`))) return null;
  try {
    return decide(facts, { scope: request.scope, of: pid }, deps).id;
  } catch {
    return null;
  }
}

/** Both by their sessions, those that were heard of first. */
export function withUnheard(
  heard: ReadonlyMap<string, readonly Seen[]>,
  unheard: ReadonlyMap<string, readonly Seen[]>,
): Map<string, Seen[]> {
  const all = new Map<string, Seen[]>();
  for (const [id, seen] of heard) all.set(id, [...seen]);
  for (const [id, seen] of unheard) all.set(id, [...all.get(id) ?? [], ...seen]);
  return all;
}

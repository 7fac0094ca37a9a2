import type { Facts, Process } from "../facts/facts.ts";
import type { Host } from "../facts/host.ts";
import { processesNamed } from "../facts/processes-named.ts";
import { lineage } from "../identity/lineage.ts";
import type { Seen } from "./evidence.ts";
import { type Agents, keyOf, type Known } from "./known.ts";
import { identityOf, isProgram } from "./process.ts";
import { PROGRAMS } from "./programs.ts";
import { NO_COURSE } from "./status.ts";

/** What runs agents that are scripts; Node calls its first thread by another name. */
const INTERPRETERS: readonly string[] = ["node", "MainThread", "bun"];
const NAMES: ReadonlySet<string> = new Set([...INTERPRETERS, ...Object.values(PROGRAMS).flat()]);

/**
 * Agents at a terminal that no event ever told of: their processes alone tell that they are there.
 *
 * @param heard those that are known
 * @param sessionOf the session of a process, null where it has none
 */
export function unheardAgents(
  { facts, host }: { readonly facts: Facts; readonly host: Host },
  heard: Iterable<Seen>,
  sessionOf: (pid: number) => string | null,
): Agents {
  const found: Agents = new Map();
  const known = [...heard].map(({ known: { agent, process: { pid } } }) => ({ agent, pid }));
  for (const pid of processesNamed(host, (name) => NAMES.has(name))) {
    const one = agentAt(facts, pid);
    if (one === null || isPartOf(facts, one, known)) continue;
    const session = sessionOf(pid);
    if (session === null) continue;
    const process = identityOf(facts, one.process, null);
    const { agent } = one;
    const entry: Known = { agent, session, process, base: NO_COURSE, points: [], told: null };
    found.set(keyOf(session, agent, process), entry);
  }
  return found;
}

interface Found {
  readonly agent: string;
  readonly process: Process;
}

/** The outermost process of an agent at a terminal: one below is the same agent's, or what serves it. */
function agentAt(facts: Facts, pid: number): Found | null {
  const [process, ...above] = lineage(facts, pid);
  if (process === undefined || process.tty === null || process.zombie === true) return null;
  const agent = agentOf(facts, process);
  return agent === null || above.some((one) => agentOf(facts, one) === agent) ? null : { agent, process };
}

function agentOf(facts: Facts, process: Process): string | null {
  if (!NAMES.has(process.name)) return null;
  return Object.entries(PROGRAMS).find(([, programs]) => isProgram(facts, process, programs))?.[0] ?? null;
}

/** What calls the hooks of an agent may be below its outermost process, or that itself. */
const isPartOf = (
  facts: Facts,
  { agent, process }: Found,
  known: readonly { readonly agent: string; readonly pid: number | null }[],
): boolean =>
  known.some((one) =>
    one.agent === agent && one.pid !== null && lineage(facts, one.pid).some(({ pid }) => pid === process.pid)
  );

import type { Facts, Process } from "../facts/facts.ts";
import { lineage } from "../identity/lineage.ts";
import type { Seen } from "./evidence.ts";
import { type Agents, keyOf, type Known } from "./known.ts";
import { identityOf, isProgram } from "./process.ts";
import { MAY_BE_AGENTS, PROGRAMS } from "./programs.ts";
import { NO_COURSE } from "./status.ts";

/**
 * Agents at a terminal that no event ever told of: their processes alone tell that they are there.
 *
 * @param pids processes that may be agents, by their name
 * @param heard those that are known
 * @param sessionOf the session of a process, null where it has none
 */
export function unheardAgents(
  facts: Facts,
  pids: readonly number[],
  heard: readonly Seen[],
  sessionOf: (pid: number) => string | null,
): Agents {
  const found: Agents = new Map();
  for (const pid of pids) {
    const one = agentAt(facts, pid);
    if (one === null || isHeard(facts, one, heard)) continue;
    const session = sessionOf(pid);
    if (session === null) continue;
    const process = identityOf(facts, one.process, null);
    const { agent } = one;
    const entry: Known = { agent, session, process, base: NO_COURSE, points: [], told: null, unheard: true };
    found.set(keyOf(session, agent, process), entry);
  }
  return found;
}

/** Those that nothing was heard of since they were found. */
export const stillUnheard = (facts: Facts, found: Agents, heard: readonly Seen[]): Agents =>
  new Map([...found].filter(([, { agent, process: { pid } }]) => !isHeard(facts, { agent, pid }, heard)));

interface Found {
  readonly agent: string;
  readonly pid: number;
  readonly process: Process;
}

/** The outermost process of an agent at a terminal: one below is the same agent's, or what serves it. */
function agentAt(facts: Facts, pid: number): Found | null {
  const read = facts.process(pid);
  if (!read.ok || read.value.tty === null || read.value.zombie === true) return null;
  const process = read.value;
  const agent = agentOf(facts, process);
  if (agent === null) return null;
  const [, ...above] = lineage(facts, pid);
  return above.some((one) => agentOf(facts, one) === agent) ? null : { agent, pid, process };
}

function agentOf(facts: Facts, process: Process): string | null {
  if (!MAY_BE_AGENTS.has(process.name)) return null;
  return Object.entries(PROGRAMS).find(([, programs]) => isProgram(facts, process, programs))?.[0] ?? null;
}

/**
 * What calls the hooks of an agent may be below its outermost process, or that itself. A server that was started from
 * there speaks for its conversations alone.
 */
const isHeard = (
  facts: Facts,
  { agent, pid }: { readonly agent: string; readonly pid: number | null },
  heard: readonly Seen[],
): boolean =>
  heard.some(({ known }) =>
    known.agent === agent && known.server !== true && known.process.pid !== null &&
    lineage(facts, known.process.pid).some((one) => one.pid === pid)
  );

import { type Machine, processAlive } from "../store/process-alive.ts";
import * as files from "../store/files.ts";
import type { Host } from "../facts/host.ts";
import { AGENTS } from "./agents.ts";
import type { Agent } from "./agent.ts";
import type { Evidence, Seen, Witness } from "./evidence.ts";
import { judge } from "./judge.ts";
import { type Agents, courseOf, type Known } from "./known.ts";
import { readLedger } from "./ledger.ts";

/** What agents are looked at with. */
export interface Looker {
  readonly host: Host;
  readonly machine: Machine;
  readonly now: () => Date;
}

/** Of a longer file the end is read. */
const TAIL_BYTES = 256 * 1024;
const ENVIRONMENT_BYTES = 1 << 20;

/**
 * The agents that are there, by the ID of their session. Takes no lock and changes nothing.
 *
 * @param directory of the log
 * @param wanted the session that is asked about; all without one
 */
export async function lookAtAgents(
  directory: string,
  looker: Looker,
  wanted?: string,
): Promise<Map<string, Seen[]>> {
  return await lookAtKnown(readLedger(directory).agents, looker, wanted);
}

/** As `lookAtAgents`, for who follows the log and knows what it comes to. */
export async function lookAtKnown(
  agents: Agents,
  looker: Looker,
  wanted?: string,
): Promise<Map<string, Seen[]>> {
  const found = new Map<string, Seen[]>();
  for (const [key, known] of agents) {
    // An agent is of the terminal that it was started in, and of the worktree that it works in.
    const sessions = [...new Set([known.session, known.worktree ?? known.session])];
    if (wanted !== undefined && !sessions.includes(wanted)) continue;
    const seen = await lookAt(key, known, looker);
    if (seen === null) continue;
    for (const session of sessions) found.set(session, [...found.get(session) ?? [], seen]);
  }
  return found;
}

async function lookAt(key: string, known: Known, looker: Looker): Promise<Seen | null> {
  const { machine, now } = looker;
  const alive = aliveness(known, machine);
  const load = Object.hasOwn(AGENTS, known.agent) ? AGENTS[known.agent] : undefined;
  const agent = alive === true && load !== undefined ? await load() : null;
  const row = judge({
    known,
    alive,
    evidence: agent === null ? null : evidenceOf(agent, known, looker),
    waitingMs: agent?.waitingMs,
    typedAt: agent?.waitingMs === undefined ? null : typedAt(known, machine),
    now: now().getTime(),
  });
  return row === null ? null : { key, known, row };
}

function aliveness({ process }: Known, machine: Machine): boolean | null {
  const { pid, start, boot, host, pidNamespace } = process;
  if (pid === null || start === null || boot === null) return null;
  return processAlive(machine, {
    pid,
    start,
    bootId: boot,
    ...pidNamespace === null ? {} : { pidNamespace },
    ...host === null ? {} : { host },
  });
}

function evidenceOf(agent: Agent, known: Known, { host }: Looker): Evidence | null {
  const { pid, start } = known.process;
  if (agent.evidence === undefined || pid === null || start === null) return null;
  return agent.evidence(witnessOf(host, pid, start, courseOf(known).conversation));
}

function witnessOf(host: Host, pid: number, start: string, conversation: string | null): Witness {
  let block: string | undefined;
  return {
    pid,
    start,
    conversation,
    read: readTail,
    variable(name) {
      if (host.system !== "linux") return host.variables[name];
      const environment = host.readText(`/proc/${pid}/environ`, ENVIRONMENT_BYTES);
      if (!environment.ok) return host.variables[name];
      block ??= `\0${environment.value}\0`;
      const at = block.indexOf(`\0${name}=`);
      const from = at + name.length + 2;
      return at < 0 ? undefined : block.slice(from, block.indexOf("\0", from));
    },
  };
}

function readTail(path: string): string | null {
  try {
    const fd = files.openToRead(path);
    try {
      const { size, mode } = files.fstat(fd);
      if ((mode & 0o170000) !== 0o100000) return null;
      return new TextDecoder().decode(files.readAt(fd, TAIL_BYTES, Math.max(0, size - TAIL_BYTES)));
    } finally {
      files.closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** When somebody last typed something into the agent's terminal, ms since 1970 (the kernel notes it all 8 s). */
function typedAt({ process: { pid } }: Known, machine: Machine): number | null {
  const found = pid === null ? null : machine.process(pid);
  if (found === null || !found.ok || found.value.tty === null) return null;
  try {
    return files.lstat(found.value.tty)?.atimeMs ?? null;
  } catch {
    return null;
  }
}

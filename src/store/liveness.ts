import process from "node:process";
import type { Process, Reading } from "../facts/facts.ts";
import type { SessionRecord } from "./record.ts";

/** What liveness is told by: the process table and the boot, as `facts/` reads them. */
export interface Machine {
  process(pid: number): Reading<Process>;
  readonly boot: Reading<string>;
  readonly pidNamespace: Reading<string>;
  /** Whether there is a process with that PID at all, whoever it belongs to (kill(2) with signal 0). */
  exists(pid: number): boolean;
}

/** A process as a record keeps it. Without a PID namespace it counts as one of ours. */
export interface Recorded {
  readonly pid: number;
  readonly start: string;
  readonly bootId: string;
  readonly pidNamespace?: string;
}

/** true and false are certain; null means that it cannot be told, and is to be treated as alive. */
export type Alive = boolean | null;

/**
 * Whether that very process lives: PID, start time and boot must agree. PIDs are handed out again, so a PID alone
 * says nothing.
 */
export function processAlive(machine: Machine, recorded: Recorded): Alive {
  if (!machine.boot.ok) return null;
  if (machine.boot.value !== recorded.bootId) return false;
  if (recorded.pidNamespace !== undefined) {
    if (!machine.pidNamespace.ok || machine.pidNamespace.value !== recorded.pidNamespace) return null;
  }
  const found = machine.process(recorded.pid);
  if (found.ok) return found.value.start === recorded.start;
  // Not to be read is not gone: /proc may hide other users' processes (proc(5), hidepid).
  return machine.exists(recorded.pid) ? null : false;
}

/**
 * Whether a session is in use by a process: its run, a holder, or its terminal. A session that no process belongs
 * to (a label used by scripts) is not alive.
 */
export function sessionAlive(machine: Machine, record: SessionRecord): Alive {
  let alive: Alive = false;
  for (const recorded of processesOf(record)) {
    const one = processAlive(machine, recorded);
    if (one === true) return true;
    if (one === null) alive = null;
  }
  return alive;
}

function* processesOf(record: SessionRecord): Generator<Recorded> {
  const { run } = record;
  if (
    run !== undefined && run.state !== "CLEANED" && run.pid !== null && run.pidStart !== null &&
    run.bootId !== null
  ) {
    yield { pid: run.pid, start: run.pidStart, bootId: run.bootId };
  }
  yield* record.holders ?? [];
  const { anchor } = record;
  if (anchor !== undefined) yield { ...anchor, ...(anchor.server ?? {}) as Partial<Recorded> };
}

/** As kill(2) tells it: EPERM means that there is one, of somebody else. */
export function pidExists(pid: number): boolean {
  // 0 and negative numbers mean process groups.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/** A machine that asks for each process once, for commands that look at many sessions. */
export function remembering(machine: Machine): Machine {
  const seen = new Map<number, Reading<Process>>();
  const once = (pid: number): Reading<Process> => {
    const known = seen.get(pid) ?? machine.process(pid);
    seen.set(pid, known);
    return known;
  };
  return { boot: machine.boot, pidNamespace: machine.pidNamespace, exists: machine.exists, process: once };
}

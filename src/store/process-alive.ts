import process from "node:process";
import { type Facts, type Process, type Reading, unknown } from "../facts/facts.ts";

/** What liveness is told by: the process table and the boot, as `facts/` reads them. */
export interface Machine {
  process(pid: number): Reading<Process>;
  readonly boot: Reading<string>;
  readonly pidNamespace: Reading<string>;
  /** Whether there is a process with that PID at all, whoever it belongs to (kill(2) with signal 0). */
  exists(pid: number): boolean;
  /** This machine as the store knows it. Asked for when it matters: most processes are of this boot. */
  host?(): { readonly uuid: string; readonly cloned?: boolean } | null;
}

/** A process as a record keeps it. Without a PID namespace it counts as one of ours. */
export interface Recorded {
  readonly pid: number;
  readonly start: string;
  readonly bootId: string;
  readonly pidNamespace?: string;
  /** The UUID of the host that it is on; without one it counts as this one. */
  readonly host?: string;
}

/** true and false are certain; null means that it cannot be told, and is to be treated as alive. */
export type Alive = boolean | null;

/**
 * Whether that very process lives: PID, start time and boot must agree. PIDs are handed out again, so a PID alone
 * says nothing.
 */
export function processAlive(machine: Machine, recorded: Recorded): Alive {
  if (!machine.boot.ok) return null;
  // Boot IDs are random: the same one is the same machine, whatever it is called. Another one tells of an end where
  // it is an earlier one of this machine, and nothing where it may be a present one of another.
  if (machine.boot.value !== recorded.bootId && isElsewhere(machine, recorded)) return null;
  if (machine.boot.value !== recorded.bootId) return false;
  if (recorded.pidNamespace !== undefined) {
    if (!machine.pidNamespace.ok || machine.pidNamespace.value !== recorded.pidNamespace) return null;
  }
  const found = machine.process(recorded.pid);
  if (found.ok) return found.value.start === recorded.start;
  // Not to be read is not gone: /proc may hide other users' processes (proc(5), hidepid).
  return machine.exists(recorded.pid) ? null : false;
}

function isElsewhere(machine: Machine, { host }: Recorded): boolean {
  if (host === undefined) return false;
  const here = machine.host?.() ?? null;
  return here === null || here.uuid !== host || here.cloned === true;
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

/** A machine that does not know how the store calls it. Every process is asked for once. */
export function machineOfFacts(facts: Facts): Machine {
  const gone = (pid: number): boolean => isZombie(facts, pid);
  const seen = new Map<number, Reading<Process>>();
  return {
    process(pid) {
      const known = seen.get(pid) ?? (gone(pid) ? unknown("a zombie") : facts.process(pid));
      seen.set(pid, known);
      return known;
    },
    // Most that ask about processes find none that was written down.
    get boot() {
      return facts.boot;
    },
    get pidNamespace() {
      return facts.pidNamespace;
    },
    exists: (pid) => !gone(pid) && pidExists(pid),
  };
}

/**
 * Whether the process has ended and nobody has taken its status: in a container whose PID 1 reaps nothing it keeps
 * PID and start time for good. (That its arguments are empty says nothing: so they are for a moment after exec.)
 */
function isZombie(facts: Facts, pid: number): boolean {
  const found = facts.process(pid);
  return found.ok && found.value.zombie === true;
}

import type { Facts } from "../facts/facts.ts";
import { knownHost } from "./hosts.ts";
import type { Store } from "./open.ts";
import { type Alive, type Machine, machineOfFacts, processAlive, type Recorded } from "./process-alive.ts";
import type { SessionRecord } from "./record.ts";

export { type Alive, type Machine, pidExists, processAlive, type Recorded } from "./process-alive.ts";

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
    const { pid, pidStart: start, bootId, pidNamespace, host } = run;
    yield {
      pid,
      start,
      bootId,
      ...pidNamespace === undefined ? {} : { pidNamespace },
      ...host === undefined ? {} : { host },
    };
  }
  yield* record.holders ?? [];
  const { anchor } = record;
  if (anchor !== undefined) yield { ...anchor, ...(anchor.server ?? {}) as Partial<Recorded> };
}

/**
 * What liveness is told by on the machine of these facts.
 *
 * @param store the one whose records are asked about: it knows this machine by a UUID
 */
export const machineFrom = (facts: Facts, store?: Store): Machine =>
  Object.assign(machineOfFacts(facts), { host: () => store === undefined ? null : knownHost(store) });

import { fail } from "../../errors/errors.ts";
import type { Guard } from "../../store/archive.ts";
import { type Machine, sessionAlive } from "../../store/liveness.ts";
import type { SessionRecord } from "../../store/record.ts";

/**
 * Refuse to take a session out of use while a process uses it. The current session's own terminal is no reason:
 * whoever sits there asked for it.
 *
 * @throws `session_live`
 */
export function refuseLive(machine: Machine, action: string, current: string | null, force: boolean): Guard {
  return (record) => {
    const alive = force
      ? false
      : sessionAlive(machine, record.id === current ? withoutTerminal(record) : record);
    if (alive === false) return;
    const why = alive ? "a process uses it" : "it cannot be told whether a process uses it";
    throw fail("session_live", { id: record.id, action, why });
  };
}

function withoutTerminal({ anchor: _, ...record }: SessionRecord): SessionRecord {
  return record as SessionRecord;
}

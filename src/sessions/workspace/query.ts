import { listRecords } from "../../store/list.ts";
import { type Machine, processAlive, sessionAlive } from "../../store/liveness.ts";
import type { Store } from "../../store/open.ts";
import type { RunState, SessionRecord, Status } from "../../store/record.ts";
import { ownerOf } from "../model/journal.ts";

/** What sessions are wanted; all that is given must hold. */
export interface Filter {
  readonly state?: RunState;
  readonly status?: Status;
  readonly role?: string;
  readonly name?: string;
  /** A project's root. */
  readonly workspace?: string;
}

/** The named sessions that fit. Damaged files are passed over: `list` and `doctor` report them. */
export function* find(store: Store, filter: Filter = {}): Generator<SessionRecord> {
  for (const listed of listRecords(store)) {
    if ("record" in listed && listed.record.name !== undefined && fits(listed.record, filter)) {
      yield listed.record;
    }
  }
}

function fits(record: SessionRecord, { state, status, role, name, workspace }: Filter): boolean {
  return (state === undefined || record.run?.state === state) &&
    (status === undefined || record.status === status) &&
    (role === undefined || record.role === role) &&
    (name === undefined || record.name === name) &&
    (workspace === undefined || record.project?.root === workspace);
}

/** The session of the workspace that holds the role, null when it is free. */
export function holderOfRole(
  store: Store,
  machine: Machine,
  role: string,
  workspace: string,
): SessionRecord | null {
  for (const record of find(store, { role, workspace })) {
    if (holdsRole(machine, record)) return record;
  }
  return null;
}

/** A role is held from the making of a run to its end; a process that is gone holds none. */
function holdsRole(machine: Machine, record: SessionRecord): boolean {
  const state = record.run?.state;
  if (state === undefined || state === "CLEANED") return false;
  return state === "CREATED" || runAlive(machine, record) !== false;
}

/** Whether the run is going on: its command lives, or the process that is about to start it. */
export function runAlive(machine: Machine, record: SessionRecord): boolean | null {
  const { run } = record;
  if (run === undefined || run.state === "CLEANED" || run.state === "CREATED") return false;
  if (run.pid !== null) return sessionAlive(machine, withRunOnly(record));
  const supervisor = ownerOf(record, "supervisor");
  return supervisor === null ? false : processAlive(machine, supervisor);
}

function withRunOnly({ anchor: _anchor, holders: _holders, ...record }: SessionRecord): SessionRecord {
  return record as SessionRecord;
}

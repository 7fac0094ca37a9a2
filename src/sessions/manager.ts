import { readRecord } from "../store/read.ts";
import type { SessionRecord } from "../store/record.ts";
import { completeCleanup, type Outcome } from "./runs/cleanup.ts";
import { createSession, type NewSession } from "./workspace/create.ts";
import type { Dependencies } from "./model/dependencies.ts";
import type { Owner } from "./model/journal.ts";
import { type Filter, find, holderOfRole } from "./workspace/query.ts";
import { attach, beginSpawn, markTerminating, recordActivity } from "./runs/runs.ts";

/**
 * Sessions and their runs. Every method works on the store alone and keeps nothing in memory, and every change is made
 * under the locks of the store: any number of managers, in any number of processes, do the work of one.
 */
export interface Manager {
  /** @throws `bad_name`, `MAX_SESSIONS`, `name_taken`, `ROLE_TAKEN` */
  create(wanted: NewSession): Promise<SessionRecord>;
  /** Null where there is none. @throws `corrupt_record`, `newer_record` */
  get(id: string): SessionRecord | null;
  /** The session of the workspace that holds the role at present. */
  byRole(role: string, workspace: string): SessionRecord | null;
  list(filter?: Filter): SessionRecord[];
  count(filter?: Filter): number;
  /** CREATED → SPAWNING. @throws `session_running`, `ROLE_TAKEN` */
  beginSpawn(id: string, command: readonly string[]): Promise<SessionRecord>;
  /** SPAWNING → ACTIVE. @throws `invalid_transition` */
  attach(id: string, process: Owner): Promise<SessionRecord>;
  /** @throws `invalid_transition` once the run is ending */
  heartbeat(id: string): Promise<SessionRecord>;
  /** @throws `invalid_transition` once the run is ending */
  countMessage(id: string): Promise<SessionRecord>;
  /** → TERMINATING; doing so twice is no fault. @throws `invalid_transition` when it has ended */
  markTerminating(id: string, reason: string): Promise<SessionRecord>;
  /** TERMINATING → CLEANED, once. @throws `cleanup_failed`, to be tried again; `invalid_transition` */
  completeCleanup(id: string, outcome: Outcome): Promise<SessionRecord>;
}

export function createManager(deps: Dependencies): Manager {
  const list = (filter?: Filter) => [...find(deps.store, filter)];
  return {
    create: (wanted) => createSession(deps, wanted),
    get: (id) => readRecord(deps.store, id),
    byRole: (role, workspace) => holderOfRole(deps.store, deps.machine(), role, workspace),
    list,
    count: (filter) => list(filter).length,
    beginSpawn: (id, command) => beginSpawn(deps, id, command),
    attach: (id, process) => attach(deps, id, process),
    heartbeat: (id) => recordActivity(deps, id, 0),
    countMessage: (id) => recordActivity(deps, id, 1),
    markTerminating: (id, reason) => markTerminating(deps, id, reason),
    completeCleanup: (id, outcome) => completeCleanup(deps, id, outcome),
  };
}

import { fail } from "../../errors/errors.ts";
import { lockScope, seenBy } from "../../store/locks.ts";
import { readNow } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { type Untold, updateUntold } from "../../store/untold.ts";
import { updateSession } from "../../store/update.ts";
import { refuseRole } from "../workspace/admission.ts";
import { createdRun } from "../workspace/create.ts";
import { takesActivity } from "../model/lifecycle.ts";
import { sinceFirstRun } from "./since.ts";
import { settleLost } from "./lost.ts";
import { ancestorsOf } from "../model/ancestors.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, type Owner, ownerOf, refuseUnfinished } from "../model/journal.ts";
import { runAlive } from "../workspace/query.ts";
import { apply, setProcess } from "../model/transitions.ts";

/** Change the session under its lock; it must be there. */
export function change(
  { store }: Dependencies,
  id: string,
  work: (draft: SessionRecord) => void | false,
  activity = true,
): Promise<SessionRecord> {
  return updateSession(store, id, work, { create: false, activity });
}

/** As `change`; nobody is told of it, and the lock is held, until it is settled. */
export function changeUntold(
  { store }: Dependencies,
  id: string,
  work: (draft: SessionRecord) => void | false,
): Promise<Untold> {
  return updateUntold(store, id, work, { create: false });
}

/** Tell of a change after which something was begun: that goes on, whoever could not be told. */
export const tellOf = ({ log }: Dependencies, { record, settle }: Untold): Promise<void> =>
  settle().catch((error: unknown) => log("telling failed", { id: record.id, why: String(error) }));

/** As `spawnUntold`, where nothing else is to be begun at once. */
export async function beginSpawn(
  deps: Dependencies,
  id: string,
  command: readonly string[],
): Promise<SessionRecord> {
  const { record, settle } = await spawnUntold(deps, id, command);
  await settle();
  return record;
}

/**
 * CREATED → SPAWNING, as a new run where the last one has ended. Nobody is told of it until it is settled.
 *
 * @param pane where it can be seen, when it runs in the background
 * @throws `session_running` while one goes on; `ROLE_TAKEN` where the session's role went to another meanwhile
 */
export async function spawnUntold(
  place: Dependencies,
  id: string,
  command: readonly string[],
  pane?: Readonly<Record<string, unknown>>,
): Promise<Untold> {
  const { role, project } = await readNow(place.store, id) ?? {};
  const root = project?.root ?? "";
  // Roles are the workspace's, and its lock comes before the session's.
  const lock = role === undefined ? null : await lockScope(place.store, { kind: "workspace", root });
  await using _lock = lock;
  const deps = lock === null ? place : { ...place, store: seenBy(place.store, lock) };
  return await changeUntold(place, id, (draft) => {
    refuseUnfinished(deps.machine(), draft, "run in");
    refuseRunning(deps, draft, "start");
    if (draft.role !== undefined) refuseRole(deps, draft.role, root, id);
    const since = sinceFirstRun(deps, draft);
    if (draft.run?.state !== "CREATED") draft.run = createdRun((draft.run?.n ?? 0) + 1);
    const run = apply(draft, "SPAWN");
    if (since !== null) run["since"] = since;
    run.command = [...command];
    run.startedAt = deps.clock().toISOString();
    run["supervisor"] = deps.self;
    if (pane === undefined) delete run["pane"];
    else run["pane"] = pane;
    delete draft["asked"];
    draft.status = "active";
    delete draft.lastError;
    remember(draft, deps.clock(), "started", { run: run.n, program: command[0] ?? "" });
  });
}

/**
 * Refuse a second run beside one that goes on. One whose process is gone is ended here.
 *
 * @throws `session_running`
 */
export function refuseRunning(deps: Dependencies, draft: SessionRecord, action: string): void {
  const state = draft.run?.state;
  if (state === undefined || state === "CREATED" || state === "CLEANED") return;
  if (settleLost(deps, draft) === "ended") return;
  const alive = runAlive(deps.machine(), draft);
  const pid = draft.run?.pid ?? null;
  const doing = pid === null ? "its command is being started" : `its command runs as process ${pid}`;
  const ending = `process ${ownerOf(draft, "supervisor")?.pid} has yet to write down how its command ended`;
  const why = alive === null ? `it cannot be told whether ${doing}` : alive ? doing : ending;
  throw fail("session_running", { session: nameOf(draft), action, why, within: isWithin(deps, draft) });
}

/**
 * Refuse to end the command that we are part of, by which we would end in the middle ourselves.
 *
 * @throws `session_running`
 */
export function refuseOwnRun(deps: Dependencies, record: SessionRecord, action: string): void {
  if (isWithin(deps, record)) refuseRunning(deps, structuredClone(record), action);
}

/** Whether the session's command goes on, and started us, or what did. */
function isWithin(deps: Dependencies, record: SessionRecord): boolean {
  const pid = record.run?.pid ?? null;
  return pid !== null && ancestorsOf(deps).has(pid) && runAlive(deps.machine(), record) === true;
}

/**
 * SPAWNING → ACTIVE, with the process that was started.
 *
 * @param n the run that it is the process of, here and below: whoever is late must not speak for the next one
 */
export function attach(deps: Dependencies, id: string, owner: Owner, n?: number): Promise<SessionRecord> {
  return change(deps, id, (draft) => setProcess(apply(draft, "ACTIVATE", n), owner));
}

/** The process of a run that was ended while it was being started. */
export function notePid(deps: Dependencies, id: string, owner: Owner, n: number): Promise<SessionRecord> {
  return change(deps, id, ({ run }) => run?.n === n ? setProcess(run, owner) : false);
}

/**
 * Note that the session is in use.
 *
 * @param messages how many to count as well
 * @throws `invalid_transition` once the run is ending
 */
export function recordActivity(deps: Dependencies, id: string, messages: number): Promise<SessionRecord> {
  return change(deps, id, (draft) => {
    const state = draft.run?.state;
    if (state !== undefined && !takesActivity(state)) {
      const event = messages > 0 ? "message" : "heartbeat";
      const why = state === "CLEANED" ? "it has ended" : "it is ending";
      throw fail("invalid_transition", { session: nameOf(draft), event, state, why });
    }
    draft.messageCount += messages;
  });
}

/** → TERMINATING. Of several reasons the first stays. */
export function markTerminating(
  deps: Dependencies,
  id: string,
  reason: string,
  n?: number,
): Promise<SessionRecord> {
  return change(deps, id, (draft) => {
    const before = draft.run?.state;
    const run = apply(draft, "TERMINATE", n);
    if (before === "TERMINATING") return false;
    run.reason = reason;
    remember(draft, deps.clock(), "terminating", { run: run.n, reason });
    return undefined;
  });
}

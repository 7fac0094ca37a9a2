import process from "node:process";
import { fail } from "../errors.ts";
import { type Machine, processAlive } from "../store/liveness.ts";
import { readRecord } from "../store/read.ts";
import type { SessionRecord } from "../store/record.ts";
import { SIGNALS } from "./child.ts";
import { completeCleanup } from "./cleanup.ts";
import type { Means } from "./means.ts";
import { nameOf, ownerOf } from "./pending.ts";
import { runAlive } from "./query.ts";
import { settleLost } from "./lost.ts";
import { change, markTerminating } from "./runs.ts";

/** Send a signal to a process group; false when there is none (any more). @throws EPERM */
export type SignalGroup = (group: number, signal: number) => boolean;

export interface StopOptions {
  /** How long the command has to end by itself, in milliseconds. */
  readonly timeoutMs: number;
  readonly signalGroup: SignalGroup;
}

const SIGCONT = process.platform === "linux" ? 18 : 19;
const PAUSE_MS = 20;
/** What the supervisor has for its last writes once the command is gone. */
const SUPERVISOR_MS = 2000;

/**
 * End the session's command: SIGTERM to its process group, SIGKILL when the time is over. One that has ended is ended in
 * the record too; stopping twice is no fault.
 *
 * @throws `stop_failed` when the process belongs to somebody else or outlives SIGKILL
 */
export async function stopSession(means: Means, id: string, options: StopOptions): Promise<SessionRecord> {
  const record = await repairRun(means, id);
  const { run } = record;
  if (run === undefined || run.state === "CLEANED") return record;
  if (run.state === "CREATED") return await cancel(means, id);
  await markTerminating(means, id, "stopped");
  const pid = (await pidOf(means, id)) ?? 0;
  if (pid > 0) await endGroup(means, record, pid, options);
  await settled(means, id);
  const now = readRecord(means.store, id);
  if (now === null || now.run?.state === "CLEANED") return now ?? record;
  return await completeCleanup(means, id, { exitCode: null, status: "stopped" });
}

/** The session with its run ended where its process is gone. */
export async function repairRun(means: Means, id: string): Promise<SessionRecord> {
  return await change(means, id, (draft) => {
    const state = draft.run?.state;
    if (state === undefined || state === "CREATED" || state === "CLEANED") return false;
    // A supervisor that lives is just about to end it itself.
    if (supervised(means.machine(), draft)) return false;
    return settleLost(means, draft) === null ? false : undefined;
  }, false);
}

function supervised(machine: Machine, record: SessionRecord): boolean {
  const supervisor = ownerOf(record, "supervisor");
  return supervisor !== null && processAlive(machine, supervisor) !== false;
}

async function cancel(means: Means, id: string): Promise<SessionRecord> {
  await markTerminating(means, id, "stopped");
  return await completeCleanup(means, id, { exitCode: null, status: "stopped" });
}

/** The command's PID, waited for while the command is just being started. */
async function pidOf(means: Means, id: string): Promise<number | null> {
  const end = Date.now() + SUPERVISOR_MS;
  for (;;) {
    const record = readRecord(means.store, id);
    const pid = record?.run?.pid ?? null;
    if (pid !== null || record === null || record.run?.state === "CLEANED") return pid;
    if (!supervised(means.machine(), record) || Date.now() > end) return null;
    await pause();
  }
}

async function endGroup(
  means: Means,
  record: SessionRecord,
  pid: number,
  options: StopOptions,
): Promise<void> {
  const signal = (number: number): boolean => {
    try {
      return options.signalGroup(pid, number);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw fail("stop_failed", { session: nameOf(record), pid, why }, error);
    }
  };
  const gone = async (ms: number): Promise<boolean> => {
    for (const end = performance.now() + ms; signal(0);) {
      if (performance.now() > end) return false;
      await pause();
    }
    return true;
  };
  // Asked once more right before: a PID is only ours while that very process lives.
  if (runAlive(means.machine(), readRecord(means.store, record.id) ?? record) !== true) return;
  signal(SIGNALS.SIGTERM);
  // What ^Z stopped would keep the signal waiting.
  signal(SIGCONT);
  if (await gone(options.timeoutMs)) return;
  signal(SIGNALS.SIGKILL);
  if (!(await gone(5000))) {
    throw fail("stop_failed", { session: nameOf(record), pid, why: "outlives SIGKILL" });
  }
}

/** Let a supervisor that lives write the end itself: it knows the exit status. */
async function settled(means: Means, id: string): Promise<void> {
  for (const end = performance.now() + SUPERVISOR_MS; performance.now() < end;) {
    const record = readRecord(means.store, id);
    if (record === null || record.run?.state === "CLEANED" || !supervised(means.machine(), record)) return;
    await pause();
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

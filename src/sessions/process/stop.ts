import { fail } from "../../errors/errors.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { SIGNALS } from "./child.ts";
import { completeCleanup } from "../runs/cleanup.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf, ownerOf } from "../model/journal.ts";
import { pause, SIGCONT, type StopOptions } from "./signalling.ts";
import { endStrays } from "./strays.ts";
import { runAlive } from "../workspace/query.ts";
import { settleLost, supervised } from "../runs/lost.ts";
import { change, markTerminating } from "../runs/runs.ts";

/** What the supervisor has for its last writes once the command is gone. */
const SUPERVISOR_MS = 2000;

/**
 * End the session's command: SIGTERM to its process group, SIGKILL when the time is over; then in the same way what its
 * runs left running elsewhere. One that has ended is ended in the record too; stopping twice is no fault.
 *
 * @throws `stop_failed` when the process belongs to somebody else or outlives SIGKILL
 * @throws `stop_unseen` where it cannot be told whether it lives
 */
export async function stopSession(
  deps: Dependencies,
  id: string,
  options: StopOptions,
): Promise<SessionRecord> {
  const stopped = await stopRun(deps, id, options);
  options.strays?.(await endStrays(deps, stopped, options));
  return stopped;
}

async function stopRun(deps: Dependencies, id: string, options: StopOptions): Promise<SessionRecord> {
  const record = await repairRun(deps, id);
  const { run } = record;
  if (run === undefined || run.state === "CLEANED") return record;
  if (options.force !== true && runAlive(deps.machine(), record) === null) {
    throw fail("stop_unseen", { session: nameOf(record), pid: run.pid });
  }
  await markTerminating(deps, id, "stopped", run.n);
  if (run.state !== "CREATED") {
    const running = await whenStarted(deps, id, run.n);
    if (running !== null) await endGroup(deps, running.record, running.pid, options);
    wakeSupervisor(deps, record, options);
    await settled(deps, id, run.n);
  }
  return await completeCleanup(deps, id, { exitCode: null, status: "stopped" }, run.n);
}

/** One that ^Z stopped would write down the end only when somebody brings it to the foreground again. */
function wakeSupervisor(deps: Dependencies, record: SessionRecord, { signalProcess }: StopOptions): void {
  const supervisor = ownerOf(record, "supervisor");
  if (supervisor === null || !supervised(deps, record)) return;
  try {
    signalProcess(supervisor.pid, SIGCONT);
  } catch {
    // It is another user's; the end is written by us then.
  }
}

/** The session with its run ended where its processes are gone. */
export async function repairRun(deps: Dependencies, id: string): Promise<SessionRecord> {
  return await change(deps, id, (draft) => settleLost(deps, draft) === null ? false : undefined, false);
}

/** The session while that run goes on; null after it. */
function during(deps: Dependencies, id: string, n: number): SessionRecord | null {
  const record = readRecord(deps.store, id);
  return record?.run?.n !== n || record.run.state === "CLEANED" ? null : record;
}

/** The run with its command's PID, waited for while the command is just being started. */
async function whenStarted(
  deps: Dependencies,
  id: string,
  n: number,
): Promise<{ record: SessionRecord; pid: number } | null> {
  for (const end = performance.now() + SUPERVISOR_MS;;) {
    const record = during(deps, id, n);
    if (record === null) return null;
    const pid = record.run?.pid ?? null;
    if (pid !== null) return { record, pid };
    if (!supervised(deps, record) || performance.now() > end) return null;
    await pause();
  }
}

/** End the process and its group. Asked again before every signal: a PID is only ours while that very process lives. */
async function endGroup(
  deps: Dependencies,
  record: SessionRecord,
  pid: number,
  options: StopOptions,
): Promise<void> {
  const failed = (why: string, cause?: unknown) =>
    fail("stop_failed", { session: nameOf(record), pid, why }, cause);
  const attempt = (send: () => boolean): boolean => {
    try {
      return send();
    } catch (error) {
      throw failed(error instanceof Error ? error.message : String(error), error);
    }
  };
  const lives = () => runAlive(deps.machine(), record) === true;
  const signal = (number: number): void => {
    // One that has left its group since is not reached by way of it.
    if (lives()) attempt(() => options.signalProcess(pid, number));
    attempt(() => options.signalGroup(pid, number));
  };
  const gone = async (ms: number): Promise<boolean> => {
    for (const end = performance.now() + ms; lives() || attempt(() => options.signalGroup(pid, 0));) {
      if (performance.now() > end) return false;
      await pause();
    }
    return true;
  };
  if (!lives()) return;
  signal(SIGNALS.SIGTERM);
  // What ^Z stopped would keep the signal waiting.
  signal(SIGCONT);
  if (await gone(options.timeoutMs)) return;
  signal(SIGNALS.SIGKILL);
  if (!(await gone(5000))) throw failed("outlives SIGKILL");
}

/** Let a supervisor that lives write the end itself: it knows the exit status. */
async function settled(deps: Dependencies, id: string, n: number): Promise<void> {
  for (const end = performance.now() + SUPERVISOR_MS; performance.now() < end;) {
    const record = during(deps, id, n);
    if (record === null || !supervised(deps, record)) return;
    await pause();
  }
}

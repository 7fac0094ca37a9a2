import { processAlive } from "../../store/liveness.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { type Owner, ownerOf } from "../model/journal.ts";
import { runAlive } from "../workspace/query.ts";
import { endLost, setProcess } from "../model/transitions.ts";

/** Whether the record says that a run goes on, and neither its command lives nor who would write down its end. */
export function isLost(deps: Dependencies, record: SessionRecord): boolean {
  const state = record.run?.state;
  if (state === undefined || state === "CREATED" || state === "CLEANED") return false;
  return runAlive(deps.machine(), record) === false && !supervised(deps, record);
}

/** Whether a supervisor is there that ends the run itself. Where we are it, we have come to ask. */
export function supervised({ machine, self }: Dependencies, record: SessionRecord): boolean {
  const supervisor = ownerOf(record, "supervisor");
  if (supervisor === null || (supervisor.pid === self.pid && supervisor.start === self.start)) return false;
  return processAlive(machine(), supervisor) !== false;
}

/**
 * End a run whose processes are gone, in a draft under the session's lock. One whose supervisor was killed between the
 * start of the command and the record of it is found by what the command carries in its environment, and goes on.
 *
 * @returns what became of it; null when there was nothing to do
 */
export function settleLost(deps: Dependencies, draft: SessionRecord): "ended" | "adopted" | null {
  const { run } = draft;
  if (run === undefined || !isLost(deps, draft)) return null;
  const orphan = run.pid === null ? orphanOf(deps, draft) : null;
  if (orphan === null) {
    endLost(draft, deps.clock());
    return "ended";
  }
  run.state = "ACTIVE";
  setProcess(run, orphan);
  return "adopted";
}

/** The run's oldest process: its command, as long as that lives. */
function orphanOf({ machine, findMarked, self }: Dependencies, { id, run }: SessionRecord): Owner | null {
  const now = machine();
  const found = findMarked([`BERTH_SESSION=${id}`, `BERTH_RUN=${run?.n ?? 0}`]).map((pid) =>
    now.process(pid)
  );
  const processes = found.flatMap((one) => one.ok ? [one.value] : []);
  const [oldest] = processes.sort((a, b) => Number(a.start) - Number(b.start) || a.pid - b.pid);
  return oldest === undefined ? null : { ...self, pid: oldest.pid, start: oldest.start };
}

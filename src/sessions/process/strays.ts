import type { Occupant } from "../../facts/standing.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { SIGNALS } from "./child.ts";
import { ancestorsOf } from "../model/ancestors.ts";
import { marksOf } from "./occupants.ts";
import { pause, SIGCONT, type StopOptions, type Strays } from "./signalling.ts";

const KILLED_MS = 2000;

/**
 * End what carries the marks of the session's runs, in whatever process group or session it is: daemons, `setsid`,
 * `nohup`. We and our ancestors stay: whoever sits in a shell of the session typed the command.
 */
export async function endStrays(
  deps: Dependencies,
  record: SessionRecord,
  { timeoutMs, signalProcess }: StopOptions,
): Promise<Strays> {
  const marks = marksOf(record);
  const ours = ancestorsOf(deps);
  const look = () =>
    marks.length === 0
      ? []
      : deps.processesAt({ directory: null, marks }).filter(({ pid }) => !ours.has(pid));
  const seen = new Map<number, Occupant>();
  const signal = (number: number, one: Occupant): void => {
    seen.set(one.pid, one);
    try {
      signalProcess(one.pid, number);
    } catch {
      // It is somebody else's, and is named at the end.
    }
  };
  const gone = async (ms: number): Promise<boolean> => {
    for (const end = performance.now() + ms; look().length > 0; await pause()) {
      if (performance.now() > end) return false;
    }
    return true;
  };
  for (const [number, ms] of [[SIGNALS.SIGTERM, timeoutMs], [SIGNALS.SIGKILL, KILLED_MS]] as const) {
    const there = look();
    if (there.length === 0) break;
    for (const one of there) {
      signal(number, one);
      signal(SIGCONT, one);
    }
    if (await gone(ms)) break;
  }
  const left = look();
  const stays = new Set(left.map(({ pid }) => pid));
  return { ended: [...seen.values()].filter(({ pid }) => !stays.has(pid)), left };
}

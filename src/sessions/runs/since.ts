import * as v from "valibot";
import { type PidRange, startedSince } from "../../facts/pid-order.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Dependencies } from "../model/dependencies.ts";

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Where the kernel was with its PIDs before the session's first command was started. */
const since = v.looseObject({ bootId: v.string(), pidNamespace: v.string(), pid: whole, forks: whole });
type Since = v.InferOutput<typeof since>;

/**
 * What the next run is to keep of it: that of the first run, as long as all of them were in one PID namespace of one
 * boot. One that somewhere else comes between may leave processes running that another moment does not tell of.
 *
 * @returns null where anybody may carry the session's marks from now on
 */
export function sinceFirstRun({ self, pidsNow }: Dependencies, { run }: SessionRecord): Since | null {
  const now = pidsNow?.() ?? null;
  const { bootId, pidNamespace } = self;
  if (now === null || pidNamespace === undefined) return null;
  if (run === undefined || run.n === 1 && run.state === "CREATED") {
    return { bootId, pidNamespace, pid: now.pid, forks: now.forks };
  }
  const first = kept(self, run["since"]);
  return first === null || startedSince(first, now) === null ? null : first;
}

/** Who may carry the marks of the session's runs. @returns null where anybody may */
export function markedSince({ self, pidsNow }: Dependencies, { run }: SessionRecord): PidRange | null {
  const first = kept(self, run?.["since"]);
  const now = first === null ? null : pidsNow?.() ?? null;
  return first === null || now === null ? null : startedSince(first, now);
}

const kept = ({ bootId, pidNamespace }: Dependencies["self"], found: unknown): Since | null =>
  v.is(since, found) && found.bootId === bootId && found.pidNamespace === pidNamespace ? found : null;

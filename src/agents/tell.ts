import { openLog, prepare, stampOf } from "../events/observe.ts";
import { writerOn } from "../events/host.ts";
import type { Reading } from "../facts/facts.ts";
import type { Store } from "../store/open.ts";
import type { Seen } from "./evidence.ts";
import { announce } from "./report.ts";

/**
 * Tell what agents say of themselves, in their files, and that no event has told. The log's lock is tried once: whoever
 * has it may be telling it. A log that cannot be written is no fault.
 */
export async function tellSeen(store: Store, boot: Reading<string>, seen: readonly Seen[]): Promise<void> {
  try {
    const log = await openLog(store);
    prepare(log);
    const stamp = stampOf(store, writerOn(store, boot));
    for (const { key, row } of seen) announce(log, stamp, key, row);
  } catch {
    // As it says.
  }
}

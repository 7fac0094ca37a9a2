import type { Reading } from "../facts/facts.ts";
import { checkDirectory } from "../store/directory.ts";
import { makeDirectory } from "../store/atomic.ts";
import { readConfig } from "../store/config.ts";
import { lockFiles } from "../store/lock-files.ts";
import { quietly } from "../store/naming.ts";
import type { Store } from "../store/open.ts";
import type { Observer, Told } from "../store/observe.ts";
import type { SessionRecord } from "../store/record.ts";
import { newsOf } from "./derive.ts";
import type { News, Stamp } from "./event.ts";
import { type Writer, writerOn } from "./host.ts";
import { append, type Log } from "./log.ts";

/** How long a change of a record waits for the log, in milliseconds: what others do there takes a third of one. */
const WAIT_MS = 2000;

/** The log of a store that keeps files. Nothing is made. */
export const openLog = async (store: Store): Promise<Log> => ({
  directory: store.backend.locate("events"),
  openLock: await lockFiles(),
  maxBytes: () => maxMB(store) * 1024 * 1024,
});

/** Look at the log's directory before it is written, and make it where it is missing. */
export function prepare({ directory }: Log): void {
  if (checkDirectory(directory) === null) makeDirectory(directory);
}

/** Damaged settings are somebody else's to tell; the log must not grow for that. */
function maxMB(store: Store): number {
  try {
    return readConfig(store)["events.maxMB"];
  } catch {
    return 8;
  }
}

export const stampOf = (store: Store, writer: Writer): Stamp => ({
  time: store.now().toISOString(),
  ...writer,
});

/**
 * Whoever writes down in the log what the store does. What was changed is changed, whether it can be told or not, so a
 * log that cannot be written stops nothing; the doctor says so.
 */
export async function logObserver(store: Store, boot: Reading<string>): Promise<Observer> {
  return observerOn(await openLog(store), store, boot);
}

function observerOn(log: Log, store: Store, boot: Reading<string>): Observer {
  let prepared = false;
  const write = (told: readonly Told[]) => {
    // Only now: a store that refuses to be written is not to be touched.
    if (!prepared) prepare(log);
    prepared = true;
    append(log, stampOf(store, writerOn(store, boot)), told.flatMap(newsOf), WAIT_MS);
  };
  return (...told) => quietly(() => write(told));
}

/** Tell of changes that were told to nobody when they were made. @returns whether it could be done */
export async function tellLate(
  store: Store,
  boot: Reading<string>,
  records: readonly SessionRecord[],
): Promise<boolean> {
  const log = await openLog(store);
  const news = records.map(({ id, name = null, updatedAt }): News => ({
    type: "session.changed",
    session: id,
    data: { name, updatedAt, what: "lost" },
  }));
  try {
    append(log, stampOf(store, writerOn(store, boot)), news, WAIT_MS);
    return true;
  } catch {
    return false;
  }
}

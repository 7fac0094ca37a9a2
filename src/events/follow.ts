import { watch } from "node:fs";
import * as files from "../store/files.ts";
import type { BerthEvent } from "./event.ts";
import { eventsOf, type LogSource, newestInode, openSources } from "./read.ts";

/** How often is looked without being told, in milliseconds: network file systems tell nobody of others' writes. */
const POLL_MS = 1000;
/** So often while there is no directory to be watched. */
const WITHOUT_MS = 200;

/** A reader of the log that goes on where it left off. */
export interface Reader extends Disposable {
  /** What came since the last time. */
  next(): Iterable<BerthEvent>;
}

/** Read the log after a number, and later what came since, whatever became of its files meanwhile. */
export function openReader(directory: string, since: number): Reader {
  let sources: LogSource[] = [];
  let last = since;
  const close = () => {
    for (const { fd } of sources) files.closeSync(fd);
    sources = [];
  };
  function* take(): Generator<BerthEvent> {
    for (const event of eventsOf(sources, last)) {
      last = event.seq;
      yield event;
    }
  }
  return {
    *next() {
      // What was read is read to its end first: nobody writes there once it has another name.
      yield* take();
      if (sources.at(-1)?.inode === newestInode(directory)) return;
      const opened = openSources(directory);
      close();
      sources = opened;
      yield* take();
    },
    [Symbol.dispose]: close,
  };
}

/**
 * Resolves when something may have changed in the log's directory, after a second at the latest. The directory is
 * watched and not the file: that has another name as soon as the next one is begun.
 */
export function openWatch(directory: string): { change(atMostMs?: number): Promise<void> } & Disposable {
  let wake = () => {};
  let woken = false;
  const start = () => {
    try {
      const watcher = watch(directory, () => {
        woken = true;
        wake();
      });
      // A directory that is removed is told once, and is polled from then on.
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch {
      // Not there yet, or too many are watched.
      return null;
    }
  };
  let watcher = start();
  return {
    async change(atMostMs = POLL_MS) {
      watcher ??= start();
      const most = Math.min(atMostMs, watcher === null ? WITHOUT_MS : POLL_MS);
      if (!woken && most > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, most);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = () => {};
      woken = false;
    },
    [Symbol.dispose]: () => watcher?.close(),
  };
}

/** What is in the log after a number, and all that comes, without end. */
export async function* followEvents(directory: string, since: number): AsyncGenerator<BerthEvent> {
  using reader = openReader(directory, since);
  using watcher = openWatch(directory);
  for (;;) {
    yield* reader.next();
    await watcher.change();
  }
}

import * as files from "../store/files.ts";
import { type BerthEvent, isEvent, type News, type Stamp, VERSION } from "./event.ts";
import { isSpool, text } from "./files.ts";

const MOST_BYTES = 8 * 1024 * 1024;

/** Something that is told, by whom and when. */
export interface StampedNews {
  readonly stamp: Stamp;
  readonly news: News;
}

/** What somebody could not write into the log in time, the oldest first: their names begin with the time. */
export const spoolFiles = (directory: string): { path: string; entries: readonly StampedNews[] }[] =>
  files.readdirSync(directory).filter(isSpool).sort().map((base) => {
    const path = `${directory}/${base}`;
    return { path, entries: spooledIn(path) };
  });

/** What is in it; nothing where it is damaged, for it is not written twice. */
function spooledIn(path: string): StampedNews[] {
  try {
    const fd = files.openToRead(path);
    try {
      const { size } = files.fstat(fd);
      const { stamp, news } = JSON.parse(text(files.readUpTo(fd, Math.min(size, MOST_BYTES))));
      const entries = (news as readonly News[]).map((one) => ({ stamp, news: one }));
      return entries.every((entry) => isEvent(eventOf(entry))) ? entries : [];
    } finally {
      files.closeSync(fd);
    }
  } catch {
    return [];
  }
}

/** It has no number yet, so it gets the lowest one. */
const eventOf = (
  { stamp: { time, host, boot }, news: { type, session, data } }: StampedNews,
): BerthEvent => ({
  v: VERSION,
  seq: 1,
  time,
  host,
  boot,
  session,
  type,
  data,
});

/**
 * What waits there for the next writer, for who must not wait for one: an agent that asks for something tells nothing
 * more. It comes again with a number, as soon as it is in the log.
 */
export function* spooledEvents(directory: string): Generator<BerthEvent> {
  try {
    for (const { entries } of spoolFiles(directory)) yield* entries.map(eventOf);
  } catch (error) {
    if (files.errnoOf(error) !== "ENOENT") throw error;
  }
}

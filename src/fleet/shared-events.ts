/** What happened in the shared store, in the order in which it became visible. */
import { array, parse, string, tuple } from "valibot";
import { parseLine } from "../events/event.ts";
import { openBell } from "../store/postgres/bell.ts";
import { literal } from "../store/postgres/schema.ts";
import type { SharedBackend } from "../store/postgres/place.ts";
import type { Settings } from "../store/postgres/settings.ts";

/** Where a reader is: the transaction and the event in it. */
export interface EventPosition {
  readonly xid: string;
  readonly id: string;
  /** Before which transaction all was read: while that is the oldest one still, there is nothing new. */
  readonly seen?: string;
}

export const BEGINNING: EventPosition = { xid: "0", id: "0" };

/** Events at a time. */
const PAGE = 1000;

const page = tuple([string(), array(tuple([string(), string(), string()]))]);

export interface SharedEvent {
  readonly position: EventPosition;
  readonly event: Record<string, unknown>;
}

/**
 * The events after a position. A transaction that is still under way may commit events with an earlier place than those
 * that are there already, so only what is before all of them is read: nobody ever misses one.
 *
 * @returns where the reader is then
 */
export async function* eventsAfter(
  { pool, options: { store } }: SharedBackend,
  position: EventPosition,
): AsyncGenerator<SharedEvent, EventPosition> {
  for (let at = position;;) {
    const values = [store, at.xid, at.id, at.seen ?? "0"].map(literal).join(", ");
    const { rows: [rows = []] } = await pool.use((connection) =>
      connection.script([`select berth.events_after(${values}, ${PAGE}) as found`])
    );
    const found = rows[0]?.["found"];
    if (typeof found !== "string") return at;
    if (!found.startsWith("[")) return { ...at, seen: found };
    const [seen, events] = parse(page, JSON.parse(found));
    for (const [xid, id, event] of events) {
      at = { xid, id };
      const parsed = parseLine(event.replace(/"seq":0,/, `"seq":${id},`));
      if (parsed !== null) yield { position: at, event: { ...parsed, position: `${xid}/${id}` } };
    }
    if (events.length < PAGE) return { ...at, seen };
  }
}

/**
 * The place that an event has: `position` as it stands there, or its `seq` alone, which is looked for. Of one that is not
 * kept any more it is the place of the last one before it.
 */
export async function positionOf(
  { pool, options: { store } }: SharedBackend,
  given: string,
): Promise<EventPosition> {
  const [xid = "", id] = given.split("/");
  if (id !== undefined) return { xid, id };
  const [row] = await pool.use((connection) =>
    connection.ask(
      `select xid::text as xid, id::text as id from berth.events where store = $1 and id <= $2::text::bigint
       order by berth.events.id desc limit 1`,
      [store, given],
    )
  );
  return row === undefined ? BEGINNING : { xid: String(row["xid"]), id: String(row["id"]) };
}

/** As `eventsAfter`, and then what comes. */
export async function* followShared(place: SharedBackend, position: EventPosition, listen: Settings) {
  await using bell = await openBell(listen);
  for (let at = position;;) {
    at = yield* eventsAfter(place, at);
    await bell.change(bell.pauseMs);
  }
}

/** What happened in the shared store, in the order in which it became visible. */
import { parseLine } from "../events/event.ts";
import { openBell } from "../store/postgres/bell.ts";
import { literal } from "../store/postgres/schema.ts";
import type { SharedBackend } from "../store/postgres/place.ts";
import type { Settings } from "../store/postgres/settings.ts";

/** Where a reader is: the transaction and the event in it. */
export interface EventPosition {
  readonly xid: string;
  readonly id: string;
}

export const BEGINNING: EventPosition = { xid: "0", id: "0" };

/** Events at a time. */
const PAGE = 1000;

/**
 * The events after a position. A transaction that is still under way may commit events with an earlier place than those
 * that are there already, so only what is before all of them is read: nobody ever misses one.
 */
export async function* eventsAfter(
  { pool, options: { store } }: SharedBackend,
  position: EventPosition,
): AsyncGenerator<{ position: EventPosition; event: Record<string, unknown> }> {
  for (let at = position;;) {
    const [rows = []] = await pool.use(async (connection) =>
      (await connection.script([
        `select xid::text as xid, id::text as id, event from berth.events
         where store = ${literal(store)} and (xid, id) > (${literal(at.xid)}::xid8, ${literal(at.id)}::bigint)
           and xid < pg_snapshot_xmin(pg_current_snapshot())
         order by berth.events.xid, berth.events.id limit ${PAGE}`,
      ])).rows
    );
    for (const { xid, id, event } of rows) {
      at = { xid: String(xid), id: String(id) };
      const parsed = parseLine(String(event).replace(/"seq":0,/, `"seq":${String(id)},`));
      if (parsed !== null) yield { position: at, event: { ...parsed, position: `${at.xid}/${at.id}` } };
    }
    if (rows.length < PAGE) return;
  }
}

/** As `eventsAfter`, and then what comes. */
export async function* followShared(place: SharedBackend, listen: Settings) {
  await using bell = await openBell(listen);
  for (let at = BEGINNING;;) {
    for await (const one of eventsAfter(place, at)) {
      at = one.position;
      yield one;
    }
    await bell.change(bell.pauseMs);
  }
}

import { BerthError, fail } from "../../errors/errors.ts";
import { type DatabaseConnection, nameOf } from "./connection.ts";
import { lockKey, type Registered, type Registration, type SharedBackend } from "./place.ts";
import { literal } from "./schema.ts";
import type { Changes } from "./working-set.ts";

/** What the holder of a lock wants to be kept. */
export interface Commit {
  readonly name: string;
  readonly holder: string;
  readonly changes: Changes;
  readonly events: readonly string[];
  readonly waitMs: number;
  /** The database's ID. */
  readonly database: string;
}

/** How long it is looked for whether a write got there, in milliseconds. */
const LOOK_MS = 5000;
/** A writer wakes who waits at most so often, in milliseconds: each time takes a lock of the whole server. */
const NOTIFY_MS = 1000;
let notified = -Infinity;

/**
 * Send what was changed and end the transaction, which gives the lock back.
 *
 * @throws `write_lost` where nothing of it was kept, `write_unsure` where nobody can tell, `lock_lost`, `fenced`
 */
export async function commitChanges(
  place: SharedBackend,
  connection: DatabaseConnection,
  commit: Commit,
): Promise<void> {
  const { pool, options } = place;
  const write = crypto.randomUUID();
  const { registered = unregistered } = options;
  try {
    await registered(
      connection,
      commit.database,
      (registration) => send(connection, options.store, write, commit, registration),
    );
    await pool.giveBack(connection, true);
  } catch (error) {
    await pool.giveBack(connection);
    if (!(error instanceof BerthError) || error.code !== "shared_unreachable") throw error;
    await lookUp(place, write, commit, error);
  }
}

const unregistered: Registered = (_connection, _database, work) => work(null);

async function send(
  connection: DatabaseConnection,
  store: string,
  write: string,
  { holder, changes, events }: Commit,
  registration: Registration | null,
): Promise<void> {
  const notify = performance.now() - notified >= NOTIFY_MS;
  if (notify) notified = performance.now();
  const values = [
    literal(store),
    literal(holder),
    literal(write),
    literal(JSON.stringify([...changes])),
    literal(JSON.stringify(events)),
    literal(registration?.host ?? null),
    literal(registration?.epoch ?? null),
    String(notify),
  ];
  const types = ["", "", "::uuid", "::jsonb", "::jsonb", "::uuid", "::bigint", ""];
  const call = values.map((value, at) => `${value}${types[at]}`).join(", ");
  const { last } = await connection.script([`select berth.apply(${call})`, "commit"]);
  if (last !== "COMMIT") throw fail("lock_lost", { what: "the lock in the database", why: last });
}

/**
 * Find out whether a write got there whose acknowledgement did not. Whoever wrote holds the session's lock to the end of
 * its transaction: with that lock in our hands, it has ended, and its row is there or never will be.
 */
async function lookUp(
  place: SharedBackend,
  write: string,
  { name, waitMs }: Commit,
  cause: BerthError,
): Promise<void> {
  const { pool, options: { store, settings } } = place;
  const end = performance.now() + Math.max(LOOK_MS, waitMs);
  const unsure = (why: string) => fail("write_unsure", { why, write, schema: "berth" }, cause);
  for (;;) {
    const left = end - performance.now();
    if (left <= 0) throw unsure(`${nameOf(settings.servers[0] ?? { host: "", port: 0 })} did not answer`);
    try {
      if (await pool.use((connection) => isThere(connection, store, name, write, left))) return;
      throw fail("write_lost", { host: nameOf(settings.servers[0] ?? { host: "", port: 0 }) }, cause);
    } catch (error) {
      if (!(error instanceof BerthError) || !["shared_unreachable", "shared_busy"].includes(error.code)) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(200, Math.max(0, left))));
    }
  }
}

async function isThere(
  connection: DatabaseConnection,
  store: string,
  name: string,
  write: string,
  left: number,
): Promise<boolean> {
  const ms = Math.ceil(left);
  const { rows: [, , , found] } = await connection.script([
    "begin",
    `select set_config('lock_timeout', '${ms}', true), set_config('statement_timeout', '${ms + 1000}', true)`,
    `select pg_advisory_xact_lock(${lockKey(store, name)})`,
    `select pg_is_in_recovery() as standby,
       exists (select from berth.writes where store = ${literal(store)} and id = '${write}') as there`,
    "commit",
  ]);
  const [row] = found ?? [];
  // What a standby has not heard of yet may still come.
  if (row?.["there"] !== true && row?.["standby"] === true) {
    throw fail("shared_unreachable", { host: nameOf(connection.server), why: "it is a standby" });
  }
  return row?.["there"] === true;
}

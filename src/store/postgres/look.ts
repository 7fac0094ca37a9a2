import { BerthError } from "../../errors/errors.ts";
import { connect, type DatabaseConnection, nameOf } from "./connection.ts";
import { checkReady, readySql } from "./ready.ts";
import type { Settings } from "./settings.ts";
import { weakness } from "./tls.ts";

/** A transaction that keeps events from being read: theirs come first. */
export interface Holding {
  readonly pid: number;
  readonly database: string;
}

/** What is to be known of the server, and what speaks against using it. */
export interface Look {
  readonly host: string;
  readonly database: string;
  readonly role: string;
  readonly store: string;
  readonly server: string;
  /** The protocol, null where the connection is not encrypted. */
  readonly tls: string | null;
  readonly standby: boolean;
  /** Of one question, in milliseconds. */
  readonly latency: number;
  /** Seconds that the slowest standby is behind, or we where we are one; null where there is none, or this role may not know. */
  readonly lag: number | null;
  /** Whether a pooler stands between: it calls itself by another process ID than the server does. */
  readonly pooler: boolean;
  readonly holding: Holding | null;
  readonly missing: readonly string[];
}

/** Of a standby that has all, the server says after a while nothing any more; of those that a role may not see, no state. */
const LAG = `select case
    when pg_is_in_recovery() then case
      when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
      else extract(epoch from clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) end
    else (select case when count(state) > 0 then coalesce(max(extract(epoch from replay_lag)), 0) end
      from pg_stat_replication)
  end::float8 as lag`;

/** @throws `shared_unreachable`, `shared_refused` */
export async function lookAt(settings: Settings, store: string): Promise<Look> {
  await using connection = await connect(settings);
  const began = performance.now();
  const [facts = {}] = await connection.ask(
    `select current_setting('server_version') as server, session_user::text as role, current_database()::text as database,
       pg_is_in_recovery() as standby, current_setting('server_version_num')::int as number, pg_backend_pid() as pid,
       (select version from pg_stat_ssl where pid = pg_backend_pid()) as tls`,
  );
  const latency = Math.round((performance.now() - began) * 10) / 10;
  const [lag = {}] = await connection.ask(LAG);
  const missing = await missingAt(connection, settings, store, Number(facts["number"]));
  return {
    host: nameOf(connection.server),
    database: String(facts["database"]),
    role: String(facts["role"]),
    store,
    server: String(facts["server"]),
    tls: typeof facts["tls"] === "string" ? facts["tls"] : null,
    standby: facts["standby"] === true,
    latency,
    lag: typeof lag["lag"] === "number" ? lag["lag"] : null,
    pooler: connection.pid !== Number(facts["pid"]),
    holding: missing.length > 0 ? null : await holdingAt(connection),
    missing,
  };
}

async function missingAt(
  connection: DatabaseConnection,
  settings: Settings,
  store: string,
  version: number,
): Promise<string[]> {
  const missing: string[] = [];
  if (version < 140_000) missing.push("PostgreSQL 14 or later");
  const weak = weakness(settings);
  if (weak !== null) missing.push(weak);
  try {
    const [row] = await connection.ask(readySql(store));
    checkReady(connection, store, row);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    missing.push(`${error.message} (${error.hint})`);
  }
  return missing;
}

/**
 * The oldest transaction that has an ID, of whatever database of the server, while it keeps events from being read. Of
 * another role's the server tells no more than process and database.
 */
async function holdingAt(connection: DatabaseConnection): Promise<Holding | null> {
  const [row] = await connection.ask(
    `select l.pid, coalesce(d.datname, '') as database
     from pg_locks l left join pg_stat_activity a on a.pid = l.pid left join pg_database d on d.oid = a.datid
     where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
       and exists (select from berth.events where xid >= pg_snapshot_xmin(pg_current_snapshot()))
     order by age(l.transactionid) desc limit 1`,
  );
  return row === undefined ? null : { pid: Number(row["pid"]), database: String(row["database"]) };
}

/** That this host is there: a row in the database, renewed while something runs. The server's clock alone counts. */
import { fail } from "../errors/errors.ts";
import type { HostEntry } from "../store/hosting.ts";
import type { Store } from "../store/open.ts";
import type { DatabaseConnection } from "../store/postgres/connection.ts";
import { keepEpoch, knownEpoch, lockLeases } from "./known-lease.ts";

/** How often a lease is renewed, and when one that was not has expired, in seconds. */
export const RENEW_S = 15;
export const EXPIRE_S = 60;
/** Boots of a host that its row remembers. */
const MAX_BOOTS = 16;

export interface Lease {
  readonly host: string;
  /** Grows with each registration: what an older one writes is refused. */
  readonly epoch: string;
  /** Whether another machine takes itself for this one: it registered after us, and we are still here. */
  readonly cloned: boolean;
}

/**
 * Register this host in the database. From now on whoever knows an older registration alone writes nothing more.
 *
 * @param known the last registration that is known here: the database may have come back from a backup
 */
export async function enter(
  connection: DatabaseConnection,
  store: string,
  { uuid, machine, boots, label }: HostEntry,
  known: string,
): Promise<Lease> {
  const boot = boots.at(-1) ?? null;
  const [row] = await connection.ask(
    `with before as (
       select machine, boot, boots from berth.hosts where store = $1 and host = $2::text::uuid
     ), made as (
       insert into berth.hosts as h (store, host, machine, boot, label, epoch, boots)
       values ($1, $2::text::uuid, $3, $4::text, $5, $6::text::bigint + 1, array_remove(array[$4::text], null))
       on conflict (store, host) do update set machine = excluded.machine, boot = excluded.boot,
         label = excluded.label, epoch = greatest(h.epoch, $6::text::bigint) + 1, renewed = clock_timestamp(),
         boots = array(
           select one from (
             select one, n from unnest(array_remove(h.boots, excluded.boot) || excluded.boots) with ordinality u(one, n)
             order by n desc limit ${MAX_BOOTS}
           ) last order by n
         )
       returning epoch
     )
     select made.epoch::text as epoch,
       coalesce(b.machine = $3 and b.boot is distinct from $4::text and $4::text = any(b.boots), false) as cloned
     from made left join before b on true`,
    [store, uuid, machine, boot, label, known],
  );
  return { host: uuid, epoch: String(row?.["epoch"]), cloned: row?.["cloned"] === true };
}

/** Register this host anew, and note that here: who shares this machine's store with us goes on under it. */
export async function register(
  local: Store,
  connection: DatabaseConnection,
  store: string,
  host: HostEntry,
): Promise<Lease> {
  await using _lock = await lockLeases(local);
  const place = { host, database: await databaseOf(connection), store };
  const lease = await enter(connection, store, host, knownEpoch(local, place, "whatever boot") ?? "0");
  keepEpoch(local, place, lease.epoch);
  return lease;
}

/** The registration of this boot, as it is known here, or a new one. @throws `fenced` */
export async function join(
  local: Store,
  connection: DatabaseConnection,
  store: string,
  host: HostEntry,
): Promise<Lease> {
  const epoch = knownEpoch(local, { host, database: await databaseOf(connection), store });
  if (epoch === null) return await register(local, connection, store, host);
  const [row] = await connection.ask(
    `update berth.hosts set renewed = case when epoch = $3::text::bigint then clock_timestamp() else renewed end
     where store = $1 and host = $2::text::uuid returning epoch > $3::text::bigint as newer, epoch = $3::text::bigint as ours`,
    [store, host.uuid, epoch],
  );
  if (row?.["newer"] === true) throw fail("fenced", {});
  // A database that came back from a backup knows less than we do.
  if (row?.["ours"] !== true) return await register(local, connection, store, host);
  return { host: host.uuid, epoch, cloned: false };
}

/** By which ID the database is told from others, whatever it is called from here. */
async function databaseOf(connection: DatabaseConnection): Promise<string> {
  const [row] = await connection.ask("select id::text as id from berth.meta order by version desc limit 1");
  return String(row?.["id"]);
}

/** @throws `fenced` where the host was registered anew since, or is not there any more */
export async function renew(
  connection: DatabaseConnection,
  store: string,
  { host, epoch }: Lease,
): Promise<void> {
  const rows = await connection.ask(
    `update berth.hosts set renewed = clock_timestamp()
     where store = $1 and host = $2::text::uuid and epoch = $3::text::bigint returning 1`,
    [store, host, epoch],
  );
  if (rows.length === 0) throw fail("fenced", {});
}

/**
 * Whether a copy of this machine is at work: it registered under our ID after a registration of this boot, and we are here.
 * A reboot does not come back.
 */
export async function isCopied(
  connection: DatabaseConnection,
  store: string,
  { uuid, machine, boots }: HostEntry,
): Promise<boolean> {
  const boot = boots.at(-1);
  if (boot === undefined) return false;
  const [row] = await connection.ask(
    `select machine = $3 and boot is distinct from $4 and $4 = any(boots) as copied
     from berth.hosts where store = $1 and host = $2::text::uuid`,
    [store, uuid, machine, boot],
  );
  return row?.["copied"] === true;
}

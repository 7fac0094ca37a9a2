/** That this host is there: a row in the database, renewed while something runs. The server's clock alone counts. */
import { fail } from "../errors/errors.ts";
import type { HostEntry } from "../store/hosting.ts";
import type { DatabaseConnection } from "../store/postgres/connection.ts";

/** How often a lease is renewed, and when one that was not has expired, in seconds. */
export const RENEW_S = 15;
export const EXPIRE_S = 60;

export interface Lease {
  readonly host: string;
  /** Grows with each registration: what an older one writes is refused. */
  readonly epoch: string;
  /** Whether another machine that is up at this moment takes itself for this one. */
  readonly cloned: boolean;
}

/** Register this host. From now on an older registration of it writes nothing more. */
export async function register(
  connection: DatabaseConnection,
  store: string,
  { uuid, machine, boots, label }: HostEntry,
): Promise<Lease> {
  const boot = boots.at(-1) ?? null;
  const [row] = await connection.ask(
    `with before as (
       select machine, boot, renewed > clock_timestamp() - make_interval(secs => $6::text::int) as up
       from berth.hosts where store = $1 and host = $2::text::uuid
     ), made as (
       insert into berth.hosts as h (store, host, machine, boot, label, epoch)
       values ($1, $2::text::uuid, $3, $4, $5, 1)
       on conflict (store, host) do update set machine = excluded.machine, boot = excluded.boot,
         label = excluded.label, epoch = h.epoch + 1, renewed = clock_timestamp()
       returning epoch
     )
     select made.epoch::text as epoch, coalesce(b.up and b.machine = $3 and b.boot is distinct from $4, false) as cloned
     from made left join before b on true`,
    [store, uuid, machine, boot, label, String(EXPIRE_S)],
  );
  return { host: uuid, epoch: String(row?.["epoch"]), cloned: row?.["cloned"] === true };
}

/** @throws `fenced` where the host was registered anew since */
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

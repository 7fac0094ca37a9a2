/** Writes to a shared store, in the name of this host: an older life of it, or a copy, is refused. */
import { BerthError, fail } from "../errors/errors.ts";
import type { HostEntry } from "../store/hosting.ts";
import { hostOf } from "../store/hosts.ts";
import type { Store } from "../store/open.ts";
import type { Registered } from "../store/postgres/place.ts";
import { keepEpoch, knownEpoch, lockLeases } from "./known-lease.ts";
import { enter } from "./lease.ts";

/**
 * How a write of this machine is registered. The first one of a boot registers the host, in the same transaction; all
 * others are of the registration that is known here. A store that can note nothing has no host, and is not fenced.
 */
export const registeredBy =
  (local: Store, store: string): Registered => async (connection, database, work) => {
    const host = await hostOf(local);
    if (host === null) return await work(null);
    const place = { host, database, store };
    const epoch = knownEpoch(local, place);
    if (epoch !== null) return await under(local, place, epoch, work);
    const lock = await lockLeases(local).catch((error: unknown) => {
      if (error instanceof BerthError) return null;
      throw error;
    });
    if (lock === null) return await work(null);
    try {
      const meanwhile = knownEpoch(local, place);
      if (meanwhile !== null) return await work({ host: host.uuid, epoch: meanwhile });
      const lease = await enter(connection, store, host, knownEpoch(local, place, "whatever boot") ?? "0");
      const result = await work(lease);
      keepEpoch(local, place, lease.epoch);
      return result;
    } finally {
      await lock.release();
    }
  };

/** What somebody beside us has registered anew at this moment has not fenced us: nothing was kept, and it may be tried again. */
async function under<T>(
  local: Store,
  place: { host: HostEntry; database: string; store: string },
  epoch: string,
  work: (registration: { host: string; epoch: string }) => Promise<T>,
): Promise<T> {
  try {
    return await work({ host: place.host.uuid, epoch });
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "fenced") throw error;
    {
      await using _lock = await lockLeases(local);
      if (knownEpoch(local, place) === epoch) throw error;
    }
    throw fail(
      "write_lost",
      { host: place.host.label, why: "this host was registered anew meanwhile" },
      error,
    );
  }
}

/** The registrations of this host at shared stores, as this machine's store knows them: a copy of it knows no later ones. */
import { is, literal as exactly, looseObject, nullable, record, string } from "valibot";
import { BerthError } from "../errors/errors.ts";
import type { Lock } from "../store/backend.ts";
import type { HostEntry } from "../store/hosting.ts";
import { LEASES_LOCK } from "../store/names.ts";
import type { Store } from "../store/open.ts";

const keptSchema = looseObject({
  schema: exactly(1),
  boot: nullable(string()),
  epochs: record(string(), string()),
});

/** A host at one store of a database. */
export interface LeasePlace {
  readonly host: HostEntry;
  /** The ID of the database. */
  readonly database: string;
  readonly store: string;
}

const nameOf = ({ uuid }: HostEntry): string => `fleet/lease-${uuid}.json`;
const keyOf = ({ database, store }: LeasePlace): string => `${database}/${store}`;

function read(local: Store, host: HostEntry) {
  const content = local.backend.read(nameOf(host), "only");
  if (content?.kind !== "bytes") return null;
  try {
    const kept: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
    return is(keptSchema, kept) ? kept : null;
  } catch {
    return null;
  }
}

/** The last registration that is known here; null where there is none, or it is one of an earlier boot. */
export function knownEpoch(
  local: Store,
  place: LeasePlace,
  which: "this boot" | "whatever boot" = "this boot",
): string | null {
  const kept = read(local, place.host);
  if (which === "this boot" && kept?.boot !== (place.host.boots.at(-1) ?? null)) return null;
  return kept?.epochs[keyOf(place)] ?? null;
}

/** Note a registration. Where it cannot be kept, the next one is another. */
export function keepEpoch(local: Store, place: LeasePlace, epoch: string): void {
  const boot = place.host.boots.at(-1) ?? null;
  const before = read(local, place.host);
  const epochs = { ...before?.boot === boot ? before.epochs : {}, [keyOf(place)]: epoch };
  try {
    local.backend.write(nameOf(place.host), `${JSON.stringify({ schema: 1, boot, epochs })}\n`);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
  }
}

/** The lock under which registrations are made and noted; no other is taken under it. */
export const lockLeases = (local: Store): Promise<Lock> =>
  local.backend.lock(LEASES_LOCK, { waitMs: local.waitMs, what: "the leases", command: local.command });

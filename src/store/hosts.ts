import { is } from "valibot";
import { BerthError } from "../errors/errors.ts";
import type { MachineIdentity } from "../facts/machine-identity.ts";
import type { Content, Lock } from "./backend.ts";
import { type HostEntry, hostSchema } from "./hosting.ts";
import { hostName, HOSTS_LOCK } from "./names.ts";
import type { Store } from "./open.ts";
import { moveAway } from "./quarantine.ts";
import type { SessionRecord } from "./record.ts";

/** Boots of a host that its entry remembers, the last one at the end. */
const MAX_BOOTS = 16;

/** The store's entry of this machine, as it is; null where there is none yet, or none that can be read. */
export function knownHost(store: Store): HostEntry | null {
  const identity = store.hosting?.identity() ?? null;
  return identity === null ? null : store.hosting?.entry ?? readEntry(store, identity.machine);
}

/** As it is for who only reads: one that cannot be read is as good as none. */
function readEntry(store: Store, machine: string): HostEntry | null {
  try {
    return entryOf(store.backend.read(hostName(machine), "only"), machine);
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

/** Null where there is none, or one that is damaged. */
function entryOf(content: Content | null, machine: string): HostEntry | null {
  if (content?.kind !== "bytes") return null;
  try {
    const entry: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
    return is(hostSchema, entry) && entry.machine === machine ? entry : null;
  } catch {
    return null;
  }
}

/**
 * The store's entry of this machine, made or brought up to date where need be: for who writes. Null where the store is
 * told of no machine, or cannot keep an entry: then records say nothing of it.
 */
export async function hostOf(store: Store): Promise<HostEntry | null> {
  const { hosting } = store;
  const identity = hosting?.identity() ?? null;
  if (hosting === undefined || identity === null) return null;
  if (hosting.entry !== undefined) return hosting.entry;
  const known = readEntry(store, identity.machine);
  if (known !== null && isUpToDate(known, identity)) return hosting.entry = known;
  try {
    return hosting.entry = await changeEntry(store, identity, (entry) => booted(entry, identity));
  } catch (error) {
    if (error instanceof BerthError) return null;
    throw error;
  }
}

const isUpToDate = ({ boots }: HostEntry, { boot }: MachineIdentity): boolean =>
  boot === null || boots.at(-1) === boot;

/** No boot ever comes back, except where two machines take themselves for the same one. */
function booted(entry: HostEntry, { boot }: MachineIdentity): HostEntry {
  if (boot === null || entry.boots.at(-1) === boot) return entry;
  const cloned = entry.boots.includes(boot) ? { cloned: true } : {};
  const earlier = entry.boots.filter((one) => one !== boot);
  return { ...entry, ...cloned, boots: [...earlier, boot].slice(-MAX_BOOTS) };
}

/**
 * Take this machine for another one from now on, since a second one takes itself for the same. Of what ran under the
 * old UUID it can then not be told where it runs.
 */
export async function renewHost(store: Store): Promise<HostEntry | null> {
  const identity = store.hosting?.identity() ?? null;
  if (store.hosting === undefined || identity === null) return null;
  const renewed = await changeEntry(store, identity, ({ cloned: _, ...entry }) => ({
    ...entry,
    uuid: crypto.randomUUID(),
    boots: identity.boot === null ? [] : [identity.boot],
  }));
  return store.hosting.entry = renewed;
}

/** Under a lock of its own, which may be taken while others are held, and under which no other is taken. */
async function changeEntry(
  store: Store,
  identity: MachineIdentity,
  change: (entry: HostEntry) => HostEntry,
): Promise<HostEntry> {
  await using _lock = await lockHosts(store);
  const name = hostName(identity.machine);
  // One that cannot be read at this moment is not replaced.
  const content = store.backend.read(name, "only");
  const before = entryOf(content, identity.machine);
  const entry = change(before ?? freshEntry(identity));
  if (before === null && content !== null) {
    moveAway(store, name, `host-${identity.machine}`, "not-a-record");
  }
  store.backend.write(name, `${JSON.stringify(entry)}\n`);
  return entry;
}

const lockHosts = (store: Store): Promise<Lock> =>
  store.backend.lock(HOSTS_LOCK, { waitMs: store.waitMs, what: "the hosts", command: store.command });

const freshEntry = ({ machine, lasting, label, boot }: MachineIdentity): HostEntry => ({
  schema: 1,
  uuid: crypto.randomUUID(),
  machine,
  label: label(),
  lasting,
  boots: boot === null ? [] : [boot],
});

interface Stamped {
  bootId?: string | null;
  pidNamespace?: string;
  host?: string;
}

/** Write into the record on which host its processes of this boot and PID namespace are: that is this one. */
export function stampHost(record: SessionRecord, { uuid }: HostEntry, identity: MachineIdentity): void {
  const { boot, pidNamespace } = identity;
  const { anchor, holders = [], run } = record;
  const journal = record["pending"] as { by?: Stamped } | undefined;
  const owners = [run?.["supervisor"], run?.["cleaning"]] as (Stamped | undefined)[];
  for (const one of [anchor, ...holders, run, journal?.by, ...owners] as (Stamped | undefined)[]) {
    if (typeof one !== "object" || one === null || one.host !== undefined) continue;
    if (boot === null || one.bootId !== boot) continue;
    if (one.pidNamespace === undefined || one.pidNamespace === pidNamespace) one.host = uuid;
  }
}

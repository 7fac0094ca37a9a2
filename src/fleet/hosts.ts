/** The hosts that are known, and what each said last, as the store keeps them. */
import * as v from "valibot";
import { BerthError, fail, quotePath } from "../errors/errors.ts";
import { MAX_BYTES } from "../store/backend.ts";
import { lockScope } from "../store/locks.ts";
import { fileName } from "../store/names.ts";
import type { Store } from "../store/open.ts";
import {
  checkedDestination,
  checkedHostName,
  checkedProgram,
  type FleetHost,
  isHostName,
} from "./destination.ts";

const HOSTS = "fleet/hosts.json";
/** What is started there when it is not said: as the PATH of a login that is none finds it. */
const BERTH = "berth";

const keptHost = v.looseObject({ ssh: v.exactOptional(v.string()), berth: v.exactOptional(v.string()) });
const hostsSchema = v.looseObject({
  schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
  hosts: v.record(v.string(), keptHost),
});
type KeptHosts = v.InferOutput<typeof hostsSchema>;

const answerSchema = v.looseObject({
  schema: v.literal(1),
  at: v.pipe(v.string(), v.isoTimestamp()),
  answer: v.unknown(),
});

/** What a host said, and when. */
export interface KeptAnswer {
  readonly at: Date;
  /** As it came; to be validated by who reads it. */
  readonly answer: unknown;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

/** @throws `corrupt_record`, `newer_record` */
function load(store: Store): KeptHosts {
  const content = store.backend.read(HOSTS, "only");
  if (content === null) return { schema: 1, hosts: {} };
  const file = quotePath(store.backend.locate(HOSTS));
  const parsed = content.kind === "bytes" ? parse(content.bytes) : null;
  if (!v.is(hostsSchema, parsed)) throw fail("corrupt_record", { file, why: "it is no list of hosts" });
  if (parsed.schema > 1) throw fail("newer_record", { file, schema: parsed.schema });
  return parsed;
}

const hostOf = (
  name: string,
  { ssh = name, berth = BERTH }: { ssh?: string; berth?: string },
): FleetHost => ({
  name,
  ssh,
  berth,
});

/** All hosts that are known, by name. */
export function knownHosts(store: Store): FleetHost[] {
  return Object.entries(load(store).hosts).map(([name, kept]) => hostOf(name, kept))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** A host that is known by that name, or that ssh knows. @throws `bad_destination` */
export function findHost(store: Store, given: string): FleetHost {
  const { hosts } = load(store);
  const kept = Object.hasOwn(hosts, given) ? hosts[given] : undefined;
  return hostOf(given, { ...kept ?? { ssh: checkedDestination(given) } } as { ssh?: string });
}

async function change(store: Store, make: (hosts: KeptHosts["hosts"]) => void): Promise<void> {
  await using _lock = await lockScope(store, { kind: "global" });
  const kept = load(store);
  make(kept.hosts);
  store.backend.write(HOSTS, `${JSON.stringify(kept, null, 2)}\n`);
}

/** @throws `bad_host_name`, `bad_destination`, `bad_program_path`, `host_exists` */
export async function addHost(store: Store, name: string, ssh?: string, berth?: string): Promise<FleetHost> {
  checkedHostName(name);
  const kept = {
    ...ssh === undefined ? {} : { ssh: checkedDestination(ssh) },
    ...berth === undefined ? {} : { berth: checkedProgram(berth) },
  };
  checkedDestination(ssh ?? name);
  await change(store, (hosts) => {
    if (Object.hasOwn(hosts, name)) throw fail("host_exists", { name });
    hosts[name] = kept;
  });
  return hostOf(name, kept);
}

/** Forget a host, and what it said. @throws `no_such_host` */
export async function removeHost(store: Store, name: string): Promise<void> {
  await change(store, (hosts) => {
    if (!Object.hasOwn(hosts, name)) throw fail("no_such_host", { name });
    delete hosts[name];
  });
  store.backend.remove(answerName(name));
}

const answerName = (name: string): string => `fleet/${fileName(name)}.answer.json`;

/** What a host said last, null where nothing is kept that can be read: it is only a memory. */
export function lastAnswer(store: Store, name: string): KeptAnswer | null {
  if (!isHostName(name)) return null;
  const content = store.backend.read(answerName(name), "only");
  const parsed = content?.kind === "bytes" ? parse(content.bytes) : null;
  return v.is(answerSchema, parsed) ? { at: new Date(parsed.at), answer: parsed.answer } : null;
}

/**
 * Keep what a host said, unless that is more than a store takes. It is only a memory: a store that cannot be written to is
 * no reason to have heard nothing.
 */
export function keepAnswer(store: Store, name: string, answer: unknown): void {
  const text = JSON.stringify({ schema: 1, at: store.now().toISOString(), answer });
  if (!isHostName(name) || Buffer.byteLength(text) >= MAX_BYTES) return;
  try {
    store.backend.write(answerName(name), `${text}\n`);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
  }
}

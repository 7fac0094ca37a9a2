/** What a host lets others see of its sessions: its own rows alone, so nobody is in anybody's way. */
import * as v from "valibot";
import { fail } from "../errors/errors.ts";
import type { SharedBackend } from "../store/postgres/place.ts";
import { EXPIRE_S, type Lease } from "./lease.ts";
import type { FleetSession, HostAnswer } from "./sessions.ts";

/** A session as `list --json` shows it: never its state. */
export interface PublishedSession {
  readonly id: string;
}

/** A host that published, with how long ago it was heard of, by the server's clock. */
export interface PublishedHost {
  readonly uuid: string;
  readonly label: string;
  readonly machine: string;
  readonly boot: string | null;
  /** Seconds. */
  readonly age: number;
  /** Whether it was heard of within its lease; of its sessions nobody can tell otherwise. */
  readonly up: boolean;
}

/**
 * Publish the sessions as they are, and take out what is gone. Only what changed since is sent.
 *
 * @param before what was published last, by ID; changed in place
 * @throws `fenced`
 */
export async function publishSessions(
  { pool, options: { store } }: SharedBackend,
  { host, epoch }: Lease,
  sessions: readonly PublishedSession[],
  before: Map<string, string>,
): Promise<number> {
  const now = new Map(sessions.map((session) => [session.id, JSON.stringify(session)] as const));
  const changed = [...now].filter(([id, document]) => before.get(id) !== document);
  const first = before.size === 0;
  const gone = [...before.keys()].filter((id) => !now.has(id));
  if (!first && changed.length === 0 && gone.length === 0) return 0;
  await pool.use((connection) =>
    connection.ask(
      `with own as (
         select 1 from berth.hosts where store = $1 and host = $2::text::uuid and epoch = $3::text::bigint
       ), removed as (
         delete from berth.published p using own where p.store = $1 and p.host = $2::text::uuid
           and case when $6::text::boolean then not ($5::text::jsonb ? p.session) else $5::text::jsonb ? p.session end
       ), put as (
         insert into berth.published (store, host, session, document)
         select $1, $2::text::uuid, e->>0, e->>1 from own, jsonb_array_elements($4::text::jsonb) e
         on conflict (store, host, session) do update set document = excluded.document, changed = clock_timestamp()
       )
       select count(*)::int as own from own`,
      [
        store,
        host,
        epoch,
        JSON.stringify(changed),
        // The first time all but ours goes; after that what went here.
        JSON.stringify(first ? [...now.keys()] : gone),
        String(first),
      ],
    )
  ).then(([row]) => {
    if (row?.["own"] !== 1) throw fail("fenced", {});
  });
  before.clear();
  for (const [id, document] of now) before.set(id, document);
  return changed.length + gone.length;
}

/** The hosts that published. */
async function hostsIn({ pool, options: { store } }: SharedBackend): Promise<PublishedHost[]> {
  const rows = await pool.use((connection) =>
    connection.ask(
      `select host::text as uuid, label, machine, boot,
         greatest(0, extract(epoch from clock_timestamp() - renewed))::float8 as age
       from berth.hosts where store = $1 order by label, host`,
      [store],
    )
  );
  return rows.map(({ uuid, label, machine, boot, age }) => ({
    uuid: String(uuid),
    label: String(label),
    machine: String(machine),
    boot: typeof boot === "string" ? boot : null,
    age: Math.round(Number(age)),
    up: Number(age) <= EXPIRE_S,
  }));
}

/** Sessions at a time, so that never more than these are here as text. */
const PAGE = 5000;

async function* documentsIn(
  { pool, options: { store } }: SharedBackend,
): AsyncGenerator<{ host: string; document: string }> {
  for (let [host, session] = ["00000000-0000-0000-0000-000000000000", ""];;) {
    const rows = await pool.use((connection) =>
      connection.ask(
        `select host::text as host, session, document from berth.published
         where store = $1 and (host, session) > ($2::text::uuid, $3) order by berth.published.host, session limit ${PAGE}`,
        [store, host, session],
      )
    );
    for (const row of rows) {
      [host, session] = [String(row["host"]), String(row["session"])];
      yield { host, document: String(row["document"]) };
    }
    if (rows.length < PAGE) return;
  }
}

const session = v.looseObject({ id: v.string() });

/**
 * The hosts that published, as `fleet list` shows those that were asked. Of a host whose lease has expired nobody can tell
 * what runs there.
 *
 * @param asked hosts that answered themselves, by their UUIDs: they are left out
 * @param fields what is needed of a session, beside its ID: of a hundred thousand all would be much; otherwise all
 */
export async function publishedAnswers(
  place: SharedBackend,
  asked: ReadonlySet<string>,
  fields?: readonly string[],
): Promise<HostAnswer[]> {
  const hosts = (await hostsIn(place)).filter(({ uuid }) => !asked.has(uuid));
  const up = new Map(hosts.map((host) => [host.uuid, host.up]));
  const sessions = new Map<string, FleetSession[]>(hosts.map(({ uuid }) => [uuid, []]));
  for await (const { host, document } of documentsIn(place)) {
    const parsed: unknown = JSON.parse(document);
    if (!v.is(session, parsed)) continue;
    const kept = fields === undefined ? parsed : picked(parsed, fields);
    sessions.get(host)?.push(up.get(host) === true ? kept : { ...kept, alive: null });
  }
  return hosts.map(({ uuid, label, machine, boot, age, up }) => ({
    host: { name: label, ssh: "", berth: "" },
    reached: up,
    age,
    sessions: sessions.get(uuid) ?? [],
    machine: { uuid, machine, boot: boot ?? "" },
  }));
}

function picked(session: FleetSession, fields: readonly string[]): FleetSession {
  const kept: FleetSession = { id: session.id };
  for (const field of fields) kept[field] = session[field];
  return kept;
}

/** What a host lets others see of its sessions: its own rows alone, so nobody is in anybody's way. */
import * as v from "valibot";
import { fail } from "../errors/errors.ts";
import { again } from "../store/postgres/backend.ts";
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

/** The hosts that published, but for those that are left out by their UUIDs. Their sessions come by `publishedSessions`. */
export async function publishedHosts(
  place: SharedBackend,
  without: ReadonlySet<string>,
): Promise<HostAnswer[]> {
  return (await hostsIn(place)).filter(({ uuid }) => !without.has(uuid)).map((
    { uuid, label, machine, boot, age, up },
  ) => ({
    host: { name: label, ssh: "", berth: "" },
    reached: up,
    age,
    sessions: [],
    machine: { uuid, machine, boot: boot ?? "" },
  }));
}

/** Sessions at a time, so that never more than these are here, and hosts that are asked for them together. */
const PAGE = 2000;
const HOSTS = 100;

const session = v.looseObject({ id: v.string() });

/**
 * What these hosts published, in the order of the hosts, page by page: of a hundred thousand sessions all at once would be
 * much. Of a host whose lease has expired nobody can tell what runs there.
 */
export async function* publishedSessions(
  place: SharedBackend,
  hosts: readonly HostAnswer[],
): AsyncGenerator<HostAnswer> {
  for (let [at, after] = [0, ""]; at < hosts.length;) {
    const some = hosts.slice(at, at + HOSTS);
    const rows = await again(() => pageOf(place, some.map(({ machine }) => machine?.uuid ?? ""), after));
    const found = some.map(() => [] as FleetSession[]);
    for (const { n, document } of rows) {
      const parsed: unknown = JSON.parse(String(document));
      const kept = some[Number(n)]?.reached === true ? {} : { alive: null };
      if (v.is(session, parsed)) found[Number(n)]?.push({ ...parsed, ...kept });
    }
    for (const [n, host] of some.entries()) {
      const sessions = found[n] ?? [];
      if (sessions.length > 0) yield { ...host, sessions };
    }
    const last = rows.length < PAGE ? undefined : rows.at(-1);
    at += last === undefined ? some.length : Number(last["n"]);
    after = last === undefined ? "" : String(last["session"]);
  }
}

/** Of the first host what comes after a session, of the others all, as much as a page takes. */
const pageOf = ({ pool, options: { store } }: SharedBackend, hosts: readonly string[], after: string) =>
  pool.use((connection) =>
    connection.ask(
      `select (h.n - 1)::int as n, p.session, p.document from unnest($2::text::uuid[]) with ordinality h(host, n)
       cross join lateral (
         select session, document from berth.published
         where store = $1 and host = h.host and (h.n > 1 or session > $3) order by session limit ${PAGE}
       ) p order by h.n, p.session limit ${PAGE}`,
      [store, `{${hosts.join(",")}}`, after],
    )
  );

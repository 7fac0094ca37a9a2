/** Version of the tables that this program works with. */
export const VERSION = 2;

/** Who owns the tables: nobody can log in as it, so no role that works with them can change them. */
const OWNER = "berth_owner";

const TABLES = ["documents", "writes", "events", "hosts", "published"] as const;

/** A text as a literal of SQL, whatever the server takes a backslash for by itself. */
export const literal = (text: string | null): string =>
  text === null ? "null" : ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** A name as an identifier of SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const TABLE_SQL = `
create table if not exists berth.meta (version int not null, made timestamptz not null default now());
alter table berth.meta add column if not exists id uuid not null default gen_random_uuid();
create table if not exists berth.rights (role name not null, store text not null, primary key (role, store));
create table if not exists berth.documents (
  store text not null, name text not null, body text not null,
  changed timestamptz not null default clock_timestamp(), primary key (store, name));
create table if not exists berth.writes (
  store text not null, id uuid not null, at timestamptz not null default now(), primary key (store, id));
create index if not exists writes_at on berth.writes (at);
create table if not exists berth.events (
  store text not null, id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(), at timestamptz not null default clock_timestamp(),
  event text not null, primary key (store, xid, id));
create index if not exists events_at on berth.events (at);
create table if not exists berth.hosts (
  store text not null, host uuid not null, machine text not null, boot text, label text not null,
  epoch bigint not null, renewed timestamptz not null default clock_timestamp(), primary key (store, host));
alter table berth.hosts add column if not exists boots text[] not null default '{}';
create table if not exists berth.published (
  store text not null, host uuid not null, session text not null, document text not null,
  changed timestamptz not null default clock_timestamp(), primary key (store, host, session));
`;

/** What a holder of a lock has written, at once: refused where the lock's transaction is not this one any more. */
const APPLY_SQL = `
create or replace function berth.apply(
  p_store text, p_holder text, p_write uuid, p_documents jsonb, p_events jsonb,
  p_host uuid, p_epoch bigint, p_notify boolean
) returns void language plpgsql as $berth$
begin
  if current_setting('berth.holder', true) is distinct from p_holder then
    raise exception 'the lock is gone' using errcode = 'P0L05';
  end if;
  if exists (select from berth.hosts h where h.store = p_store and h.host = p_host and h.epoch > p_epoch) then
    raise exception 'this host registered anew since' using errcode = 'P0L06';
  end if;
  insert into berth.writes (store, id) values (p_store, p_write);
  delete from berth.documents d using jsonb_array_elements(p_documents) e
    where d.store = p_store and d.name = e->>0 and e->>1 is null;
  insert into berth.documents (store, name, body)
    select p_store, e->>0, e->>1 from jsonb_array_elements(p_documents) e where e->>1 is not null
    on conflict (store, name) do update set body = excluded.body, changed = clock_timestamp();
  insert into berth.events (store, event) select p_store, e.value from jsonb_array_elements_text(p_events) e;
  if random() < 0.01 then
    delete from berth.writes w where w.store = p_store and w.at < now() - interval '1 day';
    delete from berth.events v where v.store = p_store and v.at < now() - interval '7 days';
  end if;
  if p_notify then perform pg_notify('berth', ''); end if;
end $berth$;
`;

/**
 * What happened after a place, for who looks again and again. Plans are kept by the connection, and where no transaction
 * has ended since `p_seen` nothing is looked for: most looks find nothing, and are to cost next to nothing. The answer is
 * null, or before which transaction all was looked at, and with events a list of both.
 */
const EVENTS_SQL = `
create or replace function berth.events_after(p_store text, p_xid xid8, p_id bigint, p_seen xid8, p_limit int)
returns text language plpgsql stable as $berth$
declare
  v_until constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_id bigint;
  v_found text;
begin
  if v_until = p_seen then return null; end if;
  select e.id into v_id from berth.events e
    where e.store = p_store and (e.xid, e.id) > (p_xid, p_id) and e.xid < v_until order by e.xid, e.id limit 1;
  if v_id is null then return v_until; end if;
  select json_agg(json_build_array(p.xid::text, p.id::text, p.event) order by p.xid, p.id) into v_found from (
    select e.xid, e.id, e.event from berth.events e
      where e.store = p_store and (e.xid, e.id) > (p_xid, p_id) and e.xid < v_until
      order by e.xid, e.id limit p_limit
  ) p;
  return '[' || to_json(v_until::text) || ',' || v_found || ']';
end $berth$;
`;

/** The functions, as they are named where somebody owns them or may call them. */
const FUNCTIONS = [
  "berth.apply(text, text, uuid, jsonb, jsonb, uuid, bigint, boolean)",
  "berth.events_after(text, xid8, bigint, xid8, int)",
] as const;

const policy = (table: string): string => `
alter table berth.${table} enable row level security;
alter table berth.${table} force row level security;
drop policy if exists own on berth.${table};
create policy own on berth.${table}
  using (store in (select r.store from berth.rights r where r.role = session_user))
  with check (store in (select r.store from berth.rights r where r.role = session_user));
`;

/** A role that is let into a store. */
export interface Grant {
  readonly role: string;
  readonly store: string;
}

/**
 * All that has to be there, as SQL; doing it again changes nothing. For a role that may make roles and a schema.
 *
 * @param grants who is to work with which store
 */
export function initSql(grants: readonly Grant[]): string {
  return `begin;
select pg_advisory_xact_lock(${LOCK});
do $berth$ begin
  if not exists (select from pg_roles where rolname = '${OWNER}') then create role ${OWNER} nologin; end if;
  if not pg_has_role(current_user, '${OWNER}', 'member') then execute format('grant ${OWNER} to %I', current_user); end if;
end $berth$;
create schema if not exists berth;
do $berth$ begin
  if exists (select from pg_tables where schemaname = 'berth' and tablename = 'meta') then
    if (select max(version) from berth.meta) > ${VERSION} then
      raise exception 'the tables are of a newer berth' using errcode = 'P0L07';
    end if;
  end if;
end $berth$;
${TABLE_SQL}
insert into berth.meta (version) select ${VERSION} where not exists (select from berth.meta);
update berth.meta set version = ${VERSION} where version < ${VERSION};
${APPLY_SQL}
${EVENTS_SQL}
${TABLES.map(policy).join("")}
alter table berth.rights enable row level security;
drop policy if exists own on berth.rights;
create policy own on berth.rights for select using (role = session_user);
${grants.map(grantSql).join("")}
alter schema berth owner to ${OWNER};
${["meta", "rights", ...TABLES].map((table) => `alter table berth.${table} owner to ${OWNER};`).join("\n")}
${FUNCTIONS.map((one) => `alter function ${one} owner to ${OWNER};`).join("\n")}
do $berth$ begin
  if not (select rolsuper from pg_roles where rolname = session_user) then
    execute format('revoke ${OWNER} from %I', session_user);
  end if;
end $berth$;
commit;
`;
}

function grantSql({ role, store }: Grant): string {
  const name = identifier(role);
  return `grant usage on schema berth to ${name};
grant select on berth.meta, berth.rights to ${name};
grant select, insert, update, delete on ${TABLES.map((table) => `berth.${table}`).join(", ")} to ${name};
grant execute on function ${FUNCTIONS.join(", ")} to ${name};
insert into berth.rights (role, store) values (${literal(role)}, ${literal(store)}) on conflict do nothing;
`;
}

/** The key of the lock under which the tables are made. */
const LOCK = 7017321873101234567n;

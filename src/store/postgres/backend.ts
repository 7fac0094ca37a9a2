import { BerthError, fail } from "../../errors/errors.ts";
import type { Backend, Lock, LockRequest, Reach } from "../backend.ts";
import type { Told } from "../observe.ts";
import { connect, type DatabaseConnection, type DatabaseRow, nameOf } from "./connection.ts";
import { lockKey, type SharedBackend, type SharedOptions } from "./place.ts";
import { poolOf } from "./pool.ts";
import { commitChanges } from "./commit.ts";
import { checkReady, readySql } from "./ready.ts";
import { literal } from "./schema.ts";
import { workingSet } from "./working-set.ts";

const IDLE_MS = 60_000;
const STATEMENT_MS = 5000;

/** Tries of what nothing was written by. */
const TRIES = 3;

/** The place in a PostgreSQL database. Nothing is asked yet. */
export function postgresBackend(options: SharedOptions): SharedBackend {
  const pool = poolOf(() => connect(options.settings), options.onConnect);
  const { servers, database } = options.settings;
  const at = servers[0] === undefined ? "" : nameOf(servers[0]);
  const locate = (name: string) => `postgres:${at}/${database}/${options.store}/${name}`;
  const place: SharedBackend = {
    ...workingSet([], {}, locate, false).documents,
    pool,
    options,
    view: (reach) => again(() => view(place, reach)),
    lock: (name, request) => again(() => lock(place, name, request)),
    [Symbol.asyncDispose]: () => pool.close(),
  };
  return place;
}

/** A connection that broke before anything was written is no reason to fail: the next one may hold. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const broke = error instanceof BerthError && error.code === "shared_unreachable" &&
        error.message.endsWith("the connection broke");
      if (!broke || tries === TRIES) throw error;
    }
  }
}

async function view(place: SharedBackend, reach: Reach): Promise<Backend> {
  const { pool, options: { store } } = place;
  const rows = await pool.use(async (connection) => {
    const { rows: [, , ready, found = []] } = await connection.script([
      "begin read only",
      setting({ statement_timeout: STATEMENT_MS }),
      readySql(store),
      documentsSql(store, reach),
      "commit",
    ]);
    checkReady(connection, store, ready?.[0]);
    return found;
  });
  return { ...place, ...workingSet(rows, reach, place.locate, false).documents };
}

/** Local to the transaction: a pooler gives the connection to somebody else after it. */
const setting = (values: Readonly<Record<string, string | number>>): string =>
  `select ${
    Object.entries(values).map(([name, value]) => `set_config('${name}', ${literal(String(value))}, true)`)
      .join(", ")
  }`;

const LIKE = /[\\%_]/g;
const likeAny = (prefixes: readonly string[]): string =>
  `name like any (array[${
    prefixes.map((prefix) => literal(`${prefix.replace(LIKE, "\\$&")}%`)).join(",")
  }]::text[])`;

function documentsSql(store: string, { names = [], prefixes = [], listed = [] }: Reach): string {
  const named = `name = any (array[${names.map(literal).join(",")}]::text[])`;
  return `select name, octet_length(body) as bytes, extract(epoch from changed) * 1000 as changed,
      case when ${named} or ${likeAny(prefixes)} then body end as body
    from berth.documents where store = ${literal(store)} and (${named} or ${
    likeAny([...prefixes, ...listed])
  })`;
}

/** Begin the transaction that is the lock, and bring what its holder reads. */
async function lock(place: SharedBackend, name: string, request: LockRequest): Promise<Lock> {
  const { pool, options } = place;
  const connection = await pool.take();
  const holder = crypto.randomUUID();
  try {
    const taking = { name, request, holder };
    return held(place, connection, { ...taking, ...await begin(connection, options, taking) });
  } catch (error) {
    await pool.giveBack(connection);
    if (error instanceof BerthError && error.code === "shared_busy") {
      throw fail("locked", { what: request.what, waitedMs: request.waitMs }, error);
    }
    throw error;
  }
}

interface Begun {
  readonly rows: readonly DatabaseRow[];
  /** The database's ID. */
  readonly database: string;
}

interface Taking {
  readonly name: string;
  readonly request: LockRequest;
  readonly holder: string;
}

async function begin(
  connection: DatabaseConnection,
  options: SharedOptions,
  { name, request: { waitMs, reach = {} }, holder }: Taking,
): Promise<Begun> {
  const { store, idleMs = IDLE_MS } = options;
  const { rows: [, , , , ready, found = []] } = await connection.script([
    "begin",
    setting({
      "berth.holder": holder,
      lock_timeout: Math.max(1, Math.round(waitMs)),
      statement_timeout: Math.round(waitMs) + 1000,
      idle_in_transaction_session_timeout: idleMs,
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
    }),
    `select pg_advisory_xact_lock(${lockKey(store, name)})`,
    setting({ statement_timeout: STATEMENT_MS }),
    readySql(store),
    documentsSql(store, reach),
  ]);
  return { rows: found, database: checkReady(connection, store, ready?.[0]) };
}

/** Ask the server for a sign of life, within the limit: a network that swallows all says nothing by itself. */
async function checked(connection: DatabaseConnection, what: string): Promise<void> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    late = setTimeout(
      () => reject(fail("lock_lost", { what, why: "the database does not answer" })),
      STATEMENT_MS,
    );
  });
  try {
    await Promise.race([connection.ask("select 1"), silence]);
  } catch (error) {
    if (!(error instanceof BerthError) || error.code === "lock_lost") throw error;
    throw fail("lock_lost", { what, why: error.message }, error);
  } finally {
    clearTimeout(late);
  }
}

function held(
  place: SharedBackend,
  connection: DatabaseConnection,
  { name, request, holder, rows, database }: Taking & Begun,
): Lock {
  const { pool, options } = place;
  const { documents, changes } = workingSet(rows, request.reach ?? {}, place.locate, true);
  const events: string[] = [];
  const observer = (...told: readonly Told[]) => void events.push(...told.flatMap(options.eventsOf));
  let ended = false;
  const release = async () => {
    if (ended) return;
    ended = true;
    if (changes.size === 0 && events.length === 0) return await pool.giveBack(connection);
    const { waitMs } = request;
    await commitChanges(place, connection, { name, holder, changes, events, waitMs, database });
  };
  return {
    get held() {
      return !ended && !connection.broken;
    },
    seen: {
      backend: { ...place, ...documents },
      observing: { load: () => Promise.resolve(observer), observer },
    },
    check: () => checked(connection, request.what),
    release,
    discard: release,
    [Symbol.asyncDispose]: release,
  };
}

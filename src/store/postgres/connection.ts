import postgres from "postgres";
import { fail } from "../../errors/errors.ts";
import { failureOf, whyUnreachable } from "./failure.ts";
import type { DatabaseServer } from "./server.ts";
import type { Settings } from "./settings.ts";
import { tlsOf } from "./tls.ts";

/** All tries to connect together, in milliseconds. */
const CONNECT_MS = 3500;

export type DatabaseRow = Readonly<Record<string, unknown>>;
export type Value = string | number | boolean | null;

/** One connection to the server. When it breaks it stays so: what was under way there is over. */
export interface DatabaseConnection extends AsyncDisposable {
  readonly server: DatabaseServer;
  readonly broken: boolean;
  /** The process that the server said it is when we came; a pooler says another one. Known after the first answer. */
  readonly pid: number | null;
  /** Ask, without waiting for what was asked before. @throws BerthError, see `failureOf` */
  ask(sql: string, values?: readonly Value[]): Promise<DatabaseRow[]>;
  /**
   * Several statements at once, in one message and one answer; values stand in them as `literal` writes them. What follows
   * one that fails is not done.
   *
   * @returns the rows of each but those that have none; a BEGIN in front counts. And with which word the server says what the last one did: `COMMIT`
   */
  script(statements: readonly string[]): Promise<{ rows: DatabaseRow[][]; last: string }>;
  close(): Promise<void>;
}

/** How a server is called in words, without anything secret. */
export const nameOf = ({ host, port }: DatabaseServer): string =>
  host.startsWith("/") ? host : `${host}:${port}`;

/**
 * Connect to the first server that answers; where there are several, to the first that takes writes.
 *
 * @throws `shared_unreachable`, `shared_refused`
 */
export async function connect(
  settings: Settings,
  onNotice?: (channel: string) => void,
): Promise<DatabaseConnection> {
  const end = performance.now() + CONNECT_MS;
  const { servers } = settings;
  let failure: unknown = null;
  for (const [at, server] of servers.entries()) {
    const seconds = Math.min(settings.timeout, (end - performance.now()) / 1000 / (servers.length - at));
    try {
      const connection = await open(settings, server, Math.max(0.1, seconds), onNotice);
      if (servers.length === 1) return connection;
      const [row] = await connection.ask("select pg_is_in_recovery() as standby");
      if (row?.["standby"] === false) return connection;
      await connection.close();
      failure ??= fail("shared_unreachable", {
        host: nameOf(server),
        why: "it takes no writes: it is a standby",
      });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function open(
  settings: Settings,
  server: DatabaseServer,
  seconds: number,
  onNotice?: (channel: string) => void,
): Promise<DatabaseConnection> {
  const { user, database, application } = settings;
  let broken = false;
  let lose: (error: unknown) => void = () => {};
  // What waits inside of the client for its turn is never told that the connection is gone.
  const gone = new Promise<never>((_, reject) => lose = reject);
  gone.catch(() => {});
  const client = postgres({
    // The client takes a path for the socket's file itself.
    ...server.host.startsWith("/")
      ? { host: server.host, port: server.port, path: `${server.host}/.s.PGSQL.${server.port}` }
      : { host: [server.host], port: [server.port] },
    user,
    database,
    password: settings.password(server) ?? "",
    ssl: tlsOf(settings, server) as never,
    max: 1,
    connect_timeout: seconds,
    // Neither is to be had through a pooler.
    prepare: false,
    fetch_types: false,
    keep_alive: 10,
    max_lifetime: null,
    connection: { application_name: application },
    target_session_attrs: undefined as never,
    onnotice: () => {},
    onclose: () => {
      broken = true;
      lose(Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" }));
    },
    ...onNotice === undefined ? {} : { onnotify: onNotice },
  } as postgres.Options<Record<string, never>>);
  // The client waits between tries for longer than we have; a try that takes too long is given up by us.
  let late: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<never>((_, reject) =>
    late = setTimeout(
      () => reject(Object.assign(new Error("timeout"), { code: "CONNECT_TIMEOUT" })),
      seconds * 1000 + 200,
    )
  );
  try {
    // Without types to be fetched the client never gives out a connection that was made to be reserved.
    await Promise.race([client.unsafe("select 1"), timedOut]);
    const reserved = await Promise.race([client.reserve(), timedOut]);
    return connectionOn(client, reserved, server, () => broken, gone);
  } catch (error) {
    void client.end({ timeout: 0 }).catch(() => {});
    throw whyUnreachable(error, nameOf(server)) ?? failureOf(error, nameOf(server));
  } finally {
    clearTimeout(late);
  }
}

type DatabaseResult = DatabaseRow[] & { readonly command: string };

function connectionOn(
  client: postgres.Sql,
  reserved: postgres.ReservedSql,
  server: DatabaseServer,
  broken: () => boolean,
  gone: Promise<never>,
): DatabaseConnection {
  let closed = false;
  let pid: number | null = null;
  const name = nameOf(server);
  const run = async (sql: string, values: readonly Value[]) => {
    // The client would connect anew, and what belongs to a transaction would run outside of it.
    if (closed || broken()) throw fail("shared_unreachable", { host: name, why: "the connection broke" });
    try {
      const result = await Promise.race([reserved.unsafe(sql, [...values]), gone]);
      pid = (result as { state?: { pid?: number } }).state?.pid ?? null;
      return result;
    } catch (error) {
      throw failureOf(error, name);
    }
  };
  const close = async () => {
    closed = true;
    await client.end({ timeout: 0 }).catch(() => {});
  };
  return {
    server,
    get pid() {
      return pid;
    },
    get broken() {
      return closed || broken();
    },
    ask: async (sql, values = []) => [...await run(sql, values)],
    async script(statements) {
      // The client has one list of rows for all, when only one statement has rows.
      const found = await run(statements.join(";\n"), []) as unknown as DatabaseResult | DatabaseResult[];
      const results = "command" in found ? [found] : found;
      return { rows: results.map((one) => [...one]), last: results.at(-1)?.command ?? "" };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

import { readFileSync } from "node:fs";
import { type BerthError, fail } from "../../errors/errors.ts";
import { passwordFor } from "./password-file.ts";
import { type DatabaseServer, isNear } from "./server.ts";

type Variables = Readonly<Record<string, string | undefined>>;

export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** How to connect: what libpq makes of a URL, a service file, variables and defaults, in that order. */
export interface Settings {
  readonly servers: readonly DatabaseServer[];
  readonly user: string;
  readonly database: string;
  readonly sslmode: SslMode;
  /** Whether the mode was said, or is what we take by ourselves. */
  readonly said: boolean;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  readonly application: string;
  /** Seconds that one try may take. */
  readonly timeout: number;
  /** Null where none is kept: the server may ask for none. */
  readonly password: (server: DatabaseServer) => string | null;
}

/** What a URL may say, and the variable that says it where the URL does not. */
const PARAMETERS: Readonly<Record<string, string>> = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  dbname: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  application_name: "PGAPPNAME",
  connect_timeout: "PGCONNECT_TIMEOUT",
  service: "PGSERVICE",
  target_session_attrs: "PGTARGETSESSIONATTRS",
};

type Said = Readonly<Record<string, string>>;

/**
 * Read where the database is.
 *
 * @param url `postgres://user@host:port/database?sslmode=…`, or `service=…` alone in its parameters
 * @param home the user's own directory, for the password file and for what libpq keeps in `.postgresql`
 * @throws `bad_shared_url`, `open_password_file`; never with a password in it
 */
export function settingsOf(url: string, variables: Variables, home: string): Settings {
  const said = parseUrl(url);
  const service = said["service"] ?? variables["PGSERVICE"];
  const kept = service === undefined ? {} : readService(service, variables, home);
  const value = (name: string) =>
    said[name] ?? kept[name] ?? (variables[PARAMETERS[name] ?? ""] || undefined);
  const user = value("user") ?? variables["USER"] ?? variables["LOGNAME"] ?? "";
  if (user === "") throw bad("it names no user, and neither does PGUSER");
  const database = value("dbname") ?? user;
  const servers = serversOf(value("host") ?? "/var/run/postgresql", value("port") ?? "5432");
  const sslmode = value("sslmode");
  if (sslmode !== undefined && !SSL_MODES.some((one) => one === sslmode)) {
    throw bad(`sslmode=${sslmode} is none of ${SSL_MODES.join(", ")}`);
  }
  const password = value("password");
  return {
    servers,
    user,
    database,
    sslmode: sslmode as SslMode ?? (servers.every(({ host }) => isNear(host)) ? "prefer" : "verify-full"),
    said: sslmode !== undefined,
    ...given("sslrootcert", value("sslrootcert") ?? present(`${home}/.postgresql/root.crt`)),
    ...given("sslcert", value("sslcert") ?? present(`${home}/.postgresql/postgresql.crt`)),
    ...given("sslkey", value("sslkey") ?? present(`${home}/.postgresql/postgresql.key`)),
    application: value("application_name") ?? "berth",
    timeout: Math.min(3, Number(value("connect_timeout") ?? 3) || 3),
    password: (server) => password ?? passwordFor(server, database, user, variables, home),
  };
}

const given = <K extends string>(name: K, value: string | undefined): { [N in K]?: string } =>
  value === undefined ? {} : { [name]: value } as { [N in K]: string };

function present(path: string): string | undefined {
  try {
    readFileSync(path);
    return path;
  } catch {
    return undefined;
  }
}

const bad = (why: string) => fail("bad_shared_url", { why });

/** A URL's parts. Several hosts are separated by commas, which the platform's own parser does not take. */
function parseUrl(url: string): Said {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(url);
  if (parts === null) throw bad(`it does not begin with postgres://, or has parts that no such URL has`);
  const [, login = "", hosts = "", database = "", query = ""] = parts;
  const colon = login.indexOf(":");
  const found: Record<string, string> = {};
  const take = (name: string, text: string) => {
    if (text !== "") found[name] = decoded(text, name);
  };
  take("user", colon < 0 ? login : login.slice(0, colon));
  if (colon >= 0) take("password", login.slice(colon + 1));
  take("dbname", database);
  takeHosts(hosts, take);
  for (const pair of query.split("&").filter((one) => one !== "")) {
    const at = pair.indexOf("=");
    const name = at < 0 ? pair : pair.slice(0, at);
    // The client would hand it to the server, which refuses the connection for it.
    if (!Object.hasOwn(PARAMETERS, name)) throw unknownParameter(name, query);
    take(name, at < 0 ? "" : pair.slice(at + 1));
  }
  return found;
}

/** What is no name, or stands in front of an @, may be a part of a password with a `?` in it. */
function unknownParameter(name: string, query: string): BerthError {
  if (/^[a-z_]+$/.test(name) && !query.includes("@")) return bad(`berth knows no parameter "${name}"`);
  return bad("it has a parameter that is none; a password's ? & # / @ are written %3F %26 %23 %2F %40");
}

function takeHosts(hosts: string, take: (name: string, text: string) => void): void {
  // The end of a password with an @ in it.
  if (hosts.includes("@")) throw bad("it has two @; a password's is written %40");
  const split = hosts.split(",").map((one) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(one));
  if (split.some((one) => one === null)) throw bad("a host in it is none");
  take("host", split.map((one) => (one?.[1] ?? "").replace(/^\[|\]$/g, "")).join(","));
  const ports = split.map((one) => one?.[2] ?? "");
  if (ports.some((port) => port !== "")) take("port", ports.map((port) => port || "5432").join(","));
}

function decoded(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(`its ${name} has a % that begins no character`);
  }
}

function serversOf(hosts: string, ports: string): DatabaseServer[] {
  const each = ports.split(",");
  return hosts.split(",").map((host, at) => {
    const port = Number(each[each.length === 1 ? 0 : at] ?? 5432);
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw bad("a port in it is none");
    return { host: host || "/var/run/postgresql", port };
  });
}

/** A section of the service file (pg_service.conf(5)): the user's own, or the one that PGSERVICEFILE names. */
function readService(name: string, variables: Variables, home: string): Said {
  const file = variables["PGSERVICEFILE"] ?? `${home}/.pg_service.conf`;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw bad(`it names service ${JSON.stringify(name)}, and ${JSON.stringify(file)} cannot be read`);
  }
  const found: Record<string, string> = {};
  let inside = false;
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line.startsWith("#") || line === "") continue;
    if (line.startsWith("[")) inside = line === `[${name}]`;
    else if (inside) {
      const at = line.indexOf("=");
      const key = line.slice(0, at).trim();
      if (Object.hasOwn(PARAMETERS, key)) found[key] = line.slice(at + 1).trim();
    }
  }
  if (Object.keys(found).length === 0) throw bad(`there is no service ${JSON.stringify(name)} in its file`);
  return found;
}

/** Shared sessions, by the binary, against a PostgreSQL that runs; what stands between is cut, swallowed or slow. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore, readNow, updateSession } from "../../src/mod.ts";
import type { Dependencies } from "../../src/sessions/model/dependencies.ts";
import { createSharedManager } from "../../src/sessions/shared-manager.ts";
import { machineOf } from "../support/store.ts";
import { berth, type Result, run, scratch } from "../support/berth.ts";
import { cuttingProxy } from "../support/cutting-proxy.ts";
import { pgbouncer, Postgres } from "../support/postgres.ts";
import { codeOf, SharingHost } from "../support/sharing-host.ts";

setDefaultTimeout(120_000);

let server: Postgres;
const base = scratch();

/** Look again and again until it is so. */
async function until(look: () => unknown): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; await Bun.sleep(50)) {
    if (await look()) return;
  }
  throw new Error(`it never came to: ${look}`);
}

const sharing = (name: string, url: string, more: Record<string, string> = {}) =>
  new SharingHost(join(base, name), url, more);
const host = (name: string, port = server.port, more = {}) =>
  // What stands between has to see what goes through it.
  sharing(
    name,
    `${server.url("app", "team", port)}${port === server.port ? "" : "?sslmode=disable"}`,
    more,
  );

const tls = (data: string) => {
  const make = (...args: string[]) => {
    const done = Bun.spawnSync(["openssl", ...args], { cwd: base, stderr: "pipe" });
    if (!done.success) throw new Error(done.stderr.toString());
  };
  const days = ["-days", "2", "-nodes", "-newkey", "rsa:2048"];
  make("req", "-x509", ...days, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test CA");
  make("req", "-x509", ...days, "-keyout", "other.key", "-out", "other.crt", "-subj", "/CN=other CA");
  make(
    "req",
    "-nodes",
    "-newkey",
    "rsa:2048",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
    "-subj",
    "/CN=localhost",
  );
  writeFileSync(join(base, "san"), "subjectAltName=DNS:localhost\n");
  make(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "2",
    "-extfile",
    "san",
    "-out",
    "server.crt",
  );
  for (const name of ["server.crt", "server.key"]) {
    Bun.spawnSync([
      "install",
      "-m",
      "600",
      ...(process.getuid?.() === 0 ? ["-o", "65534", "-g", "65534"] : []),
      join(base, name),
      join(data, name),
    ]);
  }
};

beforeAll(async () => {
  server = await Postgres.start("ssl=on\nmax_connections=100", tls);
  const { stdout } = await sharing("admin", server.url()).berth("shared", "init", "--print");
  await server.team(stdout);
});

afterAll(() => server[Symbol.asyncDispose]());

test("every command means the same from two hosts", async () => {
  const [one, two] = [host("one"), host("two")];
  await one.ok("team--all", "set", "version", "1.4");
  expect(await two.ok("team--all", "get", "version")).toBe("1.4");
  expect(await two.ok("team--all", "incr", "n", "5")).toBe("5");
  expect(await one.ok("team--all", "keys")).toBe("n\nversion");
  expect(await one.ok("team--all", "unset", "version")).toBe("");
  await two.ok("team--all", "touch");
  expect((await one.ok("team--all", "history")).split("\n").map((line) => line.split("  ")[1]?.split(" ")[0]))
    .toEqual(["created", "set", "incr", "unset"]);
  expect(JSON.parse((await two.berth("show", "team--all", "--json")).stdout).session.sharedState).toEqual({
    n: 5,
  });
  const archive = await one.ok("team--all", "reset");
  expect(await two.ok("team--all", "keys")).toBe("");
  expect(JSON.parse((await two.berth("archives", "--shared", "--json")).stdout).archives).toMatchObject([{
    name: archive,
  }]);
  expect((await two.berth("restore", archive)).status).toBe(0);
  expect(await one.ok("team--all", "get", "n")).toBe("5");
  const ids = (shown: Result) =>
    JSON.parse(shown.stdout).sessions.map(({ id }: { id: string }) => id.slice(0, 9));
  expect(ids(await one.berth("list", "--shared", "--json"))).toEqual(["team--all"]);
  expect(ids(await one.berth("list", "--json"))).toEqual([]);
  const holding = two.on("team--all", "hold", "--", "sleep", "2");
  await until(async () => (await one.ok("team--all", "show")).includes("live           yes"));
  expect(codeOf(await one.berth("delete", "team--all", "--json"))).toBe("session_live");
  expect((await holding).status).toBe(0);
  expect((await one.berth("delete", "team--all")).status).toBe(0);
  expect((await two.berth("show", "team--all")).status).toBe(3);
});

test("a wait sees what another host writes", async () => {
  const [one, two] = [host("one"), host("two")];
  await one.ok("team--wait", "set", "a", "1");
  const waiting = two.berth("wait", "team--wait", "--until", "stopped", "--timeout", "20");
  await Bun.sleep(300);
  const began = performance.now();
  await server.sql(
    "update berth.documents set body = replace(body, '\"active\"', '\"stopped\"') where name like '%wait%'",
    "team",
  );
  await one.ok("team--wait", "touch");
  expect((await waiting).status).toBe(0);
  expect(performance.now() - began).toBeLessThan(3000);
});

test("without a URL the label is local, until it was shared once", async () => {
  const never = sharing("never", "");
  await never.ok("team--x", "set", "a", "1");
  expect(JSON.parse((await never.berth("list", "--json")).stdout).sessions.length).toBe(1);
  const once = host("once");
  await once.ok("team--x", "set", "a", "1");
  const without = sharing("once", "");
  const refused = await without.on("team--x", "set", "a", "2", "--json");
  expect([refused.status, codeOf(refused)]).toEqual([5, "shared_url_missing"]);
  expect(JSON.parse((await without.berth("list", "--json")).stdout).sessions).toEqual([]);
});

/** Steps on one session by 8 hosts of 4 processes each. @returns what came of each */
async function steps(port: number, each: number): Promise<string[]> {
  const worker = join(import.meta.dir, "../support/shared-worker.ts");
  const all = Array.from({ length: 32 }, async (_, at) => {
    const name = `machine-${at >> 2}`;
    const url = `${server.url("app", "team", port)}?sslmode=disable`;
    const words = [process.execPath, worker, join(base, name), name, url, String(each)];
    const done = await run(words, { limit: 100_000 });
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as string[];
  });
  return (await Promise.all(all)).flat();
}

const counted = async () =>
  Number(JSON.parse(await host("one").ok("team--count", "get", "--json")).values.n ?? 0);

test("1,600 steps of 8 hosts, four processes each, are 1,600", async () => {
  const codes = await steps(server.port, 50);
  expect(codes.filter((code) => code !== "done")).toEqual([]);
  expect(await counted()).toBe(1600);
});

test("while all connections are cut again and again, what was acknowledged counts, and once", async () => {
  const before = await counted();
  await using proxy = await cuttingProxy(server.port);
  const cutting = setInterval(() => proxy.cut(), 700);
  const codes = await steps(proxy.port, 4);
  clearInterval(cutting);
  const done = codes.filter((code) => code === "done").length;
  const unsure = codes.filter((code) => code === "write_unsure").length;
  const value = await counted() - before;
  expect(value).toBeGreaterThanOrEqual(done);
  expect(value).toBeLessThanOrEqual(done + unsure);
  expect(done + unsure).toBe(128);
});

test("a lost acknowledgement counts once", async () => {
  await using proxy = await cuttingProxy(server.port);
  proxy.afterCommit = "cut";
  expect(await host("one", proxy.port).ok("team--ack", "incr", "n")).toBe("1");
  expect(proxy.cuts).toBe(1);
  expect(await host("one").ok("team--ack", "get", "n")).toBe("1");
});

test("an acknowledgement that is lost with the server is said to be unsure", async () => {
  await using proxy = await cuttingProxy(server.port);
  await host("one").ok("team--unsure", "set", "a", "1");
  proxy.afterCommit = "cut";
  const writing = host("one", proxy.port).on("team--unsure", "incr", "n", "--json");
  await until(() => proxy.cuts > 0);
  proxy.blackHole = true;
  const done = await writing;
  expect([done.status, codeOf(done)]).toEqual([5, "write_unsure"]);
  const query = /psql -c "([^"]*)"/.exec(JSON.parse(done.stderr).error.hint)?.[1] ?? "";
  expect(await server.sql(query, "team")).not.toBe("");
});

test("through PgBouncer in transaction mode", async () => {
  await using pooler = await pgbouncer(server);
  const one = host("one", pooler.port);
  const sums = await Promise.all(
    Array.from({ length: 20 }, () => one.ok("team--pool", "incr", "n", "--wait", "30")),
  );
  expect(sums.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(JSON.parse((await one.berth("shared", "status", "--json")).stdout).pooler).toBe(true);
  expect(JSON.parse((await host("one").berth("shared", "status", "--json")).stdout).pooler).toBe(false);
  const waiting = host("two", pooler.port).berth("wait", "team--pool", "--until", "error", "--timeout", "3");
  expect((await waiting).status).toBe(5);
});

test("away: exit 5 within four seconds, and local sessions do not notice", async () => {
  await using proxy = await cuttingProxy(server.port);
  proxy.blackHole = true;
  const away = host("away", proxy.port);
  const began = performance.now();
  const done = await away.on("team--x", "get", "a", "--json");
  expect(performance.now() - began).toBeLessThan(4000);
  expect([done.status, codeOf(done)]).toEqual([5, "shared_unreachable"]);
  expect(await away.ok("build", "incr", "n")).toBe("1");
  expect((await away.berth("list")).status).toBe(0);
});

test("a lock whose holder is cut off is free again, and what the holder writes then fails", async () => {
  await using proxy = await cuttingProxy(server.port);
  const cut = host("cut", proxy.port);
  for (const one of [cut, host("one")]) {
    expect((await one.berth("config", "shared.idleSeconds", "4")).status).toBe(0);
  }
  const holding = cut.berth("lock", "team--job", "--json", "--", "sleep", "60");
  await until(async () =>
    (await host("one").berth("lock", "team--job", "--wait", "0", "--", "true")).status === 5
  );
  const began = performance.now();
  proxy.blackHole = true;
  expect((await host("one").berth("lock", "team--job", "--wait", "20", "--", "sh", "-c", "exit 7")).status)
    .toBe(7);
  expect(performance.now() - began).toBeLessThan(15_000);
  const done = await holding;
  expect([done.status, codeOf(done)]).toEqual([5, "lock_lost"]);
});

test("a lock of this machine excludes, and is not one of a session inside of it", async () => {
  const one = host("one");
  const inside =
    `${berth} lock nightly --wait 0 -- true; echo $?; ${berth} --session-id nightly set a 1 && echo set`;
  const done = await one.berth("lock", "nightly", "--", "sh", "-c", `${inside}; exit 9`);
  expect([done.stdout, done.status]).toEqual(["5\nset\n", 9]);
  expect((await one.berth("lock", "a/b", "--", "true")).status).toBe(2);
});

test("another role sees nothing, writes nothing, and an owner is no role that works", async () => {
  await server.sql("create role other login", "team");
  const before = await sharing("other", server.url("other"), {}).on("team--x", "get", "a", "--json");
  expect([before.status, codeOf(before)]).toEqual([6, "shared_refused"]);
  const { stdout } = await sharing("other", server.url("other")).berth("shared", "init", "--print");
  await server.sql(stdout, "team");
  const other = sharing("other", server.url("other"));
  expect(JSON.parse((await other.berth("list", "--shared", "--json")).stdout).sessions).toEqual([]);
  expect(await server.sql("select count(*) from berth.documents where store = 'app'", "team", "other")).toBe(
    "0",
  );
  expect(server.sql("insert into berth.documents values ('app', 'x', 'y')", "team", "other")).rejects.toThrow(
    "row-level security",
  );
  expect(server.sql("alter table berth.documents disable row level security", "team", "other")).rejects
    .toThrow("must be owner");
  expect(server.sql("insert into berth.rights values ('other', 'app')", "team", "other")).rejects.toThrow();
  expect(await server.sql("select tableowner from pg_tables where schemaname = 'berth' group by 1", "team"))
    .toBe("berth_owner");
  const init = await other.berth("shared", "init", "--json");
  expect([init.status, codeOf(init)]).toEqual([6, "shared_no_rights"]);
});

test("a certificate that is not the server's, another name, and a server without TLS are refused", async () => {
  const at = (url: string) => sharing("tls", url).on("team--tls", "incr", "n", "--json");
  const of = (name: string, more: string) => `postgres://app@${name}:${server.port}/team?${more}`;
  expect((await at(of("localhost", `sslmode=verify-full&sslrootcert=${base}/ca.crt`))).status).toBe(0);
  const wrong = [
    of("localhost", `sslmode=verify-full&sslrootcert=${base}/other.crt`),
    of("127.0.0.1", `sslmode=verify-full&sslrootcert=${base}/ca.crt`),
    of("localhost", "sslmode=verify-full"),
  ];
  for (const url of wrong) {
    const done = await at(url);
    expect([done.status, codeOf(done)]).toEqual([5, "shared_unreachable"]);
  }
  expect((await at(of("127.0.0.1", `sslmode=verify-ca&sslrootcert=${base}/ca.crt`))).status).toBe(0);
  await using plain = await Postgres.start();
  const done = await at(`postgres://app@localhost:${plain.port}/team?sslmode=require`);
  expect([done.status, codeOf(done)]).toEqual([5, "shared_unreachable"]);
});

test("passwords come from the file, and stand nowhere", async () => {
  const word = "Gehe1m:x";
  await server.sql(`alter role app password '${word}'`);
  const one = host("secret");
  writeFileSync(join(one.home, ".pgpass"), `127.0.0.1:*:team:app:Gehe1m\\:x\n`, { mode: 0o644 });
  const open = await one.on("team--x", "get", "--json");
  expect([open.status, codeOf(open)]).toEqual([6, "open_password_file"]);
  const typed = await one.berth("config", "shared.url", `postgres://app:${word}@127.0.0.1/team`);
  expect([typed.status, typed.stderr.includes(word)]).toEqual([2, false]);
  const refused = await sharing("secret", `postgres://app:${word}@127.0.0.1:1/team`).on(
    "team--x",
    "get",
  );
  expect([refused.status, refused.stderr.includes("Gehe1m")]).toEqual([5, false]);
});

test("a payload that no notification takes, and one of megabytes", async () => {
  const long = "ü".repeat(2_000_000);
  await run([berth, "--session-id", "team--long", "set", "--stdin", "k"], {
    env: host("one").env,
    stdin: long,
  });
  expect(await host("two").ok("team--long", "get", "k")).toBe(long);
});

test("events are in the order in which they can be read, and name whoever holds them back", async () => {
  const one = host("one");
  await one.ok("team--events", "set", "a", "1");
  const lateTx = Bun.spawn([
    "psql",
    "-X",
    "-q",
    "-1",
    server.url("admin", "postgres"),
    "-c",
    "select pg_current_xact_id()",
    "-c",
    "select pg_sleep(3)",
  ], { stdout: "ignore" });
  await Bun.sleep(1300);
  await one.ok("team--events", "set", "a", "2");
  const types = async () =>
    (await one.berth("events", "--fleet", "--json")).stdout.trim().split("\n").map((line) => JSON.parse(line))
      .filter(({ session }) => session.startsWith("team--events")).map(({ type }) => type);
  expect(await types()).toEqual(["session.created"]);
  expect(JSON.parse((await one.berth("shared", "status", "--json")).stdout).holding).toMatchObject({
    database: "postgres",
  });
  await lateTx.exited;
  expect(await types()).toEqual(["session.created", "session.changed"]);
});

test("hosts publish their own sessions; an older life of a host is fenced, and a copied disk is found", async () => {
  const [one, two] = [host("pub1"), host("pub2")];
  await one.ok("build", "set", "k", "a secret value");
  await two.ok("deploy", "set", "k", "1");
  const following = Bun.spawn([berth, "publish", "--follow"], {
    env: one.env,
    stdout: "ignore",
    stderr: "pipe",
  });
  expect((await two.berth("publish")).status).toBe(0);
  const shown = async () => JSON.parse((await two.berth("fleet", "list", "--json")).stdout).sessions;
  await until(async () => (await shown()).length === 2);
  expect(JSON.stringify(await shown())).not.toContain("a secret value");
  await one.ok("third", "set", "k", "1");
  await until(async () => (await shown()).length === 3);
  // A second registration of the same host: the first one writes nothing more.
  expect((await one.berth("publish")).status).toBe(0);
  await one.ok("fourth", "set", "k", "1");
  expect(await following.exited).toBe(5);
  expect(await new Response(following.stderr).text()).toContain("registered anew");
  await server.sql("update berth.hosts set boot = 'another boot'", "team");
  expect((await one.berth("publish")).stderr).toContain("a disk was copied");
  await server.sql("update berth.hosts set renewed = renewed - interval '2 minutes'", "team");
  const { hosts, sessions } = JSON.parse((await two.berth("fleet", "list", "--json")).stdout);
  expect(hosts.every(({ reached, age }: { reached: boolean; age: number }) => !reached && age >= 60)).toBe(
    true,
  );
  expect(new Set(sessions.map(({ alive }: { alive: unknown }) => alive))).toEqual(new Set([null]));
});

test("the clock of one host an hour ahead changes nothing", async () => {
  const fast = ["faketime", "-f", "+1h"];
  const one = host("clock");
  const ahead = (...args: string[]) => run([...fast, berth, ...args], { env: one.env });
  if (Bun.which("faketime") === null) throw new Error("faketime is missing");
  expect((await ahead("--session-id", "team--clock", "incr", "n")).stdout).toBe("1\n");
  expect(await host("two").ok("team--clock", "incr", "n")).toBe("2");
  expect((await ahead("publish")).status).toBe(0);
  const hosts = JSON.parse((await host("two").berth("fleet", "list", "--json")).stdout).hosts;
  const uuids = hosts.filter(({ reached, age }: { reached: boolean; age: number }) => reached && age < 60);
  expect(uuids.length).toBeGreaterThan(0);
});

test("a copy goes on in one place alone", async () => {
  const one = host("copy");
  await one.ok("work", "set", "k", "1");
  await one.ok("work", "reset");
  await one.ok("work", "set", "k", "2");
  const there = JSON.parse((await one.berth("shared", "copy", "work", "--to", "shared", "--json")).stdout);
  expect(there).toMatchObject({ id: expect.stringMatching(/^team--work_/), archives: 1 });
  expect(await host("two").ok("team--work", "get", "k")).toBe("2");
  expect((await one.berth("show", "work")).status).toBe(3);
  expect((await one.berth("shared", "copy", "team--work", "--to", "local")).status).toBe(0);
  expect(await one.ok("work", "get", "k")).toBe("2");
  expect((await host("two").berth("show", "team--work")).status).toBe(3);
});

test("the library and an agent over MCP work with the same session", async () => {
  await using store = await openStore({ shared: { url: server.url() }, directory: join(base, "library") });
  const id = JSON.parse(await host("one").ok("team--library", "set", "a", "1", "--json")).id;
  await updateSession(id, (session) => void (session.sharedState["b"] = 2), { store });
  expect((await readNow(store, id))?.sharedState).toEqual({ a: "1", b: 2 });
  const lines = [
    {
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
    },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/call", params: { name: "state_incr", arguments: { key: "b" } } },
    { id: 3, method: "tools/call", params: { name: "state_get", arguments: { key: "b" } } },
  ];
  const stdin = lines.map((line) => `${JSON.stringify({ jsonrpc: "2.0", ...line })}\n`).join("");
  const { stdout } = await run([berth, "--session-id", "team--library", "mcp"], {
    env: host("one").env,
    stdin,
  });
  const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
  expect(answers.find((one) => one.id === 2).result.structuredContent).toEqual({ key: "b", value: 3 });
  expect((await readNow(store, id))?.sharedState).toEqual({ a: "1", b: 3 });
});

test("managers of several processes share their sessions, limits and roles", async () => {
  const manager = async () => {
    const store = await openStore({ shared: { url: server.url() }, directory: join(base, "managers") });
    return createSharedManager({
      store,
      newUuid: () => crypto.randomUUID(),
      clock: () => new Date(),
      cleaner: async () => {},
      log: () => {},
      machine: () => machineOf({ 1: "1" }),
      findMarked: () => [],
      processesAt: () => [],
      lookAround: () => ({ occupants: [], mounts: [] }),
      mountsBelow: () => [],
      self: { pid: 1, start: "1", bootId: "this boot" },
    } as unknown as Dependencies);
  };
  const [one, two] = [await manager(), await manager()];
  const root = "/work/of/nobody";
  const made = await Promise.allSettled(
    Array.from(
      { length: 10 },
      (_, at) => (at % 2 === 0 ? one : two).create({ root, name: `s${at}`, role: `role${at}` }),
    ),
  );
  expect(made.filter(({ status }) => status === "fulfilled").length).toBe(4);
  const all = await two.list({ workspace: root });
  expect(all.length).toBe(4);
  const [first] = all;
  const { id = "", role = "" } = first ?? {};
  await one.beginSpawn(id, ["agent"]);
  expect((await two.byRole(role, root))?.id).toBe(id);
  expect((await two.attach(id, { pid: 1, start: "1", bootId: "this boot" })).run?.state).toBe("ACTIVE");
  await two.countMessage(id);
  expect((await one.markTerminating(id, "asked")).run?.state).toBe("TERMINATING");
  expect((await two.completeCleanup(id, { exitCode: 0, status: "stopped" })).run?.state).toBe("CLEANED");
  expect((await one.get(id))?.messageCount).toBe(1);
});

test("a read-only server, a newer one and one without tables say what they are", async () => {
  const one = host("kinds");
  const code = async () => codeOf(await one.on("team--kinds", "set", "a", "1", "--json"));
  await server.sql("alter role app set default_transaction_read_only = on");
  expect(await code()).toBe("shared_read_only");
  await server.sql(
    "alter role app reset default_transaction_read_only; update berth.meta set version = 99",
    "postgres",
  ).catch(() => {});
  const version = await server.sql("select version from berth.meta", "team");
  await server.sql("update berth.meta set version = 99", "team");
  const newer = await one.on("team--kinds", "set", "a", "1", "--json");
  expect([newer.status, codeOf(newer)]).toEqual([7, "shared_newer"]);
  await server.sql(`update berth.meta set version = ${version}`, "team");
  await server.sql("create database bare", "postgres");
  const bare = await sharing("kinds", server.url("app", "bare")).on("team--kinds", "get", "--json");
  expect([bare.status, codeOf(bare)]).toEqual([6, "shared_not_set_up"]);
});

test("a standby that is promoted has every write that was acknowledged", async () => {
  await server.sql("alter role app reset default_transaction_read_only");
  await using standby = await server.standby();
  await server.sql("alter system set synchronous_standby_names = '*'; ");
  await server.sql("select pg_reload_conf()");
  const both = `postgres://app@127.0.0.1:${server.port},127.0.0.1:${standby.port}/team`;
  const one = sharing("promote", both);
  for (let n = 1; n <= 5; n += 1) expect(await one.ok("team--promote", "incr", "n")).toBe(String(n));
  const alone = await sharing("promote", standby.url()).on("team--promote", "incr", "n", "--json");
  expect([alone.status, codeOf(alone)]).toEqual([5, "shared_read_only"]);
  await server.stop();
  await standby.sql("alter system reset synchronous_standby_names").catch(() => {});
  await standby.call("pg_ctl", "-D", standby.data, "-w", "promote");
  await standby.sql("alter system set synchronous_standby_names = ''");
  await standby.sql("select pg_reload_conf()");
  expect(await one.ok("team--promote", "incr", "n")).toBe("6");
});

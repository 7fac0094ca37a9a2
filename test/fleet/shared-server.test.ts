/** Servers as there are: how they are reached, who is let in, a standby, a full disk. By the binary, against real ones. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBell } from "../../src/store/postgres/bell.ts";
import { initSql } from "../../src/store/postgres/schema.ts";
import { settingsOf } from "../../src/store/postgres/settings.ts";
import { run, scratch } from "../support/berth.ts";
import { cuttingProxy } from "../support/cutting-proxy.ts";
import { own, pgbouncer, Postgres } from "../support/postgres.ts";
import { codeOf, SharingHost } from "../support/sharing-host.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(120_000);

let server: Postgres;
const base = scratch();
const sharing = (name: string, url: string, more: Record<string, string> = {}) =>
  new SharingHost(join(base, name), url, more);

/** A certificate of a CA of the test's own, `NAME.crt` and `NAME.key`. */
async function certificate(name: string, subject: string, signer?: string): Promise<void> {
  const make = async (...args: string[]) => {
    const done = await run(["openssl", ...args], { cwd: base });
    if (done.status !== 0) throw new Error(done.stderr);
  };
  const key = ["-nodes", "-newkey", "rsa:2048", "-keyout", `${name}.key`, "-subj", subject];
  if (signer === undefined) return await make("req", "-x509", "-days", "2", ...key, "-out", `${name}.crt`);
  await make("req", ...key, "-out", `${name}.csr`);
  const by = ["-CA", `${signer}.crt`, "-CAkey", `${signer}.key`, "-CAcreateserial", "-days", "2"];
  await make("x509", "-req", "-in", `${name}.csr`, ...by, "-out", `${name}.crt`);
}

beforeAll(async () => {
  await certificate("ca", "/CN=test CA");
  await certificate("server", "/CN=localhost", "ca");
  await certificate("app", "/CN=app", "ca");
  await certificate("somebody", "/CN=somebody", "ca");
  server = await Postgres.start("ssl=on\nssl_ca_file='ca.crt'\nmax_connections=50", (data) => {
    for (const name of ["ca.crt", "server.crt", "server.key"]) {
      const path = join(data, name);
      writeFileSync(path, Bun.spawnSync(["cat", join(base, name)]).stdout);
      chmodSync(path, 0o600);
      own(path);
    }
    // Over TCP and TLS only who has a certificate of its own.
    const kept = Bun.spawnSync(["cat", join(data, "pg_hba.conf")]).stdout.toString();
    writeFileSync(join(data, "pg_hba.conf"), `hostssl all app 127.0.0.1/32 cert\n${kept}`);
  });
  await server.team(initSql([{ role: "app", store: "app" }]));
});

afterAll(() => server[Symbol.asyncDispose]());

test("an administrator sets up, lets another role in, and does it again", async () => {
  await server.sql("create role crew login");
  await server.sql("create database fresh");
  const config = async (one: SharingHost) =>
    expect((await one.berth("config", "shared.store", "ours")).status).toBe(0);
  const [admin, crew] = [
    sharing("admin", server.url("admin", "fresh")),
    sharing("crew", server.url("crew", "fresh")),
  ];
  await config(admin);
  await config(crew);
  const before = await crew.on("team--grant", "get", "a", "--json");
  expect([before.status, codeOf(before)]).toEqual([6, "shared_not_set_up"]);
  const made = await admin.berth("shared", "init", "--json");
  expect([made.status, JSON.parse(made.stdout)]).toMatchObject([0, { store: "ours", roles: ["admin"] }]);
  await admin.ok("team--grant", "set", "a", "1");
  const refused = await crew.on("team--grant", "get", "a", "--json");
  expect([refused.status, codeOf(refused)]).toEqual([6, "shared_refused"]);
  for (let round = 0; round < 2; round += 1) {
    expect((await admin.berth("shared", "init", "--grant", "crew")).status).toBe(0);
    expect(await crew.ok("team--grant", "get", "a")).toBe("1");
  }
  expect(await crew.ok("team--grant", "incr", "n")).toBe("1");
  expect(JSON.parse((await crew.berth("events", "--fleet", "--json")).stdout.split("\n")[0] ?? "").type).toBe(
    "session.created",
  );
  expect((await crew.berth("publish")).status).toBe(0);
});

test("a role that may make roles and schemas sets up without being a superuser", async () => {
  await server.sql("create role maker login createrole; ");
  await server.sql("create database makers owner maker");
  const maker = sharing("maker", server.url("maker", "makers"));
  for (let round = 0; round < 2; round += 1) {
    const made = await maker.berth("shared", "init");
    expect([made.status, made.stderr]).toEqual([0, expect.stringContaining("keeps store")]);
  }
  expect(await maker.ok("team--maker", "incr", "n")).toBe("1");
  expect(await server.sql("select pg_has_role('maker', 'berth_owner', 'member')", "makers")).toBe("f");
});

test("a service of the user's file says where the database is", async () => {
  const one = sharing("service", "postgres:///?service=team");
  const section = (port: number) =>
    `[other]\nhost=nowhere.invalid\n\n[team]\nhost=${server.base}\nport=${port}\nuser=app\ndbname=team\n`;
  const missing = await one.on("team--service", "get", "--json");
  expect([missing.status, codeOf(missing)]).toEqual([2, "bad_shared_url"]);
  writeFileSync(join(one.home, ".pg_service.conf"), section(server.port));
  await one.ok("team--service", "set", "a", "1");
  expect(JSON.parse((await one.berth("shared", "status", "--json")).stdout)).toMatchObject({
    host: server.base,
    database: "team",
    role: "app",
  });
  const elsewhere = join(base, "elsewhere.conf");
  writeFileSync(elsewhere, section(server.port));
  const two = sharing("service2", "postgres://app@/team", { PGSERVICEFILE: elsewhere, PGSERVICE: "team" });
  expect(await two.ok("team--service", "get", "a")).toBe("1");
});

test("a client's certificate lets in, another's and none do not", async () => {
  const url = (more: string) =>
    `postgres://app@127.0.0.1:${server.port}/team?sslmode=require&sslrootcert=${base}/ca.crt${more}`;
  const certified = (name: string) => url(`&sslcert=${base}/${name}.crt&sslkey=${base}/${name}.key`);
  const ours = await sharing("cert", certified("app")).on("team--cert", "incr", "n");
  expect([ours.status, ours.stdout]).toEqual([0, "1\n"]);
  for (const wrong of [certified("somebody"), url("")]) {
    const done = await sharing("cert", wrong).on("team--cert", "incr", "n", "--json");
    // Beside the JSON a warning of the weak mode is no line of its own.
    expect([done.status, codeOf(done)]).toEqual([6, "shared_refused"]);
  }
  const one = sharing("cert2", `postgres://app@127.0.0.1:${server.port}/team?sslmode=verify-ca`);
  await run(["mkdir", join(one.home, ".postgresql")]);
  for (
    const [from, to] of [["ca.crt", "root.crt"], ["app.crt", "postgresql.crt"], [
      "app.key",
      "postgresql.key",
    ]] as const
  ) {
    await run(["cp", join(base, from), join(one.home, ".postgresql", to)]);
  }
  expect(await one.ok("team--cert", "get", "n")).toBe("1");
});

test("behind a pooler that swallows notifications they come by a connection of their own", async () => {
  await using plain = await Postgres.start("max_connections=50");
  await plain.team(initSql([{ role: "app", store: "app" }]));
  await using pooler = await pgbouncer(plain);
  const pooled = plain.url("app", "team", pooler.port);
  const direct = `${plain.url()}?application_name=the-bell`;
  const rings = async (url: string) => {
    await using bell = await openBell(settingsOf(url, {}, base));
    return bell.rings;
  };
  expect([await rings(pooled), await rings(direct)]).toEqual([false, true]);
  const one = sharing("bell", pooled, { BERTH_SHARED_LISTEN_URL: direct });
  await one.ok("team--bell", "set", "a", "1");
  for (const words of [["events", "--fleet", "--follow"], ["wait", "team--bell", "--until", "waiting"]]) {
    const following = Bun.spawn(one.words(...words), { env: one.env, stdout: "ignore" });
    const listening = "select count(*) from pg_stat_activity where application_name = 'the-bell'";
    await until("the listener", async () => await plain.sql(listening) === "1" ? true : undefined, 60_000);
    following.kill();
    await following.exited;
    await until("its end", async () => await plain.sql(listening) === "0" ? true : undefined, 60_000);
  }
});

test("status says how far behind a standby is, to who may know", async () => {
  const lag = async (url: string) =>
    JSON.parse((await sharing("lag", url).berth("shared", "status", "--json")).stdout).lag;
  expect(await lag(server.url("admin"))).toBe(null);
  await using standby = await server.standby();
  await until(
    "the standby",
    async () =>
      await server.sql("select count(*) from pg_stat_replication where state = 'streaming'") === "1"
        ? true
        : undefined,
    60_000,
  );
  expect(await lag(server.url("admin"))).toBeGreaterThanOrEqual(0);
  expect(await lag(`postgres://app@/team?host=${server.base}&port=${server.port}`)).toBe(null);
  // What it has and does not do yet it is behind with.
  await standby.sql("select pg_wal_replay_pause()");
  await server.sql("create table late (n int)", "team");
  const behind = async () => Number(await lag(standby.url("admin"))) > 0 ? true : undefined;
  await until("a lag", behind, 60_000);
  await standby.sql("select pg_wal_replay_resume()");
  await until("no lag", async () => await lag(standby.url("admin")) === 0 ? true : undefined, 60_000);
});

test("a full disk at the server is named, keeps what was there, and is over with room again", async () => {
  await using disk = await Postgres.onDisk(90);
  await disk.server.team(initSql([{ role: "app", store: "app" }]));
  const one = sharing("full", disk.server.url());
  await one.ok("team--full", "set", "a", "before");
  await disk.shell("head -c 100000000 /dev/zero > disk/fill 2>/dev/null || true");
  const value = crypto.getRandomValues(new Uint8Array(60_000)).toHex().repeat(1) +
    crypto.getRandomValues(new Uint8Array(60_000)).toHex();
  const set = () =>
    run([...one.words("--session-id", "team--full", "set", "--stdin", "a", "--json")], {
      env: one.env,
      stdin: value,
    });
  const refused = await set();
  expect([refused.status, codeOf(refused)]).toEqual([1, "shared_failed"]);
  expect(JSON.parse(refused.stderr).error.message).toContain("No space left on device");
  expect(await one.ok("team--full", "get", "a")).toBe("before");
  await disk.shell("rm disk/fill");
  expect((await set()).status).toBe(0);
  expect(await one.ok("team--full", "get", "a")).toBe(value);
});

test("an asynchronous standby that is promoted lacks what it had not heard of, and nothing counts twice", async () => {
  await using first = await Postgres.start("max_connections=50");
  await first.team(initSql([{ role: "app", store: "app" }]));
  await using standby = await first.standby();
  await using proxy = await cuttingProxy(first.port);
  const servers = `127.0.0.1:${proxy.port},127.0.0.1:${standby.port}`;
  const one = sharing("async", `postgres://app@${servers}/team?sslmode=disable`);
  for (const n of ["1", "2", "3"]) expect(await one.ok("team--async", "incr", "n")).toBe(n);
  const has = async () =>
    Number(await standby.sql("select count(*) from berth.documents where body like '%\"n\":3%'", "team")) > 0;
  await until("the standby to have it", async () => await has() ? true : undefined, 60_000);
  await standby.stop("fast");
  // One that it never hears of, acknowledged; and one whose acknowledgement is lost with the server.
  expect(await one.ok("team--async", "incr", "n")).toBe("4");
  proxy.afterCommit = "cut";
  const unsure = one.on("team--async", "incr", "n", "--json", "--wait", "30");
  await until("the cut", () => proxy.cuts > 0 ? true : undefined, 60_000);
  proxy.blackHole = true;
  proxy.cut();
  await first.stop();
  await standby.call("pg_ctl", "-D", standby.data, "-l", join(standby.base, "log"), "-w", "start");
  await standby.call("pg_ctl", "-D", standby.data, "-w", "promote");
  const done = await unsure;
  const said = done.status === 0 ? "done" : codeOf(done);
  expect(["done", "write_unsure", "write_lost", "shared_unreachable"]).toContain(said);
  // Of four steps that were acknowledged the new server has the three that it had heard of.
  expect(await one.ok("team--async", "get", "n")).toBe(said === "done" ? "4" : "3");
  expect(await one.ok("team--async", "incr", "n")).toBe(said === "done" ? "5" : "4");
  expect((await one.berth("events", "--fleet")).status).toBe(0);
  expect((await one.berth("publish")).status).toBe(0);
});

/** What hosts publish, their leases, and how the tables change, by the binary, against a PostgreSQL that runs. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { cpSync } from "node:fs";
import { openShared } from "../../src/fleet/open-shared.ts";
import { hostOf } from "../../src/store/hosts.ts";
import { initSql } from "../../src/store/postgres/schema.ts";
import { readNow } from "../../src/store/read.ts";
import { updateSession } from "../../src/store/update.ts";
import { scratch } from "../support/berth.ts";
import { Postgres } from "../support/postgres.ts";
import { project } from "../support/project.ts";
import { storeAt } from "../support/store.ts";
import { until as waitUntil } from "../support/until.ts";
import { codeOf, SharingHost } from "../support/sharing-host.ts";

setDefaultTimeout(120_000);

let server: Postgres;
const base = scratch();
const host = (name: string) => new SharingHost(join(base, name), server.url());

beforeAll(async () => {
  server = await Postgres.start("max_connections=50");
  await server.team(initSql([{ role: "app", store: "app" }]));
});

afterAll(() => server[Symbol.asyncDispose]());

/** Look again and again until it is so. */
const until = (look: () => Promise<boolean>) =>
  waitUntil(String(look), async () => await look() ? true : undefined, 60_000);

/** Hosts `host-1`, `host-2`, … with so many sessions each, of which the last one has a long name. */
const publish = (sessions: readonly number[]) =>
  server.sql(
    sessions.map((count, at) =>
      `insert into berth.hosts (store, host, machine, boot, label, epoch)
         values ('app', md5('${at}')::uuid, 'machine-${at}', 'boot', 'host-${at + 1}', 1);
       insert into berth.published (store, host, session, document)
         select 'app', md5('${at}')::uuid, 'ex--s-' || lpad(s::text, 5, '0'), json_build_object('id', 'ex--s-' || lpad(s::text, 5, '0'),
           'short', 's-' || s, 'alive', true, 'branch', case when s = ${count} then 'a-long-one' else 'b' end)::text
         from generate_series(1, ${count}) s;`
    ).join("\n"),
    "team",
  );

test("more sessions than are read at a time are listed whole, host by host", async () => {
  const sizes = [3, 4500, 0, 1, 2000, 2001];
  await publish(sizes);
  const one = host("reader");
  const { hosts, sessions } = JSON.parse((await one.berth("fleet", "list", "--json")).stdout);
  expect(hosts.map(({ name }: { name: string }) => name)).toEqual(sizes.map((_, at) => `host-${at + 1}`));
  const wanted = sizes.flatMap((count, at) =>
    Array.from({ length: count }, (_, s) => `host-${at + 1} ex--s-${String(s + 1).padStart(5, "0")}`)
  );
  expect(sessions.map(({ host, id }: { host: string; id: string }) => `${host} ${id}`)).toEqual(wanted);
  const lines = (await one.berth("fleet", "list")).stdout.trimEnd().split("\n");
  expect(lines.length).toBe(wanted.length + 1);
  expect(lines.map((line) => line.split(/\s+/)[0])).toEqual([
    "HOST",
    ...wanted.map((one) => one.slice(0, 6)),
  ]);
  await server.sql("truncate berth.hosts, berth.published", "team");
});

test("tables of an older version are changed by init, and what they keep stays", async () => {
  const one = host("older");
  await one.ok("team--older", "set", "a", "1");
  await server.sql(
    `update berth.meta set version = 1; alter table berth.meta drop column id;
     drop function berth.events_after; alter table berth.hosts drop column boots`,
    "team",
  );
  const refused = await one.on("team--older", "get", "a", "--json");
  expect([refused.status, codeOf(refused)]).toEqual([6, "shared_older"]);
  expect((await one.berth("shared", "status")).stderr).toContain("of an older berth");
  await server.sql((await one.berth("shared", "init", "--print")).stdout, "team");
  expect(await one.ok("team--older", "get", "a")).toBe("1");
  expect((await one.berth("events", "--fleet", "--json")).stdout).toContain("team--older");
});

test("who looks again for events misses none, whether anything ended meanwhile or not", async () => {
  const one = host("events");
  const following = Bun.spawn([...one.words("events", "--fleet", "--follow", "--json")], {
    env: one.env,
    stdout: "pipe",
  });
  const reader = following.stdout.getReader();
  let seen = "";
  const until = async (text: string) => {
    while (!seen.includes(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`it ended before ${text}: ${seen}`);
      seen += new TextDecoder().decode(value);
    }
  };
  for (let n = 1; n <= 3; n += 1) {
    await one.ok(`team--event-${n}`, "set", "a", "1");
    await until(`"team--event-${n}_`);
  }
  following.kill();
  const ids = seen.trim().split("\n").map((line) => JSON.parse(line).position);
  expect(new Set(ids).size).toBe(ids.length);
});

test("what works with one machine alone says so of a shared session, and its hint works", async () => {
  const one = host("kinds");
  await one.ok("team--kinds", "set", "a", "1");
  for (
    const words of [["lua", "team--kinds", "-e", "return 1"], ["stop", "team--kinds"], [
      "logs",
      "team--kinds",
    ]]
  ) {
    const done = await one.berth(...words, "--json");
    expect([done.status, codeOf(done)]).toEqual([2, "not_for_shared"]);
    const [, hint = ""] = /Type "berth ([^"]*)"/.exec(JSON.parse(done.stderr).error.hint) ?? [];
    expect((await one.berth(...hint.split(" "))).status).toBe(0);
  }
  for (
    const words of [["run", "team--kinds", "--json", "--", "true"], [
      "--session-id",
      "team--kinds",
      "run",
      "--json",
      "--",
      "true",
    ]]
  ) {
    const done = await one.berth(...words);
    expect([done.status, codeOf(done)]).toEqual([2, "not_for_shared"]);
    const hints = [...JSON.parse(done.stderr).error.hint.matchAll(/"berth ([^"]*) COMMAND"/g)];
    expect(hints.length).toBe(2);
    for (const [, hint = ""] of hints) expect((await one.berth(...hint.split(" "), "true")).status).toBe(0);
  }
  const none = await one.berth("show", "team--none", "--json");
  expect([none.status, JSON.parse(none.stderr).error.hint]).toEqual([
    3,
    expect.stringContaining("berth list --shared"),
  ]);
  // Of a namespace that nobody shares it is what it was.
  expect((await one.berth("run", "crew--none", "--", "true")).stderr).toContain(`"berth list"`);
});

test("a status that one host sets is seen, and waited for, on another", async () => {
  const [one, two] = [host("kinds"), host("waits")];
  await one.ok("team--status", "set", "a", "1");
  expect(await two.ok("team--status", "status")).toBe("active");
  const waiting = two.berth("wait", "team--status", "--until", "waiting", "--timeout", "60");
  expect((await one.berth("status", "team--status", "waiting")).status).toBe(0);
  expect((await waiting).status).toBe(0);
  expect((await one.berth("status", "team--status")).stdout).toBe("waiting\n");
});

/** The shared store as a process of a machine sees it: its own store, its machine's ID and its boot. */
async function opened(directory: string, machine: string, boot: string) {
  const identity = () => ({ machine, boot, pidNamespace: "pid:[1]", lasting: true, label: () => machine });
  const local = { ...storeAt(directory), hosting: { identity } };
  await hostOf(local);
  const place = { url: server.url(), namespaces: ["team"], known: true, store: null, idleMs: 60_000 };
  const shared = openShared(local, place, { variables: { HOME: base }, eventsOf: () => [] });
  return { ...shared, [Symbol.asyncDispose]: () => shared.backend[Symbol.asyncDispose]() };
}

const step = (store: Awaited<ReturnType<typeof opened>>, id: string) =>
  updateSession(
    store,
    id,
    (draft) => void (draft.sharedState["n"] = Number(draft.sharedState["n"] ?? 0) + 1),
    {
      repeatable: true,
    },
  );
const epochs = () =>
  server.sql("select epoch from berth.hosts where machine like 'm-%' order by machine", "team");

test("an older life of a host changes nothing, and a machine of its own goes on", async () => {
  const [first, second] = [join(base, "life"), join(base, "copy")];
  const id = "team--life_00";
  await using old = await opened(first, "m-life", "boot 1");
  await step(old, id);
  await step(old, id);
  expect(await epochs()).toBe("1");
  // The disk is copied, and the copy is booted.
  cpSync(first, second, { recursive: true });
  await using copy = await opened(second, "m-life", "boot 2");
  await step(copy, id);
  expect(await epochs()).toBe("2");
  await expect(step(old, id)).rejects.toMatchObject({ code: "fenced" });
  await step(copy, id);
  expect((await readNow(copy, id))?.sharedState).toEqual({ n: 4 });
  // Another process of the old one is none the better, and a machine of its own is not touched by all that.
  await using beside = await opened(first, "m-life", "boot 1");
  await expect(step(beside, id)).rejects.toMatchObject({ code: "fenced" });
  await using other = await opened(join(base, "other-life"), "m-other", "boot 1");
  await step(other, id);
  expect((await readNow(copy, id))?.sharedState).toEqual({ n: 5 });
});

test("many processes of a host register it once", async () => {
  const directory = join(base, "many");
  const stores = await Promise.all(Array.from({ length: 8 }, () => opened(directory, "m-many", "boot 1")));
  await Promise.all(stores.map((store, n) => step(store, `team--many${n}_00`)));
  expect(await server.sql("select epoch from berth.hosts where machine = 'm-many'", "team")).toBe("1");
  for (const store of stores) await store[Symbol.asyncDispose]();
});

test("a copy that registered is found by doctor, and either hint of the refused write works", async () => {
  const one = host("copied");
  await one.ok("team--copied", "set", "a", "1");
  const taken =
    `update berth.hosts h set boot = 'another', boots = boots || 'another'::text, epoch = epoch + 1
     where host = '${await uuidOf(one)}'`;
  expect((await one.berth("doctor", "--json")).stdout).not.toContain("host_cloned");
  await server.sql(taken, "team");
  const refused = await one.on("team--copied", "set", "a", "2", "--json");
  expect([refused.status, codeOf(refused)]).toEqual([5, "fenced"]);
  expect(await one.ok("team--copied", "get", "a")).toBe("1");
  const found = await one.berth("doctor", "--json");
  expect([found.status, found.stdout.includes("host_cloned")]).toEqual([1, true]);
  expect((await one.berth("publish")).stderr).toContain("a disk was copied");
  await one.ok("team--copied", "set", "a", "2");
  await server.sql(taken, "team");
  const before = await uuidOf(one);
  const fixed = JSON.parse((await one.berth("doctor", "--fix", "--json")).stdout);
  expect(fixed.findings.find(({ code }: { code: string }) => code === "host_cloned").fixed).toBe(true);
  expect(await uuidOf(one)).not.toBe(before);
  await one.ok("team--copied", "set", "a", "3");
  expect((await one.berth("doctor", "--json")).stdout).not.toContain("host_cloned");
});

const uuidOf = async (one: SharingHost): Promise<string> =>
  JSON.parse((await one.berth("list", "--json")).stdout).host.uuid;

test("a reboot is no copy, and a database that is away is no reason for doctor to fail", async () => {
  const one = host("rebooted");
  await one.ok("team--rebooted", "set", "a", "1");
  // As if all that was known were of an earlier boot.
  await server.sql(
    `update berth.hosts set boot = 'earlier', boots = '{earlier}' where host = '${await uuidOf(one)}'`,
    "team",
  );
  expect((await one.berth("doctor", "--json")).stdout).not.toContain("host_cloned");
  expect((await one.berth("publish")).stderr).not.toContain("copied");
  const away = new SharingHost(one.home, "postgres://app@127.0.0.1:1/team");
  const found = await away.berth("doctor", "--json");
  expect([found.status, found.stdout.includes("shared_unreachable")]).toEqual([0, true]);
});

test("who goes on writing is not fenced by a registration of this machine's own", async () => {
  const one = host("registers");
  const id = JSON.parse(await one.ok("team--registers", "set", "a", "1", "--json")).id;
  const mcp = Bun.spawn(one.words("--session-id", "team--registers", "mcp"), {
    env: one.env,
    stdin: "pipe",
    stdout: "pipe",
  });
  const reader = mcp.stdout.getReader();
  const call = async (message: object) => {
    mcp.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, ...message })}\n`);
    mcp.stdin.flush();
    return new TextDecoder().decode((await reader.read()).value);
  };
  const capabilities = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  };
  await call({ method: "initialize", params: capabilities });
  const incr = { method: "tools/call", params: { name: "state_incr", arguments: { key: "n" } } };
  expect(await call(incr)).toContain('"value":1');
  expect((await one.berth("publish")).status).toBe(0);
  expect(await call(incr)).toContain('"value":2');
  mcp.kill();
  expect(id).toStartWith("team--registers");
});

const shown = async (one: SharingHost) => {
  const { hosts, sessions } = JSON.parse((await one.berth("fleet", "list", "--json")).stdout);
  return { hosts, sessions } as { hosts: { reached: boolean }[]; sessions: Record<string, unknown>[] };
};

test("what runs publishes its host, and says when it has ended; nobody publishes twice", async () => {
  await server.sql("truncate berth.hosts, berth.published", "team");
  const [one, two] = [host("runs"), host("looks")];
  const session = async (id: string) =>
    (await shown(two)).sessions.find((found) => String(found["id"]).startsWith(id));
  const holding = Bun.spawn(one.words("--session-id", "build", "hold", "--", "cat"), {
    env: one.env,
    stdin: "pipe",
  });
  await until(async () => (await session("ex--build"))?.["alive"] === true);
  const second = Bun.spawn(one.words("--session-id", "second", "hold", "--", "cat"), {
    env: one.env,
    stdin: "pipe",
  });
  await until(async () => (await session("ex--second"))?.["alive"] === true);
  expect((await shown(two)).hosts).toMatchObject([{ reached: true }]);
  expect(await server.sql("select epoch from berth.hosts", "team")).toBe("1");
  second.stdin.end();
  await second.exited;
  await until(async () => (await session("ex--second"))?.["alive"] === false);
  // The last one says it itself: nobody else is left to.
  holding.stdin.end();
  expect(await holding.exited).toBe(0);
  expect((await session("ex--build"))?.["alive"]).toBe(false);
});

test("run publishes, too, and its command neither waits for a database that is away nor fails of it", async () => {
  const [p, two] = [await project(), host("looks")];
  const env = { BERTH_SHARED_URL: server.url() };
  const running = p.in(p.root, [
    ...two.words("new", "auth", "--", "sh", "-c", "while ! test -e ../stop; do sleep 0.1; done"),
  ], { env });
  await until(async () =>
    (await shown(two)).sessions.some(({ name, alive }) => name === "auth" && alive === true)
  );
  await Bun.write(join(p.root, ".worktrees/stop"), "");
  expect((await running).status).toBe(0);
  expect((await shown(two)).sessions.find(({ name }) => name === "auth")).toMatchObject({ state: "CLEANED" });
  const away = new SharingHost(join(base, "away"), "postgres://app@127.0.0.1:1/team");
  const done = await away.on("build", "hold", "--", "sh", "-c", "sleep 1.5; exit 7");
  expect([done.status, done.stderr]).toEqual([7, ""]);
});

test("what is kept in a session is published where that is said, and only there", async () => {
  const [one, two] = [host("states"), host("looks")];
  await one.ok("secretive", "set", "key", "the value");
  expect((await one.berth("publish")).status).toBe(0);
  expect(JSON.stringify(await shown(two))).not.toContain("the value");
  expect((await one.berth("config", "shared.publishState", "perhaps")).status).toBe(2);
  expect((await one.berth("config", "shared.publishState", "true")).status).toBe(0);
  expect((await one.berth("publish")).status).toBe(0);
  const { sessions } = await shown(two);
  expect(sessions.find(({ id }) => String(id).startsWith("ex--secretive"))).toMatchObject({
    sharedState: { key: "the value" },
  });
  expect((await one.berth("config", "--unset", "shared.publishState")).status).toBe(0);
  expect((await one.berth("publish")).status).toBe(0);
  expect(JSON.stringify(await shown(two))).not.toContain("the value");
});

test("events after a position, and after a number", async () => {
  const one = host("since");
  for (const value of ["1", "2", "3"]) await one.ok("team--since", "set", "a", value);
  const events = async (...more: string[]) => {
    const { stdout } = await one.berth("events", "--fleet", "--json", ...more);
    return stdout.trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  };
  const all = await events();
  const last = all.slice(-3);
  const [first] = last;
  const positions = (some: { position: string }[]) => some.map(({ position }) => position);
  expect(positions(await events("--since", first.position))).toEqual(positions(last.slice(1)));
  expect(positions(await events("--since", String(first.seq)))).toEqual(positions(last.slice(1)));
  expect(await events("--since", last[2].position)).toEqual([]);
  expect(positions(await events("--since", "0"))).toEqual(positions(all));
  // One that is kept no more, in between.
  await server.sql(`delete from berth.events where id = ${last[1].seq}`, "team");
  expect(positions(await events("--since", String(last[1].seq)))).toEqual([last[2].position]);
  const local = await one.berth("events", "--since", "7/12", "--json");
  expect([local.status, codeOf(local)]).toEqual([2, "bad_option_value"]);
  expect((await one.berth("events", "--fleet", "--since", "x")).status).toBe(2);
});

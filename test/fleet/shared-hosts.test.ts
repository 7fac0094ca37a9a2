/** What hosts publish, their leases, and how the tables change, by the binary, against a PostgreSQL that runs. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { initSql } from "../../src/store/postgres/schema.ts";
import { scratch } from "../support/berth.ts";
import { Postgres } from "../support/postgres.ts";
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

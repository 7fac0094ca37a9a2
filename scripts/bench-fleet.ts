/**
 * Figures of the shared store, with a PostgreSQL of the run's own on this machine: `npm run bench -- fleet`. What is
 * compared is measured in turn; the rest is printed with its budget.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pgbouncer, Postgres } from "../test/support/postgres.ts";
import { initSql } from "../src/store/postgres/schema.ts";
import { postgresBackend } from "../src/store/postgres/backend.ts";
import type { SharedBackend } from "../src/store/postgres/place.ts";
import { settingsOf } from "../src/store/postgres/settings.ts";
import { openStore } from "../src/store/open.ts";
import { updateSession } from "../src/store/update.ts";
import { type EventPosition, eventsAfter } from "../src/fleet/shared-events.ts";
import { measure, table } from "./measure.ts";

const line = (what: string, figure: string, budget: string, ok: boolean): boolean => {
  console.log(`${what.padEnd(48)} ${figure.padStart(14)}, budget ${budget}${ok ? "" : "  OVER"}`);
  return ok;
};

/** @returns whether all budgets are kept */
export async function fleet(directory: string): Promise<boolean> {
  await using server = await Postgres.start("fsync=on\nmax_connections=200\nshared_buffers=256MB");
  await server.team(initSql([{ role: "app", store: "app" }]));
  return [
    steps(server, directory),
    await commits(server),
    await published(server, directory),
    await polls(server),
  ].every(Boolean);
}

function steps(server: Postgres, directory: string): boolean {
  const home = join(directory, "fleet-home");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const env = { HOME: home, BERTH_HOME: join(home, "store"), BERTH_SHARED_URL: server.url() };
  const update = "update berth.documents set changed = now() where name = 'sessions/none'";
  const medians = measure([
    { name: "psql", command: ["psql", "-X", "-q", server.url(), "-c", update], env },
    { name: "incr", command: [`${directory}/berth`, "--session-id", "team--steps", "incr", "n"], env },
  ]);
  return table(medians, [{
    what: "berth incr on a shared session",
    of: ["incr"],
    against: ["psql"],
    budget: 3,
  }]);
}

/** 32 connections of one process on sessions of their own, against what the server does by itself. */
async function commits(server: Postgres): Promise<boolean> {
  await using backend = postgresBackend({
    settings: settingsOf(server.url(), {}, "/"),
    store: "app",
    eventsOf: () => [],
  });
  const store = openStore({ backend });
  let done = 0;
  const end = performance.now() + 5000;
  await Promise.all(Array.from({ length: 32 }, async (_, at) => {
    while (performance.now() < end) {
      await updateSession(store, `team--c${at}_00`, (draft) => void (draft.sharedState["n"] = done));
      done += 1;
    }
  }));
  const file = join(server.base, "limit.sql");
  await Bun.write(
    file,
    "update berth.documents set changed = now() where store = 'app' and name = 'sessions/team--c' || :client_id || '_00.session.json';\n",
  );
  const args = [
    "-h",
    server.base,
    "-p",
    String(server.port),
    "-U",
    "app",
    "-n",
    "-c",
    "32",
    "-T",
    "5",
    "-f",
    file,
    "team",
  ];
  const limit = Number(/tps = ([\d.]+)/.exec(await server.call("pgbench", ...args))?.[1] ?? 0);
  const rate = done / 5;
  return line(
    "commits on 32 connections of one process",
    `${rate.toFixed(0)}/s of ${limit.toFixed(0)}`,
    "500/s or half of pgbench",
    rate >= 500 || rate >= limit / 2,
  );
}

const HOSTS = 1000;
const EACH = 100;

async function published(server: Postgres, directory: string): Promise<boolean> {
  await server.sql(
    `insert into berth.hosts (store, host, machine, boot, label, epoch)
       select 'app', md5(h::text)::uuid, md5('m' || h), 'boot', 'host-' || h, 1 from generate_series(1, ${HOSTS}) h;
     insert into berth.published (store, host, session, document)
       select 'app', md5(h::text)::uuid, 'ex--session-' || s || '_00', json_build_object('id', 'ex--session-' || s || '_00',
         'short', 'ex--session-' || s, 'name', null, 'source', 'explicit-flag', 'role', null, 'status', 'active', 'state', null,
         'alive', true, 'current', false, 'workspace', '/home/me/projects/one', 'worktree', null, 'branch', 'feature/one',
         'createdAt', '2026-01-01T00:00:00.000Z', 'updatedAt', '2026-01-01T00:00:00.000Z',
         'lastActivity', '2026-01-01T00:00:00.000Z', 'bytes', 512, 'agents', '[]'::json)::text
       from generate_series(1, ${HOSTS}) h, generate_series(1, ${EACH}) s;
     analyze;`,
    "team",
  );
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    BERTH_HOME: join(directory, "fleet-list"),
    BERTH_SHARED_URL: server.url(),
  };
  const times: number[] = [];
  let peak = 0;
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    const child = Bun.spawn([`${directory}/berth`, "fleet", "list"], {
      env,
      stdout: "pipe",
      stderr: "inherit",
    });
    const rows = (await new Response(child.stdout).text()).split("\n").length;
    await child.exited;
    times.push(performance.now() - began);
    peak = Math.max(peak, child.resourceUsage()?.maxRSS ?? 0);
    if (rows < HOSTS * EACH) throw new Error(`fleet list printed ${rows} lines`);
  }
  const median = times.sort((a, b) => a - b)[2] ?? Infinity;
  console.log(
    await server.sql(
      `explain (analyze, costs off, timing off, summary off)
       select h.n, p.session, p.document from unnest(array(select host from berth.hosts order by label limit 100)) with ordinality h(host, n)
       cross join lateral (
         select session, document from berth.published where store = 'app' and host = h.host order by session limit 2000
       ) p order by h.n, p.session limit 2000`,
      "team",
      "app",
    ),
  );
  return [
    line(
      `fleet list of ${HOSTS * EACH} sessions of ${HOSTS} hosts`,
      `${median.toFixed(0)} ms`,
      "2000 ms",
      median <= 2000,
    ),
    line("its memory", `${(peak / 1e6).toFixed(0)} MB`, "300 MB", peak <= 300e6),
  ].every(Boolean);
}

/**
 * CPU seconds of each process of the server that work for it and for who polls, by the scheduler's own count: in ticks a
 * poll is next to nothing.
 */
async function cpuOf(server: Postgres): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const line of (await Bun.$`ps -eo pid,args`.text()).split("\n")) {
    if (!line.includes(server.data) && !/postgres: app team/.test(line)) continue;
    const pid = Number(line.trim().split(/\s+/)[0]);
    const text = await Bun.file(`/proc/${pid}/schedstat`).text().catch(() => "0");
    found.set(pid, Number(text.split(" ")[0]) / 1e9);
  }
  return found;
}

const POLLS = 500;
const POLLS_S = 10;

/** A thousand followers that look every two seconds, through a pooler: while nothing is written, and while something is. */
async function polls(server: Postgres): Promise<boolean> {
  await using pooler = await pgbouncer(server);
  await using backend = postgresBackend({
    settings: settingsOf(`${server.url("app", "team", pooler.port)}`, {}, "/"),
    store: "app",
    eventsOf: () => [],
  });
  await server.sql(
    "insert into berth.events (store, event) select 'app', '{}' from generate_series(1, 100000); analyze",
    "team",
  );
  const xid = await server.sql("select max(xid)::text from berth.events", "team");
  const least = await share(server, () => backend.pool.use((connection) => connection.script(["select 1"])));
  const quiet = await share(server, followers(backend, { xid, id: "999999999" }));
  // In another database of the same server, so that what it costs is not counted; a transaction counts wherever it is.
  const file = join(server.base, "write.sql");
  await Bun.write(file, "select pg_current_xact_id();\n");
  const where = ["-h", server.base, "-p", String(server.port), "-U", "admin"];
  const writing = server.call(
    "pgbench",
    ...where,
    "-n",
    "-R",
    "50",
    "-T",
    String(POLLS_S + 2),
    "-f",
    file,
    "postgres",
  );
  const busy = await share(server, followers(backend, { xid, id: "999999999" }));
  await writing;
  console.log(
    await server.sql(
      `explain (costs off) select xid, id, event from berth.events where store = 'app' and (xid, id) > ('${xid}'::xid8, 999999999) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit 1000`,
      "team",
      "app",
    ),
  );
  console.log(`${POLLS} times "select 1" a second take ${least.toFixed(1)} % of a core`);
  console.log(`${POLLS} polls of events a second take ${busy.toFixed(1)} % with 50 writes a second`);
  return line(
    `${POLLS} polls of events a second, pooled`,
    `${quiet.toFixed(1)} % of a core`,
    "5 %",
    quiet < 5,
  );
}

/** Twice as many as look in a second, each at a place of its own. @returns what the next one of them does */
function followers(backend: SharedBackend, from: EventPosition): () => Promise<void> {
  const places = Array.from({ length: POLLS * 2 }, () => from);
  let next = 0;
  return async () => {
    const at = next++ % places.length;
    const found = eventsAfter(backend, places[at] ?? from);
    for (;;) {
      const one = await found.next();
      if (one.done === true) return void (places[at] = one.value);
    }
  };
}

/** So many are under way at most. */
const AT_ONCE = 10;

/** @returns per cent of a core that the server takes for it */
async function share(server: Postgres, look: () => Promise<unknown>): Promise<number> {
  for (let at = 0; at < POLLS * 2; at += 1) await look();
  const before = await cpuOf(server);
  const began = performance.now();
  let count = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (count < POLLS * POLLS_S) {
      const early = began + count++ * 1000 / POLLS - performance.now();
      if (early > 0) await Bun.sleep(early);
      await look();
    }
  }));
  // Per poll, so that a machine that is too slow for them does not make them cheap.
  let seconds = 0;
  for (const [pid, used] of await cpuOf(server)) seconds += used - (before.get(pid) ?? 0);
  return seconds / (POLLS * POLLS_S) * POLLS * 100;
}

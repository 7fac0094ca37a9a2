import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { BerthEvent } from "../../src/events/event.ts";
import { berth, cleanEnv, run, scratch, until } from "../support/berth.ts";

const home = scratch("berth-events-");
let count = 0;
const newStore = () => `${home}/store-${count++}`;
const call = (store: string, ...args: string[]) =>
  run([berth, ...args], { env: { HOME: home, BERTH_HOME: store }, cwd: home, limit: 60_000 });
const parsed = (text: string): BerthEvent[] =>
  text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
const eventsOf = async (store: string, ...args: string[]) =>
  parsed((await call(store, "events", "--json", ...args)).stdout);

/** `berth events --follow`, and what it has printed so far. */
function follow(store: string, ...args: string[]) {
  const child = Bun.spawn([berth, "events", "--follow", "--json", ...args], {
    env: cleanEnv(home, { BERTH_HOME: store }),
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const reading = (async () => {
    for await (const chunk of child.stdout) text += new TextDecoder().decode(chunk);
  })();
  return {
    child,
    seen: () => parsed(text.slice(0, text.lastIndexOf("\n") + 1)),
    async stop() {
      child.kill();
      await child.exited;
      await reading;
    },
  };
}

describe("berth events", () => {
  test("tells what every writer did, and no value", async () => {
    const store = newStore();
    const at = ["--session-id", "a"];
    await call(store, ...at, "set", "token", "SECRETVALUE");
    await call(store, ...at, "set", "token", "SECRETVALUE2");
    await call(store, ...at, "unset", "token");
    await call(store, ...at, "incr", "n");
    const archive = (await call(store, ...at, "reset")).stdout.trim();
    await call(store, "restore", archive);
    await call(store, "delete", "a");
    const { stdout } = await call(store, "events");
    expect(stdout).not.toContain("SECRETVALUE");
    const seen = parsed(stdout);
    expect(seen.map(({ type, data }) => [type, data["what"]])).toEqual([
      ["session.created", undefined],
      ["session.changed", "set"],
      ["session.changed", "unset"],
      ["session.changed", "incr"],
      ["session.reset", undefined],
      ["session.restored", undefined],
      ["session.deleted", undefined],
    ]);
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const event of seen) {
      expect(Object.keys(event)).toEqual(["v", "seq", "time", "host", "boot", "session", "type", "data"]);
      expect(event.session).toStartWith("ex--a_");
    }
  });

  test("what only reads leaves no event, and no directory", async () => {
    const store = newStore();
    expect(await call(store, "events")).toEqual({ stdout: "", stderr: "", status: 0 });
    await call(store, "list");
    expect(() => readdirSync(store)).toThrow();
  });

  test("chooses by number, session and type", async () => {
    const store = newStore();
    for (const label of ["a", "b", "a"]) await call(store, "--session-id", label, "set", "k", "v");
    await call(store, "delete", "b");
    expect((await eventsOf(store, "--since", "2")).map(({ seq }) => seq)).toEqual([3, 4]);
    expect((await eventsOf(store, "--session", "a")).map(({ seq }) => seq)).toEqual([1, 3]);
    const [, second] = await eventsOf(store);
    // It is deleted, and still has its events.
    expect((await eventsOf(store, "--session", second?.session ?? "")).map(({ seq }) => seq)).toEqual([2, 4]);
    expect((await eventsOf(store, "--type", "session.created")).map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await eventsOf(store, "--type", "run")).length).toBe(0);
    expect((await call(store, "events", "--type", "nothing")).status).toBe(2);
    expect((await call(store, "events", "--since", "-1")).status).toBe(2);
  });

  test("a log that cannot be written keeps nobody from anything", async () => {
    const store = newStore();
    await call(store, "--session-id", "a", "set", "k", "v");
    rmSync(`${store}/events`, { recursive: true });
    writeFileSync(`${store}/events`, "");
    expect(await call(store, "--session-id", "a", "set", "k", "w")).toEqual({
      stdout: "",
      stderr: "",
      status: 0,
    });
    expect((await call(store, "--session-id", "a", "get", "k")).stdout).toBe("w\n");
  });
});

describe("many writers", () => {
  test("a hundred at once: no number twice, and none is missing", async () => {
    const store = newStore();
    const done = await Promise.all(
      Array.from(
        { length: 100 },
        (_, at) => call(store, "--session-id", `s${at % 10}`, "--wait", "60", "incr", "n"),
      ),
    );
    expect(done.filter(({ status }) => status !== 0)).toEqual([]);
    // Those that were in each other's way for long left a file, which the next one takes in.
    await call(store, "--session-id", "s0", "incr", "n");
    const seen = await eventsOf(store);
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_, at) => at + 1));
  }, 120_000);

  test(
    "kill -9 at any moment: every line is whole, no number comes twice, and the next one writes on",
    async () => {
      const store = newStore();
      await call(store, "--session-id", "a", "set", "k", "v");
      for (let round = 0; round < 40; round += 1) {
        const child = Bun.spawn([berth, "--session-id", `k${round % 5}`, "incr", "n"], {
          env: cleanEnv(home, { BERTH_HOME: store }),
          stdio: ["ignore", "ignore", "ignore"],
        });
        await Bun.sleep(round % 20);
        child.kill("SIGKILL");
        await child.exited;
      }
      await call(store, "--session-id", "a", "set", "k", "w");
      const lines = readFileSync(`${store}/events/events.jsonl`, "utf8").split("\n").filter((line) =>
        line.trim() !== ""
      );
      const seqs = lines.map((line) => (JSON.parse(line) as BerthEvent).seq);
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, at) => at + 1));
      expect((await eventsOf(store)).at(-1)).toMatchObject({ type: "session.changed", data: { key: "k" } });
    },
    60_000,
  );
});

describe("berth events --follow", () => {
  test("prints what comes, also before there is a store", async () => {
    const store = newStore();
    const following = follow(store);
    await Bun.sleep(200);
    await call(store, "--session-id", "a", "set", "k", "v");
    await until("the first event", () => following.seen().length === 1 ? true : undefined);
    const started = performance.now();
    await call(store, "--session-id", "a", "set", "k", "w");
    await until("the second event", () => following.seen().length === 2 ? true : undefined);
    expect(performance.now() - started).toBeLessThan(5000);
    await following.stop();
  });

  test("goes on when the log's file gets another name, and rotates by the setting", async () => {
    const store = newStore();
    await call(store, "config", "events.maxMB", "1");
    await call(store, "--session-id", "a", "set", "k", "v");
    const following = follow(store);
    await until("the first event", () => following.seen().length > 0 ? true : undefined);
    const boot = bootOf(store);
    const line = (seq: number) =>
      JSON.stringify({
        v: 1,
        seq,
        time: "2026-03-01T00:00:00.000Z",
        host: null,
        boot,
        session: null,
        type: "a.later.type",
        data: { text: "x".repeat(900) },
      });
    let seq = 2;
    for (let round = 0; round < 3; round += 1) {
      const lines: string[] = [];
      // Never to the end of a block: these lines stand for writers that have reserved theirs.
      for (let n = 0; n < 300; n += 1) lines.push(line(seq++));
      appendFileSync(`${store}/events/events.jsonl`, `${lines.join("\n")}\n${" ".repeat(1024 * 1024)}\n`);
      await call(store, "--session-id", "a", "set", "k", `${round}`);
      seq += 1;
    }
    await until("all of them", () => following.seen().length >= seq - 1 ? true : undefined);
    await following.stop();
    expect(following.seen().map((event) => event.seq)).toEqual(
      Array.from({ length: seq - 1 }, (_, at) => at + 1),
    );
    expect(readdirSync(`${store}/events`)).toContain("events.3.jsonl");
  });

  test("ends with its reader", async () => {
    const store = newStore();
    mkdirSync(store, { mode: 0o700 });
    await call(store, "--session-id", "a", "set", "k", "v");
    const child = Bun.spawn(["sh", "-c", `${berth} events --follow | head -1`], {
      env: cleanEnv(home, { BERTH_HOME: store }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    await Bun.sleep(500);
    await call(store, "--session-id", "a", "set", "k", "w");
    expect(await child.exited).toBe(0);
    expect(await new Response(child.stderr).text()).toBe("");
  });
});

function bootOf(store: string): string {
  const [first = ""] = readFileSync(`${store}/events/events.jsonl`, "utf8").split("\n");
  return (JSON.parse(first) as BerthEvent).boot ?? "";
}

describe("doctor", () => {
  test("says which change stands in no event, and tells it late", async () => {
    const store = newStore();
    for (const label of ["a", "b"]) await call(store, "--session-id", label, "set", "k", "v");
    const [a] = await eventsOf(store, "--session", "a");
    const file = `${store}/sessions/${a?.session}.session.json`;
    const record = JSON.parse(readFileSync(file, "utf8"));
    expect((await call(store, "doctor", "--json")).stdout).not.toContain("event_lost");
    // As if its writer had been killed right after the record was in place.
    const later = new Date(Date.now() + 1).toISOString();
    writeFileSync(file, JSON.stringify({ ...record, updatedAt: later }));
    await Bun.sleep(5200);
    const found = JSON.parse((await call(store, "doctor", "--json")).stdout).findings;
    expect(found.filter(({ code }: { code: string }) => code === "event_lost")).toEqual([
      expect.objectContaining({ message: expect.stringContaining(later), fixed: false }),
    ]);
    await call(store, "doctor", "--fix");
    expect((await eventsOf(store)).at(-1)).toMatchObject({ type: "session.changed", data: { what: "lost" } });
    expect((await call(store, "doctor", "--json")).stdout).not.toContain("event_lost");
  });
});

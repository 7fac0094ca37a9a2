/** A store as berth 0.1.0 left it, recorded from its own program: what it kept is there, and kept on with. */
import { chmodSync, cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { berth, root, run, scratch } from "../support/berth.ts";

const RECORDED = join(root, "test", "fixtures", "store-0.1.0");
const NAMED = "uuid--a6a5b846-bdb6-4566-aa5a-916b9dd413d0";
const ARCHIVE = "ex--gone_28--reset--2026-11-27T09-30-07Z--000";

function installed() {
  const store = join(scratch(), "store");
  cpSync(RECORDED, store, { recursive: true });
  for (const name of ["", "archive", "events", "sessions"]) chmodSync(join(store, name), 0o700);
  const env = { BERTH_HOME: store, BERTH_SESSION: "lab" };
  const call = (...words: string[]) => run([berth, ...words], { env });
  const json = async (...words: string[]) => JSON.parse((await call(...words, "--json")).stdout) as unknown;
  return { store, call, json };
}

const records = (store: string): [string, string][] =>
  ["config.json", "sessions", "archive"].flatMap((name) => {
    const files = name.endsWith(".json")
      ? [name]
      : readdirSync(join(store, name)).map((one) => join(name, one));
    return files.filter((file) => file.endsWith(".json"))
      .map((file): [string, string] => [file, readFileSync(join(store, file), "utf8")]);
  }).sort();

test("what is read is what was kept, and reading changes no byte of it", async () => {
  const { store, call, json } = installed();
  expect((await call("get", "greeting")).stdout).toBe("hello\n");
  expect((await call("get", "list")).stdout).toBe('[1,{"a":null}]\n');
  expect((await call("config", "events.maxMB")).stdout).toContain("3");
  expect(await json("list")).toMatchObject({
    sessions: expect.arrayContaining([
      expect.objectContaining({ id: NAMED, name: "feat", status: "idle" }),
      expect.objectContaining({ name: "other" }),
    ]),
  });
  expect(await json("show", NAMED)).toMatchObject({
    session: { name: "feat", run: { n: 1, state: "CLEANED", exitCode: 0 } },
  });
  expect((await call("archives")).stdout).toContain(ARCHIVE);
  expect((await call("history")).stdout).toContain("incr");
  expect(records(store)).toEqual(records(RECORDED));
});

test("it is written on: values, an archive taken back, events with rising numbers", async () => {
  const { call, json } = installed();
  expect((await call("incr", "n")).stdout).toBe("2\n");
  expect((await call("set", "new", "v")).status).toBe(0);
  expect((await call("get", "greeting")).stdout).toBe("hello\n");
  const restored = await call("restore", ARCHIVE, "--as", "back");
  expect(restored).toMatchObject({ status: 0 });
  const events = (await call("events")).stdout.trim().split("\n").map((line) =>
    JSON.parse(line) as { seq: number }
  );
  expect(events[0]?.seq).toBe(1);
  expect(events.length).toBeGreaterThan(20);
  expect(events.every(({ seq }, n) => n === 0 || seq > (events[n - 1]?.seq ?? NaN))).toBe(true);
  expect(await json("list")).toMatchObject({
    sessions: expect.arrayContaining([expect.objectContaining({ name: "feat" })]),
  });
});

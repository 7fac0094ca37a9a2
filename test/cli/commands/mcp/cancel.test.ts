/** Calls that a client takes back, and calls at once. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../support/berth.ts";
import { isRunning, open, openWithFiles, type Raw } from "../../../support/mcp.ts";

setDefaultTimeout(60_000);

const childrenOf = ({ child: { pid } }: Raw) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter((child) => child !== "");

const cancel = (raw: Raw, requestId: number) =>
  raw.notify("notifications/cancelled", { requestId, reason: "The user pressed Esc" });

test("a script that is taken back is gone at once, keeps nothing, and the next one runs", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  expect((await raw.call("lua_run", { code: "n = 1" })).isError).toBe(false);
  const id = raw.sendCall("lua_run", {
    code: "n = 2 berth.write_file('begun', '') while true do pcall(function() while true do end end) end",
    timeout: 300,
  });
  const script = await until(
    "the script",
    () => existsSync(join(raw.files, "begun")) ? childrenOf(raw)[0] : undefined,
  );
  expect(isRunning(script)).toBe(true);
  const at = performance.now();
  cancel(raw, id);
  while (isRunning(script) && performance.now() - at < 200) await Bun.sleep(1);
  expect(isRunning(script)).toBe(false);
  expect((await raw.call("lua_run", { code: "return n" })).data).toMatchObject({ values: [1] });
  expect(raw.heard.some((message) => message.id === id)).toBe(false);
  expect(await raw.close()).toBe(0);
});

test("a script that is taken back before its turn is never begun", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  const first = raw.sendCall("lua_run", {
    code: "berth.write_file('a', '') while true do end",
    timeout: 300,
  });
  const second = raw.sendCall("lua_run", { code: "berth.write_file('b', '')" });
  await until("the first", () => existsSync(join(raw.files, "a")) || undefined);
  cancel(raw, second);
  cancel(raw, first);
  expect((await raw.call("lua_run", { code: "1" })).isError).toBe(false);
  expect(readdirSync(raw.files)).toEqual(["a"]);
});

test("a change that waits for the session's lock is not made when it is taken back", async () => {
  await using raw = await open();
  await raw.call("state_set", { key: "k", value: "old" });
  const [lock] = readdirSync(join(raw.base, "store/sessions")).filter((name) => name.endsWith(".lock"));
  const file = join(raw.base, "store/sessions", lock ?? "");
  const holder = Bun.spawn(["flock", file, "sh", "-c", "echo locked; sleep 2"], { stdout: "pipe" });
  await holder.stdout.getReader().read();
  const id = raw.sendCall("state_set", { key: "k", value: "new" });
  await Bun.sleep(100);
  cancel(raw, id);
  expect((await raw.call("state_incr", { key: "n" })).data).toEqual({ key: "n", value: 1 });
  expect((await raw.call("state_get", { key: "k" })).data).toEqual({ values: [{ key: "k", value: "old" }] });
  await holder.exited;
});

test("calls at once are done one after the other, whatever they wait for", async () => {
  await using raw = await open();
  const scripts = Array.from(
    { length: 10 },
    () => raw.sendCall("lua_run", { code: "n = (n or 0) + 1 for i = 1, 5e7 do end return n" }),
  );
  const sums = Array.from({ length: 100 }, () => raw.sendCall("state_incr", { key: "sum", by: 2 }));
  const values = await Promise.all(
    scripts.map(async (id) => (await raw.answer(id)).result?.structuredContent),
  );
  expect(values.map((value) => value?.["values"])).toEqual(Array.from({ length: 10 }, (_, n) => [n + 1]));
  for (const id of sums) expect((await raw.answer(id)).result?.isError).toBeUndefined();
  expect((await raw.call("state_get", { key: "sum" })).data).toEqual({
    values: [{ key: "sum", value: 200 }],
  });
});

test("two agents count and agree by one value", async () => {
  await using one = await open();
  await using two = await open({ base: one.base });
  const agents = [one, two];
  const calls = agents.flatMap((raw) =>
    Array.from({ length: 40 }, () => raw.call("state_incr", { key: "n" }))
  );
  expect((await Promise.all(calls)).some(({ isError }) => isError)).toBe(false);
  expect((await one.call("state_get", { key: "n" })).data).toEqual({ values: [{ key: "n", value: 80 }] });
  const taken = await Promise.all(
    agents.map((raw, n) => raw.call("state_set", { key: "owner", value: `agent-${n}`, if_equals: null })),
  );
  expect(taken.filter(({ isError }) => !isError)).toHaveLength(1);
  const { text } = taken.find(({ isError }) => isError) ?? { text: "" };
  expect(text).toMatch(/it has another value by now: "agent-[01]"\nhint: .*if_equals.*\ncode: value_differs/);
});

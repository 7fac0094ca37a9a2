/** The store as it works on Windows, by the binary that ships there, under Wine. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { scratch } from "../support/berth.ts";
import { Wine } from "../support/wine.ts";

const directory = scratch("berth-store-wine-");
const home = `${directory}/prefix/drive_c/st ü`;
let wine: Wine;

beforeAll(async () => {
  wine = await Wine.start(directory, false);
}, 180_000);
afterAll(async () => await wine?.stop());

const environment = { BERTH_HOME: "C:\\st ü", BERTH_SESSION: "Here" };
const call = (...args: string[]) => wine.run(["berth.exe", ...args], { env: environment });

test("values are kept, counted, archived and deleted", async () => {
  expect(await call("set", "k", "v ü")).toEqual({ stdout: "", stderr: "", status: 0 });
  expect((await call("get", "k")).stdout.trim()).toBe("v ü");
  const archive = (await call("reset")).stdout.trim();
  expect(archive).toMatch(/^ex--here_[0-9a-f]{2}~[0-9a-f]{16}--reset--.+Z--000$/);
  expect((await call("get", "k")).status).toBe(1);
  expect((await call("restore", archive)).status).toBe(0);
  expect((await call("get", "k")).stdout.trim()).toBe("v ü");
  expect((await call("delete", "Here")).status).toBe(0);
  expect(readdirSync(`${home}/sessions`)).toEqual([]);
}, 120_000);

test("four processes that count at once lose no step", async () => {
  const worker = async () => {
    for (let n = 0; n < 10; n += 1) {
      expect(await call("incr", "n", "--wait", "60")).toMatchObject({ stderr: "", status: 0 });
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  expect((await call("get", "n")).stdout.trim()).toBe("40");
  expect(readdirSync(`${home}/sessions`).filter((name) => name.endsWith(".tmp"))).toEqual([]);
}, 180_000);

test("what a killed writer left is cleared", async () => {
  await Bun.write(`${home}/sessions/ex--gone_12.session.lock`, "");
  await Bun.write(`${home}/sessions/ex--gone_12.session.json.1-x-0.tmp`, "half");
  expect((await call("doctor", "--fix")).stdout).toContain("a temporary file whose writer is gone");
  expect(readdirSync(`${home}/sessions`).filter((name) => name.startsWith("ex--gone"))).toEqual([]);
}, 60_000);

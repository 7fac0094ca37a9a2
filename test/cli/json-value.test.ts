/** JSON on the command line stays what it is, or is refused for what is wrong with it. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { berth, run, scratch } from "../support/berth.ts";

const env = { BERTH_HOME: join(scratch(), "store"), BERTH_SESSION: "here" };
const call = (words: readonly string[], stdin?: string) =>
  run([berth, ...words], { env, ...stdin === undefined ? {} : { stdin } });
const set = (value: string) => call(["set", "--json-value", "k", "--stdin"], value);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test.each([
  "1e22",
  "1E22",
  "10e21",
  "10000000000000000000000",
  "[1e22]",
  "9007199254740994",
  "1e2",
  "0.1",
  "0e999",
])(
  "%s is kept",
  async (text) => {
    expect(await set(text)).toMatchObject({ stderr: "", status: 0 });
    expect(JSON.parse((await call(["get", "k", "--json"])).stdout).value).toEqual(JSON.parse(text));
  },
);

test.each([
  "9007199254740993",
  "1e23",
  "1e400",
  "-1e400",
  "1e-400",
  "12345678901234567890",
  '{"a":[9007199254740993]}',
])(
  "%s would become another number, and changes nothing",
  async (text) => {
    await set("1");
    const { stderr, status } = await set(text);
    expect(status).toBe(2);
    expect(stderr).toContain("would not stay exact");
    expect((await call(["get", "k"])).stdout).toBe("1\n");
  },
);

describe("JSON nested", () => {
  test.each([100, 2000, 10_000])("%d deep is kept", async (depth) => {
    expect(await set(nested(depth))).toMatchObject({ stderr: "", status: 0 });
    expect((await call(["get", "k"])).stdout).toBe(`${nested(depth)}\n`);
    for (const words of [["show"], ["show", "--json"], ["list"], ["get"], ["doctor"]]) {
      expect([words, (await call(words)).status]).toEqual([words, 0]);
    }
  });

  test.each([[10_001], [200_000]])("%d deep is refused for that", async (depth) => {
    const { stderr, status } = await set(nested(depth));
    expect(status).toBe(2);
    expect(stderr).toContain("nested deeper than 10000");
  });

  test("brackets in a text are none", async () => {
    const text = JSON.stringify(`${"[".repeat(20_000)}"\\`);
    expect((await set(text)).status).toBe(0);
    expect(JSON.parse((await call(["get", "k", "--json"])).stdout).value).toBe(JSON.parse(text));
  });
});

test("what stands behind -- without a command in front is told where it belongs", async () => {
  const cases = [
    [["--", "--session-id", "c", "get", "k"], "berth --session-id c get k"],
    [["--", "get", "a b"], "berth get 'a b'"],
    [["--json", "--", "nonsense"], "berth nonsense"],
  ] as const;
  for (const [words, hint] of cases) {
    const { stdout, stderr, status } = await call(words);
    expect([stdout, status]).toEqual(["", 2]);
    expect(stderr.replaceAll("\\", "")).toContain(`Type "${hint}"`);
    expect(stderr).not.toContain('"berth "');
  }
});

/** Bytes that are no UTF-8 in what is typed: the runtime puts U+FFFD for them, which would be kept as another value. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { berth, run, scratch } from "../support/berth.ts";

const env = { BERTH_HOME: join(scratch(), "store"), BERTH_SESSION: "here" };

/** Through bash, since no runtime hands on such bytes. */
const typed = (words: string, more: Readonly<Record<string, string>> = {}) =>
  run(["bash", "-c", `exec ${berth} ${words}`], { env: { ...env, ...more } });

describe.each([
  String.raw`set $'k\xff' v`,
  String.raw`set k $'v\xc3'`,
  String.raw`set --json-value k $'"\xed\xa0\x80"'`,
  String.raw`get $'\x80'`,
  String.raw`get k --session-id $'\xfe'`,
  String.raw`fs read here $'\xff' --json`,
  String.raw`run $'\xff' -- true`,
])("berth %s", (words) => {
  test("is refused", async () => {
    const { status, stdout, stderr } = await typed(words);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/an argument that is no UTF-8 text|not_utf8/);
  });
});

test("so is a label in the environment", async () => {
  const command = String.raw`BERTH_SESSION=$'x\xff' exec ${berth} set k v`;
  expect(await run(["bash", "-c", command], { env })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("BERTH_SESSION that is no UTF-8 text"),
  });
});

test("U+FFFD itself is text like any other", async () => {
  expect((await typed(String.raw`set k $'a\xef\xbf\xbdb'`)).status).toBe(0);
  expect((await typed("get k")).stdout).toBe("a\ufffdb\n");
  // And nothing of what was refused was kept.
  expect((await typed("keys")).stdout).toBe("k\n");
});

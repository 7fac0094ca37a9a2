/** What a model has to read: parts of what is long, and where it goes on. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { open, openWithFiles } from "../../../support/mcp.ts";

setDefaultTimeout(60_000);

const KB = 1024;

test("a long file comes in parts, which are all of it", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  const content = Array.from({ length: 30_000 }, (_, n) => `line ${n} é`).join("\n");
  writeFileSync(join(raw.files, "long"), content);
  const first = await raw.call("file_read", { path: "long" });
  expect(first.data).toMatchObject({ size: Buffer.byteLength(content), truncated: true });
  expect(Buffer.byteLength(String(first.data?.["content"]))).toBeLessThanOrEqual(64 * KB);
  expect(first.text).toMatch(/\n\[truncated: the file has \d+ bytes; go on at offset \d+\]$/);
  let [read, offset]: [string, unknown] = ["", 0];
  while (offset !== null) {
    const { data } = await raw.call("file_read", { path: "long", offset });
    read += data?.["content"];
    offset = data?.["nextOffset"];
    expect(data?.["truncated"]).toBe(offset !== null);
  }
  expect(read === content).toBe(true);
  let [lines, line]: [string, unknown] = ["", 1];
  while (line !== null) {
    const { data } = await raw.call("file_read", { path: "long", line, lines: 7000 });
    lines += data?.["content"];
    line = data?.["nextLine"];
  }
  expect(lines === content).toBe(true);
});

test("lines are counted as editors count them", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  writeFileSync(join(raw.files, "f"), "one\ntwo\n\nfour");
  const read = async (input: Record<string, unknown>) => {
    const { data } = await raw.call("file_read", { path: "f", ...input });
    return [data?.["content"], data?.["nextLine"]];
  };
  expect(await read({ line: 2, lines: 1 })).toEqual(["two\n", 3]);
  expect(await read({ line: 3, lines: 1 })).toEqual(["\n", 4]);
  expect(await read({ line: 4 })).toEqual(["four", null]);
  expect(await read({ lines: 2 })).toEqual(["one\ntwo\n", 3]);
  expect(await read({ line: 5 })).toEqual(["", null]);
  // As many whole lines as fit; a single one that does not is cut, and goes on by bytes.
  expect(await read({ line: 1, limit: 6 })).toEqual(["one\n", 2]);
  const cut = await raw.call("file_read", { path: "f", line: 4, limit: 2 });
  expect(cut.data).toMatchObject({ content: "fo", truncated: true, nextOffset: 11, nextLine: 4 });
  writeFileSync(join(raw.files, "f"), "a\nb\n");
  expect(await read({ line: 2, lines: 5 })).toEqual(["b\n", null]);
  expect((await raw.call("file_read", { path: "f", line: 1, offset: 1 })).text).toContain(
    "code: bad_arguments",
  );
});

test("nothing has an empty text", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  writeFileSync(join(raw.files, "empty"), "");
  mkdirSync(join(raw.files, "d"));
  const calls: [string, Record<string, unknown>][] = [
    ["file_read", { path: "empty" }],
    ["file_list", { path: "d" }],
    ["file_glob", { pattern: "none*" }],
    ["state_get", {}],
    ["lua_run", { code: "" }],
    ["lua_globals", {}],
  ];
  for (const [name, input] of calls) {
    const { isError, text } = await raw.call(name, input);
    expect([name, isError, text]).toEqual([name, false, expect.stringMatching(/\S/)]);
  }
});

test("long lists come in parts, by a cursor that stands for a name", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  const names = Array.from({ length: 700 }, (_, n) => `f${String(n).padStart(4, "0")}`);
  for (const name of names) writeFileSync(join(raw.files, name), "");
  for (const directory of ["a", "a-b", "a/b"]) mkdirSync(join(raw.files, directory), { recursive: true });
  for (const path of ["a/b/x.md", "a/y.md", "a-b/z.md", "a.md"]) writeFileSync(join(raw.files, path), "");
  const all = async (name: string, input: Record<string, unknown>, of: string) => {
    const [found, sizes]: [unknown[], number[]] = [[], []];
    for (let cursor: unknown = undefined, parts = 0; parts < 2000; parts++) {
      const { data, text } = await raw.call(name, { ...input, ...cursor === undefined ? {} : { cursor } });
      const items = data?.[of] as unknown[];
      found.push(...items);
      sizes.push(items.length);
      cursor = data?.["cursor"];
      expect(data?.["truncated"]).toBe(cursor === undefined ? undefined : true);
      if (cursor !== undefined) expect(text).toContain("[truncated: go on with cursor");
      else return { found, sizes };
    }
    throw new Error("no end");
  };
  const listed = await all("file_list", {}, "entries");
  expect(listed.found.map((entry) => (entry as { path: string }).path)).toEqual(
    ["a", "a-b", "a.md", ...names].sort(),
  );
  expect(listed.sizes.slice(0, 3)).toEqual([200, 200, 200]);
  expect((await all("file_glob", { pattern: "f*" }, "paths")).found).toEqual(names);
  const markdown = ["a/b/x.md", "a/y.md", "a-b/z.md", "a.md"];
  for (const limit of [1, 2, 3, 4, 5]) {
    expect((await all("file_glob", { pattern: "**/*.md", limit }, "paths")).found).toEqual(markdown);
    const below = await all("file_glob", { pattern: "**", path: "a", limit }, "paths");
    expect(below.found).toEqual(["a/b", "a/b/x.md", "a/y.md"]);
  }
  // What is gone since is no reason to begin anew.
  expect((await raw.call("file_glob", { pattern: "f*", limit: 1, cursor: "f0100x" })).data).toMatchObject({
    paths: ["f0101"],
  });
});

test("many values and long ones are listed in parts, and each is given whole when it is asked for", async () => {
  await using raw = await open();
  const long = "x".repeat(20 * KB);
  await raw.call("state_set", { key: "long", value: long });
  for (let n = 0; n < 20; n++) await raw.call("state_set", { key: `v${10 + n}`, value: "y".repeat(7 * KB) });
  const first = await raw.call("state_get");
  expect(first.text.length).toBeLessThan(70 * KB);
  const { values, truncated, cursor } = first.data as {
    values: unknown[];
    truncated: boolean;
    cursor: string;
  };
  expect([values[0], truncated, cursor]).toEqual([
    { key: "long", bytes: long.length + 2, omitted: true },
    true,
    "v18",
  ]);
  expect((await raw.call("state_get", { cursor, limit: 1 })).data).toMatchObject({ cursor: "v19" });
  expect((await raw.call("state_get", { key: "long" })).data).toEqual({
    values: [{ key: "long", value: long }],
  });
  const shown = await raw.call("session_show");
  expect(shown.text.length).toBeLessThan(5 * KB);
  expect(shown.data?.["record"]).toMatchObject({ keys: 21 });
  expect((shown.data?.["record"] as { history: unknown[] }).history).toHaveLength(20);
  const { data } = await raw.call("session_show", { history: 0 });
  expect((data?.["record"] as { history: unknown[] }).history).toEqual([]);
});

test("what a script prints and returns is cut, what it left is kept", async () => {
  await using raw = await open();
  const printed = await raw.call("lua_run", { code: "n = 1 print(('x'):rep(200000)) return 5" });
  expect(printed.data).toMatchObject({ values: [5], printed: 200_001, truncated: true });
  expect(String(printed.data?.["output"]).length).toBe(64 * KB);
  const returned = await raw.call("lua_run", { code: "n = 2 return ('x'):rep(200000)" });
  expect(returned.data).toMatchObject({ values: [], valuesBytes: 200_004, truncated: true });
  await raw.call("lua_run", { code: "a = ('x'):rep(100000)" });
  expect((await raw.call("lua_globals")).data).toMatchObject({
    globals: { n: 2 },
    truncated: true,
    omitted: ["a"],
  });
  expect((await raw.call("lua_globals", { name: "a" })).data).toMatchObject({
    globals: { a: "x".repeat(100_000) },
  });
});

test("hints say what a model can do", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  const failures: [string, Record<string, unknown>][] = [
    ["file_read", { path: "none" }],
    ["file_read", { path: ".", limit: 1 }],
    ["file_list", { path: "none/x" }],
    ["file_read", { path: "../x" }],
    ["file_read", { path: "" }],
    ["state_get", { key: "none" }],
    ["state_set", { key: "", value: 1 }],
    ["state_incr", { key: "text" }],
    ["lua_run", { code: "while true do end", timeout: 0.2 }],
    ["lua_run", { code: "x = {} for i = 1, 1e9 do x[i] = i end", memory: 2e6 }],
    ["lua_run", { code: "x = ('y'):rep(300000)" }],
    ["lua_run", { code: "error('no')" }],
    ["file_glob", { pattern: "" }],
    ["session_status", { status: "dead" }],
  ];
  await raw.call("state_set", { key: "text", value: "t" });
  for (const [name, input] of failures) {
    const { isError, text } = await raw.call(name, input);
    const hint = /\nhint: (.*)\ncode: \w+$/.exec(text)?.[1] ?? "";
    expect([name, input, isError]).toEqual([name, input, true]);
    expect([name, hint]).toEqual([name, expect.stringMatching(/^[A-Z](?!ype).*[^.]$/)]);
    expect([name, hint]).toEqual([name, expect.not.stringMatching(/\bberth [a-z]|--[a-z]/)]);
  }
});

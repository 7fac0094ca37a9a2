/** What is kept is what was given, or nothing is. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { open, openWithFiles } from "../../../support/mcp.ts";

setDefaultTimeout(60_000);

test("every JSON value is typed for the client, and comes back as it is", async () => {
  await using raw = await open();
  const [stateSet] = (await raw.tools()).filter(({ name }) => name === "state_set") as {
    inputSchema?: { properties: { value: { anyOf: { type: string }[] } } };
  }[];
  expect(stateSet?.inputSchema?.properties.value.anyOf.map(({ type }) => type).sort()).toEqual(
    ["array", "boolean", "null", "number", "object", "string"],
  );
  const values = [0, -1.5, 1e-7, 2 ** 53, true, null, "", "1", "\ud800", "a\0b", [], {}, [{ a: [null] }], {
    "": 1,
  }];
  for (const value of values) {
    expect((await raw.call("state_set", { key: "k", value })).isError).toBe(false);
    expect((await raw.call("state_get", { key: "k" })).data).toEqual({ values: [{ key: "k", value }] });
  }
  raw.write(
    '{"jsonrpc":"2.0","id":"p","method":"tools/call","params":{"name":"state_set","arguments":' +
      '{"key":"k","value":{"__proto__":{"x":1},"constructor":2}}}}\n',
  );
  expect((await raw.answer("p")).result?.isError).toBeUndefined();
  const kept = (await raw.call("state_get", { key: "k" })).text;
  expect(kept).toBe('{"values":[{"key":"k","value":{"__proto__":{"x":1},"constructor":2}}]}');
});

describe.each([
  "9007199254740993",
  "-9007199254740993",
  "1e400",
  "-1E+999",
  "1e-400",
  "4503599627370496.25",
  "18446744073709551617",
  "123456789012345678901234567890",
  `[{"deep":[9007199254740993]}]`,
  `{"a\\"":1, "b":9007199254740993}`,
])("the number in %s", (value) => {
  test("is refused, since it would become another one", async () => {
    await using raw = await open();
    raw.write(
      `{"jsonrpc":"2.0","id":"n","method":"tools/call","params":{"name":"state_set","arguments":` +
        `{"key":"k","value":${value}}}}\n`,
    );
    const { error } = await raw.answer("n");
    expect([error?.code, error?.message]).toEqual([-32602, expect.stringContaining("would not stay exact")]);
    expect(existsSync(join(raw.base, "store/sessions"))).toBe(false);
  });
});

test("what is nested deeper than other programs read is refused, and the next call works", async () => {
  await using raw = await open();
  for (const depth of [10_050, 100_000, 1_000_000]) {
    const value = "[".repeat(depth) + "]".repeat(depth);
    raw.write(
      `{"jsonrpc":"2.0","id":"d${depth}","method":"tools/call","params":{"name":"state_set",` +
        `"arguments":{"key":"k","value":${value}}}}\n`,
    );
    expect((await raw.answer(`d${depth}`)).error).toEqual({
      code: -32602,
      message: "Cannot take what is nested deeper than 10000",
    });
  }
  expect((await raw.call("state_get")).data).toEqual({ values: [] });
});

test("what only looks like such a number is kept", async () => {
  await using raw = await open();
  for (
    const value of [
      "1e22",
      "9007199254740992",
      "1152921504606846976",
      "0.1",
      "0e400",
      "5e-324",
      `"9007199254740993"`,
    ]
  ) {
    raw.write(
      `{"jsonrpc":"2.0","id":"${
        value.replaceAll('"', "")
      }","method":"tools/call","params":{"name":"state_set",` +
        `"arguments":{"key":"k","value":${value}}}}\n`,
    );
    expect((await raw.answer(value.replaceAll('"', ""))).result?.isError).toBeUndefined();
    expect((await raw.call("state_get")).data).toEqual({ values: [{ key: "k", value: JSON.parse(value) }] });
  }
});

test("content that is no base64 and text that is none are refused, and the file stays", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  await raw.call("file_write", { path: "f", content: "old" });
  const given = [
    "data:text/plain;base64,aGk=",
    "aGk",
    "aG k=",
    "aGk=\n",
    "aGk=aGk=",
    "aGl=",
    "-_-_",
    "é",
    "====",
    "a",
  ];
  for (const content of given) {
    const { isError, text } = await raw.call("file_write", { path: "f", content, encoding: "base64" });
    expect([content, isError, text]).toEqual([content, true, expect.stringContaining("code: bad_content")]);
  }
  expect((await raw.call("file_write", { path: "g", content: "x\ud800" })).text).toContain(
    "code: bad_content",
  );
  expect((await raw.call("file_read", { path: "f" })).text).toBe("old");
  expect(readdirSync(raw.files)).toEqual(["f"]);
  expect((await raw.call("file_write", { path: "f", content: "", encoding: "base64" })).data).toEqual({
    path: "f",
    size: 0,
  });
});

test("what changes nothing makes no session", async () => {
  await using raw = await open({ args: ["--allow-delete"] });
  expect((await raw.call("state_unset", { key: "none" })).data).toEqual({ key: "none", existed: false });
  expect((await raw.call("state_unset", { key: "none", script: "build" })).data).toEqual({
    key: "none",
    existed: false,
  });
  expect((await raw.call("state_set", { key: "k", value: 1, if_equals: 2 })).isError).toBe(true);
  expect((await raw.call("state_set", { key: "k" })).text).toContain("code: bad_arguments");
  expect((await raw.call("state_incr", { key: "a\nb" })).text).toContain("code: bad_key");
  expect((await raw.call("state_set", { key: "a\ud800", value: 1 })).text).toContain("code: bad_key");
  expect((await raw.call("session_show")).data).toEqual({ id: expect.any(String), record: null });
  const left = existsSync(join(raw.base, "store/sessions"))
    ? readdirSync(join(raw.base, "store/sessions"))
    : [];
  expect(left).toEqual([]);
});

test("if_equals compares JSON: members in any order, types as they are", async () => {
  await using raw = await open();
  const set = (value: unknown, if_equals: unknown) => raw.call("state_set", { key: "k", value, if_equals });
  expect((await set({ a: 1, b: [1, { c: null }] }, null)).isError).toBe(false);
  expect((await set(2, { b: [1, { c: null }], a: 1 })).isError).toBe(false);
  for (const other of ["2", [2], { 2: 2 }, null, true]) expect((await set(3, other)).isError).toBe(true);
  expect((await set(null, 2)).isError).toBe(false);
  expect((await set("x", null)).isError).toBe(false);
  expect((await set(4, { length: 1 })).isError).toBe(true);
});

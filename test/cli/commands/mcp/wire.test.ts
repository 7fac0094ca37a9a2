/** Lines that a client should not send, ends that it should not make: what the server does about them. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { berth, cleanEnv, scratch, until } from "../../../support/berth.ts";
import { isRunning, open, openWithFiles, Raw } from "../../../support/mcp.ts";

setDefaultTimeout(60_000);

const MB = 1024 * 1024;

test("a message that is too long is answered, wherever its ID stands, and the next one is read", async () => {
  await using raw = await openWithFiles();
  const content = "x".repeat(50 * MB);
  const params = { name: "file_write", arguments: { path: "big", content } };
  const messages = [
    { jsonrpc: "2.0", id: 901, method: "tools/call", params },
    { jsonrpc: "2.0", method: "tools/call", id: "text", params },
    { method: "tools/call", params, jsonrpc: "2.0", id: 903 },
    { params, id: 904, jsonrpc: "2.0", method: "tools/call" },
  ];
  for (const message of messages) {
    raw.line(message);
    const { error } = await raw.answer(message.id);
    expect([error?.code, error?.message]).toEqual([
      -32600,
      expect.stringMatching(/^Cannot take a message of \d+ bytes/),
    ]);
  }
  // Nobody knows whose answer this would be.
  raw.line({ params, method: "tools/call", nested: { id: 5 }, more: { id: 905 } });
  expect((await raw.call("state_get")).isError).toBe(false);
  expect(raw.heard.filter(({ id }) => id === 905 || id === 5)).toEqual([]);
  expect(raw.stderr.match(/Cannot take a message/g)).toHaveLength(5);
  expect(readdirSync(raw.files)).toEqual([]);
  // The largest file that may be written, as base64, is no message that is too long.
  const large = Buffer.alloc(10 * MB, 7).toString("base64");
  expect((await raw.call("file_write", { path: "large", content: large, encoding: "base64" })).data).toEqual({
    path: "large",
    size: 10 * MB,
  });
});

test("what is no message is said on standard error, and answered where its ID can be told", async () => {
  await using raw = await open();
  const before = raw.heard.length;
  raw.write("no JSON\n42\nnull\n[]\n{}\n\n \n");
  raw.write(Buffer.from([0xff, 0xfe, 0x0a]));
  raw.write('{"jsonrpc":"2.0","id":11,"method":"ping"\n');
  raw.write('{"jsonrpc":"1.0","id":12,"method":"ping"}\n');
  raw.write('{"jsonrpc":"2.0","id":13,"method":"ping","params":[1]}\n');
  raw.write('{"jsonrpc":"2.0","id":null,"method":"ping"}\n');
  raw.write(
    Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":14,"method":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n'),
    ]),
  );
  raw.write("Content-Length: 46\r\n\r\n");
  raw.write('{"jsonrpc":"2.0","id":15,"method":"ping"}\n');
  expect((await raw.answer(15)).result).toEqual({});
  const codes = raw.heard.slice(before).map(({ id, error }) => [id, error?.code]);
  expect(codes).toEqual([[11, -32700], [12, -32600], [13, -32600], [14, -32700], [15, undefined]]);
  await until("the words", () => raw.stderr.includes("Content-Length") || undefined);
  expect(raw.stderr.split("\n").slice(0, -1)).toEqual([
    `berth: Cannot take a line that is no JSON: "no JSON"`,
    `berth: Cannot take a message that is no JSON-RPC 2.0: "42"`,
    `berth: Cannot take a message that is no JSON-RPC 2.0: "null"`,
    `berth: Cannot take an empty batch`,
    `berth: Cannot take a message that is no JSON-RPC 2.0: "{}"`,
    expect.stringContaining("no UTF-8"),
    expect.stringContaining("no JSON: "),
    expect.stringContaining("no JSON-RPC"),
    expect.stringContaining("no JSON-RPC"),
    expect.stringContaining("no JSON-RPC"),
    expect.stringContaining("no UTF-8"),
    "berth: Cannot take messages that are framed with Content-Length: here each is one line",
  ]);
  expect(await raw.close()).toBe(0);
});

test.each(['{"id":007,"method":"x"', '{"id":"a\u0001b","method":', '{"method":"x","id":-0123}'])(
  "a line whose ID is none ends nothing: %j",
  async (line) => {
    await using raw = await open();
    raw.write(`${line}\n{"jsonrpc":"2.0","id":21,"method":"ping"}\n`);
    expect((await raw.answer(21)).result).toEqual({});
    expect(raw.stderr).toContain("no JSON");
    expect(await raw.close()).toBe(0);
  },
);

test("what clients send beside the rules is taken where it is clear", async () => {
  await using raw = new Raw();
  // Before the handshake, without arguments, with an ID that is 0 or a text.
  for (const [id, args] of [[0, undefined], ["text", null], [-1, {}]] as const) {
    raw.line({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "session_id", arguments: args } });
    expect((await raw.answer(id)).result?.structuredContent).toMatchObject({ root: null });
  }
  for (const params of [{}, { requestId: 99 }, { requestId: {} }]) {
    raw.notify("notifications/cancelled", params);
  }
  raw.notify("notifications/nonsense");
  raw.line({ jsonrpc: "2.0", id: 77, result: {} });
  const pings = Array.from({ length: 500 }, () => raw.send("ping"));
  for (const id of pings) expect((await raw.answer(id)).result).toEqual({});
  expect((await raw.request("none")).error?.code).toBe(-32601);
  expect(await raw.close()).toBe(0);
});

test("a client that only makes noise does not fill a log", async () => {
  await using raw = await open();
  raw.write("noise\n".repeat(5000));
  await raw.request("ping");
  expect(await raw.close()).toBe(0);
  expect(raw.stderr.match(/noise/g)).toHaveLength(20);
});

test("half lines, several lines at once, a batch, and a last line without an end", async () => {
  await using raw = await open();
  const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;
  for (const byte of Buffer.from(`${ping(21)}\r\n`)) {
    raw.write(new Uint8Array([byte]));
    await Bun.sleep(1);
  }
  raw.write(`${ping(22)}\n${ping(23)}\n[${ping(24)},${ping(25)}]\n`);
  raw.write(ping(26));
  expect(await raw.close()).toBe(0);
  expect(raw.heard.map(({ id }) => id).slice(-6)).toEqual([21, 22, 23, 24, 25, 26]);
});

test("a client that writes and does not read is read all the same", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  const big = "x".repeat(2 * MB);
  await raw.call("file_write", { path: "big", content: big });
  // Answers of some 90 MB for requests of some 90 MB: with either end waiting for the other this never ends.
  const ids = Array.from({ length: 20 }, () => {
    raw.sendCall("file_write", { path: "other", content: big });
    return raw.sendCall("file_read", { path: "big", limit: 2 * MB });
  });
  for (const id of ids) expect((await raw.answer(id)).result?.isError).toBeUndefined();
});

test("what was asked for before the input ended is done and answered", async () => {
  const raw = await openWithFiles();
  await using _ = raw;
  const ids = [
    ...Array.from({ length: 30 }, (_, n) => raw.sendCall("state_set", { key: `k${n}`, value: n })),
    ...Array.from({ length: 10 }, (_, n) => raw.sendCall("file_write", { path: `f${n}`, content: "x" })),
    ...Array.from(
      { length: 3 },
      (_, n) => raw.sendCall("lua_run", { code: `berth.write_file("l${n}", "") return ${n}` }),
    ),
  ];
  expect(await raw.close()).toBe(0);
  const answered = new Set(raw.heard.map(({ id }) => id));
  expect(ids.filter((id) => !answered.has(id))).toEqual([]);
  expect(readdirSync(raw.files)).toHaveLength(13);
  expect(raw.heard.some(({ result }) => result?.isError)).toBe(false);
});

test("what does not end with its client is broken off, with a word and status 1", async () => {
  await using raw = await open();
  raw.sendCall("lua_run", { code: "while true do end", timeout: 300 });
  const script = await until("the script", () => childOf(raw));
  expect(await raw.close()).toBe(1);
  expect(raw.stderr).toBe("berth: The client is gone: calls broken off: 1\n");
  expect(isRunning(script)).toBe(false);
});

test("when nobody reads what it writes, the server ends", async () => {
  const base = scratch();
  const requests = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  // Its reader is gone before it answers, and its input stays open.
  const command =
    `(sleep 0.5; echo '${requests}'; sleep 8) | { ${berth} mcp 2>words; echo "$?" >status; } | true; ` +
    `until [ -s status ]; do sleep 0.02; done`;
  const started = performance.now();
  const env = { BERTH_HOME: join(base, "store"), BERTH_SESSION: "raw" };
  const child = Bun.spawn(["bash", "-c", command], { cwd: base, env: { ...cleanEnv(base), ...env } });
  const status = await until("its end", () => {
    const file = join(base, "status");
    return existsSync(file) && readFileSync(file, "utf8").trim() || undefined;
  });
  expect([status, performance.now() - started < 7000]).toEqual(["1", true]);
  child.kill();
  expect(readFileSync(join(base, "words"), "utf8")).toBe("");
});

test("a signal ends the server and its script", async () => {
  for (const [signal, status] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGINT", 130]] as const) {
    await using raw = await open();
    raw.sendCall("lua_run", { code: "while true do end", timeout: 300 });
    const script = await until("the script", () => childOf(raw));
    raw.child.kill(signal);
    expect(await raw.child.exited).toBe(status);
    await until("the script's end", () => isRunning(script) ? undefined : true);
  }
});

/** The process of the script that runs, once it is Lua's. */
function childOf({ child: { pid } }: Raw): string | undefined {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim() || undefined;
}

/** `berth mcp`, with the SDK's own client over the binary that ships, as a separate process. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { openStore } from "../../../../src/store/open.ts";
import { readRecord } from "../../../../src/store/read.ts";
import { updateSession } from "../../../../src/store/update.ts";
import { berth, cleanEnv, run, until } from "../../../support/berth.ts";
import { makeField } from "../../../support/field.ts";

setDefaultTimeout(60_000);

const ID = "ex--agent_00";

interface Answer {
  readonly isError: boolean;
  readonly text: string;
  // The shape differs from tool to tool; the assertions say it.
  readonly data: Record<string, unknown> | undefined;
}

async function connect(...args: string[]) {
  const field = makeField();
  const home = join(field.base, "home");
  mkdirSync(home, { mode: 0o700 });
  const store = openStore({ directory: home, environment: {}, command: "test" });
  await updateSession(store, ID, (draft) => void (draft.project = { root: field.root }));
  const env = { ...cleanEnv(field.base), BERTH_HOME: home };
  const transport = new StdioClientTransport({
    command: berth,
    args: ["mcp", "--session", ID, ...args],
    env,
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  const call = async (name: string, input: Record<string, unknown> = {}): Promise<Answer> => {
    const result = await client.callTool({ name, arguments: input });
    const [first] = result.content;
    const text = first?.type === "text" ? first.text : "";
    return { isError: result.isError === true, text, data: result.structuredContent as Answer["data"] };
  };
  const dispose = async () => {
    await client.close();
    field[Symbol.dispose]();
  };
  return { field, store, client, transport, call, [Symbol.asyncDispose]: dispose };
}

const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name).sort();

const READING = [
  "file_glob",
  "file_list",
  "file_read",
  "file_stat",
  "lua_globals",
  "session_id",
  "session_show",
  "state_get",
];
const WRITING = [
  "directory_make",
  "file_write",
  "lua_run",
  "session_heartbeat",
  "session_status",
  "state_incr",
  "state_set",
];
/** What may take something away that was there. */
const DESTRUCTIVE = ["file_delete", "file_write", "lua_run", "state_set", "state_unset"];
/** What changes nothing more when it is done twice. */
const IDEMPOTENT = [
  "directory_make",
  "file_delete",
  "file_write",
  "session_status",
  "state_set",
  "state_unset",
];

test("what is offered depends on what the server may do, and says so", async () => {
  await using plain = await connect();
  expect(await names(plain.client)).toEqual([...READING, ...WRITING].sort());
  expect(plain.client.getInstructions()).toContain(ID);
  await using all = await connect("--allow-delete");
  expect(await names(all.client)).toEqual([...READING, ...WRITING, "file_delete", "state_unset"].sort());
  await using reading = await connect("--read-only", "--allow-delete");
  expect(await names(reading.client)).toEqual(READING);
  const { tools } = await all.client.listTools();
  for (const { name, annotations, inputSchema } of tools) {
    const reads = READING.includes(name);
    expect([name, annotations]).toEqual([name, {
      readOnlyHint: reads,
      openWorldHint: false,
      ...reads
        ? {}
        : { destructiveHint: DESTRUCTIVE.includes(name), idempotentHint: IDEMPOTENT.includes(name) },
    }]);
    expect([name, inputSchema.additionalProperties]).toEqual([name, false]);
  }
});

test("the list of tools is short, and says what every argument is", async () => {
  await using all = await connect("--allow-delete");
  const { tools } = await all.client.listTools();
  expect(tools).toHaveLength(17);
  expect(JSON.stringify({ tools }).length).toBeLessThanOrEqual(9000);
  for (const { name, inputSchema, outputSchema, description } of tools) {
    expect([name, outputSchema, "$schema" in inputSchema, description]).toEqual([
      name,
      undefined,
      false,
      expect.stringMatching(/\w/),
    ]);
    for (const [argument, schema] of Object.entries(inputSchema.properties ?? {})) {
      const { description, type, anyOf } = schema as Record<string, unknown>;
      expect([name, argument, description, type ?? anyOf]).toEqual([
        name,
        argument,
        expect.stringMatching(/\w/),
        expect.anything(),
      ]);
    }
  }
});

test("the session: who it is, its state, its status", async () => {
  await using server = await connect("--allow-delete");
  const { call, store, field } = server;
  expect((await call("session_id")).data).toEqual({ id: ID, short: ID, root: field.root, readOnly: false });
  await call("state_set", { key: "__proto__", value: { deep: [1, null] } });
  await call("state_set", { key: "n", value: 1, script: "build" });
  expect((await call("state_get")).data).toEqual({
    values: [{ key: "__proto__", value: { deep: [1, null] } }],
  });
  expect((await call("state_get", { key: "n", script: "build" })).data).toEqual({
    values: [{ key: "n", value: 1 }],
  });
  expect(await call("state_get", { key: "none" })).toMatchObject({
    isError: true,
    text: expect.stringContaining("code: no_such_key"),
  });
  expect((await call("state_unset", { key: "__proto__" })).data).toEqual({ key: "__proto__", existed: true });
  expect((await call("state_unset", { key: "__proto__" })).data).toEqual({
    key: "__proto__",
    existed: false,
  });
  await call("session_status", { status: "waiting", phase: "review" });
  const { data } = await call("session_heartbeat");
  expect(readRecord(store, ID)).toMatchObject({
    status: "waiting",
    currentPhase: "review",
    lastActivity: data?.at,
  });
  expect((await call("session_show")).data).toMatchObject({ id: ID, record: { status: "waiting" } });
});

test("files: text, parts, binary, and every way out is an error of the tool", async () => {
  await using server = await connect("--allow-delete");
  const { call, field } = server;
  symlinkSync(field.outside, join(field.root, "out"));
  const before = field.snapshot();
  expect((await call("file_write", { path: "a/é.txt", content: "aéz" })).data).toEqual({
    path: "a/é.txt",
    size: 4,
  });
  expect(await call("file_read", { path: "a/é.txt" })).toMatchObject({
    text: "aéz",
    data: { encoding: "utf-8", size: 4, nextOffset: null },
  });
  // A character is not cut in two, and reading on by nextOffset always gets on.
  let content = "";
  for (let offset: unknown = 0, parts = 0; offset !== null && parts < 9; parts++) {
    const { data } = await call("file_read", { path: "a/é.txt", offset, limit: 2 });
    content += String(data?.content);
    offset = data?.nextOffset;
  }
  expect(content).toBe("aéz");
  expect((await call("file_read", { path: "a/é.txt", offset: 1, limit: 1 })).data).toMatchObject({
    encoding: "base64",
    nextOffset: 2,
  });
  await call("file_write", { path: "b", content: "AAH/", encoding: "base64" });
  expect(readFileSync(join(field.root, "b"))).toEqual(Buffer.from([0, 1, 255]));
  expect((await call("file_read", { path: "b" })).data).toMatchObject({
    encoding: "base64",
    content: "AAH/",
  });
  expect((await call("file_list")).text).toBe("a/\nb\nout");
  expect((await call("file_list")).data).toEqual({
    entries: [
      { path: "a", type: "directory", size: expect.any(Number), mtime: expect.any(String) },
      { path: "b", type: "file", size: 3, mtime: expect.any(String) },
      { path: "out", type: "symlink", size: expect.any(Number), mtime: expect.any(String) },
    ],
  });
  expect((await call("file_glob", { pattern: "**/*.txt" })).text).toBe("a/é.txt");
  expect((await call("directory_make", { path: "d/e" })).data).toEqual({ path: "d/e" });
  expect((await call("file_stat", { path: "d" })).data).toMatchObject({ type: "directory" });
  expect((await call("file_delete", { path: "b" })).data).toEqual({ path: "b" });
  for (const path of ["../outside/secret.txt", "/etc/passwd", "out/secret.txt", "", "a\0", "%2e%2e/x"]) {
    for (const tool of ["file_read", "file_stat", "file_list", "directory_make", "file_delete"]) {
      const { isError, text, data } = await call(tool, { path });
      expect([path, tool, isError, data]).toEqual([path, tool, true, undefined]);
      expect(text).toMatch(/code: (path_escapes|path_outside|symlink_escapes|invalid_path)/);
    }
    expect((await call("file_write", { path, content: "attack" })).isError).toBe(true);
  }
  expect(field.snapshot()).toBe(before);
});

test("input that does not fit its schema is refused", async () => {
  await using server = await connect();
  for (
    const input of [{}, { path: 1 }, { path: "x", offset: -1 }, { path: "x", limit: 1e9 }, {
      path: "x",
      more: 1,
    }]
  ) {
    const { isError, text } = await server.call("file_read", input);
    expect([isError, text]).toEqual([true, expect.stringContaining("Invalid arguments")]);
  }
  expect((await server.call("session_status", { status: "dead" })).isError).toBe(true);
  expect(server.client.callTool({ name: "file_delete", arguments: { path: "x" } })).rejects.toThrow(
    "not found",
  );
});

test("Lua: state between calls, output, errors, limits, no deletion unless allowed", async () => {
  await using server = await connect();
  const { call, field } = server;
  writeFileSync(join(field.root, "f"), "x");
  const code =
    "n = (n or 0) + 1 print('at', n) return n, berth.read_file('f'), (select(3, berth.delete_file('f')))";
  expect((await call("lua_run", { code })).data).toEqual({
    values: [1, "x", "permission_denied"],
    output: "at\t1\n",
    dropped: [],
  });
  expect((await call("lua_run", { code: "n" })).data).toMatchObject({ values: [1] });
  expect((await call("lua_globals")).data).toEqual({ globals: { n: 1 }, bytes: 7 });
  expect((await call("lua_run", { code: "print('so far') n = 9 error('stop')" })).text).toMatch(
    /code:1: stop\nprinted before: so far\n[^]*code: lua_error/,
  );
  expect((await call("lua_run", { code: "while true do end", timeout: 0.5 })).text).toContain(
    "code: lua_time_limit",
  );
  expect((await call("lua_run", { code: "return ('x'):rep(1 << 40)" })).text).toMatch(
    /code: lua_(memory_limit|error)/,
  );
  expect((await call("lua_run", { code: "return n" })).data).toMatchObject({ values: [1] });
  const both = await Promise.all([
    call("lua_run", { code: "n = n + 1 return n" }),
    call("lua_run", { code: "n = n + 1 return n" }),
  ]);
  expect(both.map(({ data }) => String(data?.values)).sort()).toEqual(["2", "3"]);
  expect(readdirSync(field.root)).toEqual(["f"]);
});

test("when the client is gone the server ends, and a script that runs with it", async () => {
  await using server = await connect();
  const { client, transport, field, call } = server;
  const { pid } = transport;
  const running = call("lua_run", { code: "berth.write_file('running', '') while true do end", timeout: 300 })
    .catch(() => {});
  await until("the script", () => readdirSync(field.root).includes("running") || undefined);
  const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const child = children();
  expect(child).toMatch(/^\d+$/);
  await client.close();
  await running;
  const isGone = (id: string) => () => {
    try {
      return readFileSync(`/proc/${id}/stat`, "utf8").includes(") Z ") || undefined;
    } catch {
      return true;
    }
  };
  await until("the server's end", isGone(String(pid)));
  await until("the script's end", isGone(child));
});

test("both generations of the protocol are answered, and nothing but protocol is on standard output", async () => {
  const field = makeField();
  const ask = (id: number, method: string, params: unknown) =>
    JSON.stringify({ jsonrpc: "2.0", id, method, params });
  const hello = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "old", version: "1" },
  };
  const stdin = ["no JSON", ask(1, "initialize", hello), ask(2, "tools/list", {})].join("\n") + "\n";
  const child = Bun.spawn([berth, "mcp", "--session-id", "old", "--root", field.root], {
    env: { ...cleanEnv(field.base), BERTH_HOME: join(field.base, "home") },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  child.stdin.write(stdin);
  child.stdin.flush();
  let text = "";
  for await (const chunk of child.stdout) {
    text += new TextDecoder().decode(chunk);
    if (text.split("\n").length > 2) break;
  }
  child.stdin.end();
  expect(await child.exited).toBe(0);
  const answers = text.trim().split("\n").map((line) => JSON.parse(line));
  expect(answers.map(({ id }) => id)).toEqual([1, 2]);
  expect(answers[0].result.serverInfo).toMatchObject({ name: "berth" });
  field[Symbol.dispose]();
});

test("a session that is not there, and a root that cannot be one, are said at the start", async () => {
  const field = makeField();
  const env = { BERTH_HOME: join(field.base, "home") };
  expect(await run([berth, "mcp", "--session", "nobody"], { env, stdin: "" })).toMatchObject({
    status: 3,
    stdout: "",
  });
  const slash = await run([berth, "mcp", "--session-id", "x", "--root", "/"], { env, stdin: "" });
  expect(slash).toMatchObject({
    status: 6,
    stdout: "",
    stderr: expect.stringContaining("everything would be inside"),
  });
  expect(await run([berth, "mcp", "--session-id", "x"], { env, stdin: "" })).toMatchObject({
    status: 0,
    stdout: "",
  });
  field[Symbol.dispose]();
});

test("every tool takes the name of another session, and files stay those below what is served", async () => {
  await using all = await connect("--allow-delete");
  const { field, store, call } = all;
  const [inner, outer] = [join(field.root, "inner"), join(field.base, "elsewhere")];
  for (const path of [inner, outer]) mkdirSync(path);
  const make = (id: string, name: string, worktree: string) =>
    updateSession(store, id, (draft) => {
      draft.name = name;
      draft.project = { root: field.root, worktree };
    });
  await make("ex--inner_00", "inner", inner);
  await make("ex--outer_00", "outer", outer);
  for (const [name, id] of [["inner", "ex--inner_00"], ["ex--outer_00", "ex--outer_00"]]) {
    expect((await call("session_id", { session: name })).data).toMatchObject({ id });
    await call("state_set", { key: "a", value: name, session: name });
    await call("state_incr", { key: "n", session: name });
    await call("session_status", { status: "waiting", session: name });
    await call("session_heartbeat", { session: name });
    expect((await call("state_get", { session: name })).data).toEqual({
      values: [{ key: "a", value: name }, { key: "n", value: 1 }],
    });
    expect((await call("state_unset", { key: "a", session: name })).data).toEqual({
      key: "a",
      existed: true,
    });
    expect((await call("session_show", { session: name })).data).toMatchObject({
      record: { status: "waiting" },
    });
    expect((await call("lua_globals", { session: name })).data).toMatchObject({ globals: {} });
  }
  expect((await call("state_get", {})).data).toEqual({ values: [] });
  const inside = { session: "inner" };
  await call("directory_make", { path: "d", ...inside });
  await call("file_write", { path: "d/f", content: "text", ...inside });
  expect(readFileSync(join(inner, "d/f"), "utf8")).toBe("text");
  expect((await call("file_read", { path: "d/f", ...inside })).data).toMatchObject({ content: "text" });
  expect((await call("file_stat", { path: "d/f", ...inside })).data).toMatchObject({ size: 4 });
  expect((await call("file_glob", { pattern: "**/f", ...inside })).data).toMatchObject({ paths: ["d/f"] });
  expect((await call("lua_run", { code: "return berth.read_file('d/f')", ...inside })).data).toMatchObject({
    values: ["text"],
  });
  await call("file_delete", { path: "d/f", ...inside });
  expect((await call("file_list", { path: "d", ...inside })).data).toMatchObject({ entries: [] });
  writeFileSync(join(outer, "secret"), "theirs");
  for (
    const [tool, input] of [
      ["file_read", { path: "secret" }],
      ["file_write", { path: "secret", content: "" }],
      ["file_list", {}],
      ["file_delete", { path: "secret" }],
      ["lua_run", { code: "return berth.read_file('secret')" }],
    ] as const
  ) {
    const { isError, text } = await call(tool, { ...input, session: "outer" });
    expect([tool, isError, text]).toEqual([
      tool,
      true,
      expect.stringContaining("code: path_outside_boundary"),
    ]);
  }
  expect(readFileSync(join(outer, "secret"), "utf8")).toBe("theirs");
  const unknown = await call("state_get", { session: "nobody" });
  expect([unknown.isError, unknown.text]).toEqual([true, expect.stringContaining("code: no_such_session")]);
});

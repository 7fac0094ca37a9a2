/** `berth mcp` as real clients use it: the SDK's old and new ones, the inspector's command line, old protocol versions. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { berth, cleanEnv, directory, run, scratch, until } from "../../../support/berth.ts";
import { fileOf, inspector, SDKS } from "../../../support/mcp-clients.ts";
import { isRunning, open, Raw } from "../../../support/mcp.ts";

setDefaultTimeout(120_000);

interface Result {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
}

/** What all versions of the SDK's client have in common, as far as it is used here. */
interface AnyClient {
  connect(transport: unknown): Promise<void>;
  listTools(): Promise<{ tools: { name: string; inputSchema: unknown }[] }>;
  callTool(
    params: unknown,
    schema?: unknown,
    options?: { signal?: AbortSignal; timeout?: number },
  ): Promise<Result>;
  setRequestHandler(method: unknown, answer: () => unknown): void;
  close(): Promise<void>;
}

interface Sdk {
  readonly client: AnyClient;
  readonly transport: { readonly pid?: number | null };
  /** Answer the server's question for the client's roots. */
  readonly giveRoots: (uri: string) => Promise<void>;
  /** Call a tool with options. */
  readonly call: (
    name: string,
    args: unknown,
    options?: { signal?: AbortSignal; timeout?: number },
  ) => Promise<Result>;
}

const INFO = { name: "test", version: "1" };
const CAPABILITIES = { capabilities: { roots: { listChanged: true } } };

function started(base: string) {
  return {
    command: berth,
    args: ["mcp", "--allow-delete"],
    cwd: base,
    env: { ...cleanEnv(base), BERTH_HOME: join(base, "store"), BERTH_SESSION: "client" },
  };
}

async function oldSdk(name: string, base: string): Promise<Sdk> {
  const { Client } = await import(fileOf(name, "dist/esm/client/index.js"));
  const { StdioClientTransport } = await import(fileOf(name, "dist/esm/client/stdio.js"));
  const { ListRootsRequestSchema } = await import(fileOf(name, "dist/esm/types.js"));
  const client = new Client(INFO, CAPABILITIES) as AnyClient;
  const transport = new StdioClientTransport(started(base));
  return {
    client,
    transport,
    giveRoots: (uri) => {
      client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri, name: "project" }] }));
      return Promise.resolve();
    },
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
  };
}

function newSdk(base: string): Promise<Sdk> {
  const client = new Client(INFO, CAPABILITIES) as unknown as AnyClient & {
    callTool(params: unknown, options?: unknown): Promise<Result>;
  };
  return Promise.resolve({
    client,
    transport: new StdioClientTransport(started(base)),
    giveRoots: (uri) => {
      client.setRequestHandler("roots/list", () => ({ roots: [{ uri, name: "project" }] }));
      return Promise.resolve();
    },
    call: (name, args, options) => client.callTool({ name, arguments: args }, options),
  });
}

async function connected(name: string) {
  const base = scratch();
  const files = directory(base, "files");
  const sdk = name === "sdk-2" ? await newSdk(base) : await oldSdk(name, base);
  await sdk.giveRoots(pathToFileURL(files).href);
  await sdk.client.connect(sdk.transport);
  return { ...sdk, files, [Symbol.asyncDispose]: () => sdk.client.close() };
}

describe.each([...SDKS, "sdk-2"])("the client %s", (name) => {
  test("lists and calls tools, and names the root", async () => {
    await using sdk = await connected(name);
    const { tools } = await sdk.client.listTools();
    expect(tools).toHaveLength(17);
    expect((await sdk.call("state_set", { key: "k", value: { a: [1, null] } })).structuredContent).toEqual({
      key: "k",
    });
    expect((await sdk.call("state_get", { key: "k" })).structuredContent).toEqual({
      values: [{ key: "k", value: { a: [1, null] } }],
    });
    await sdk.call("file_write", { path: "d/f", content: "text" });
    expect(readFileSync(join(sdk.files, "d/f"), "utf8")).toBe("text");
    expect(await sdk.call("file_read", { path: "../store" })).toMatchObject({ isError: true });
    expect((await sdk.call("lua_run", { code: "return berth.read_file('d/f')" })).structuredContent)
      .toMatchObject({
        values: ["text"],
      });
    expect(sdk.call("none", {})).rejects.toThrow("not found");
  });

  test("takes a script back, by itself and by its own time limit", async () => {
    await using sdk = await connected(name);
    // The oldest one does not tell.
    const pid = sdk.transport.pid ??
      (sdk.transport as unknown as { _process?: { pid: number } })._process?.pid;
    const child = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim() || undefined;
    const code = "n = (n or 0) + 1 berth.write_file('begun', '') while true do end";
    const stop = new AbortController();
    const calls = [
      () => sdk.call("lua_run", { code, timeout: 300 }, { signal: stop.signal }),
      () => sdk.call("lua_run", { code, timeout: 300 }, { timeout: 500 }),
    ];
    for (const call of calls) {
      const failed = call().then(() => "answered", () => "taken back");
      const script = await until("the script", child);
      if (call === calls[0]) {
        await until("its first word", () => existsSync(join(sdk.files, "begun")) || undefined);
        stop.abort();
      }
      expect(await failed).toBe("taken back");
      await until("its end", () => isRunning(script) ? undefined : true);
      expect((await sdk.call("lua_run", { code: "return n" })).structuredContent).toMatchObject({
        values: [null],
      });
    }
  });

  test("calls many at once", async () => {
    await using sdk = await connected(name);
    const counts = await Promise.all(Array.from({ length: 60 }, () => sdk.call("state_incr", { key: "n" })));
    expect(
      counts.map(({ structuredContent }) => structuredContent?.["value"]).sort((a, b) =>
        Number(a) - Number(b)
      ),
    )
      .toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  });
});

describe.each(["2024-10-07", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])(
  "protocol %s",
  (version) => {
    test("is spoken", async () => {
      await using raw = await open({ protocolVersion: version });
      expect(raw.heard[0]?.result).toMatchObject({ protocolVersion: version, serverInfo: { name: "berth" } });
      expect(await raw.tools()).toHaveLength(9);
      expect((await raw.call("state_set", { key: "k", value: 1 })).data).toEqual({ key: "k" });
    });
  },
);

test("a version that nobody knows yet is answered by one that is known", async () => {
  await using raw = await open({ protocolVersion: "2099-01-01" });
  expect(raw.heard[0]?.result?.["protocolVersion"]).toMatch(/^202[56]-/);
});

test("the protocol without a handshake is spoken", async () => {
  await using raw = new Raw();
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": INFO,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const discovered = await raw.request("server/discover", { _meta: meta });
  expect(discovered.result?.["supportedVersions"]).toContain("2026-07-28");
  const called = await raw.request("tools/call", {
    name: "state_set",
    arguments: { key: "k", value: [1] },
    _meta: meta,
  });
  expect(called.result?.structuredContent).toEqual({ key: "k" });
  const script = raw.send("tools/call", {
    name: "lua_run",
    arguments: { code: "while true do end", timeout: 300 },
    _meta: meta,
  });
  const pid = await until(
    "the script",
    () => readFileSync(`/proc/${raw.child.pid}/task/${raw.child.pid}/children`, "utf8").trim() || undefined,
  );
  raw.notify("notifications/cancelled", { requestId: script, _meta: meta });
  await until("its end", () => isRunning(pid) ? undefined : true);
});

test("the inspector's command line lists and calls", async () => {
  const base = scratch();
  const env = { BERTH_HOME: join(base, "store"), BERTH_SESSION: "inspected", HOME: base };
  const inspect = async (...more: string[]) => {
    const given = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const command = [
      "node",
      inspector(),
      "--cli",
      ...given,
      berth,
      "mcp",
      "--root",
      base,
      "--method",
      ...more,
    ];
    const { stdout, stderr, status } = await run(command, { env, cwd: base, limit: 60_000 });
    if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
    return JSON.parse(stdout);
  };
  expect((await inspect("tools/list")).tools).toHaveLength(15);
  const set = ["tools/call", "--tool-name", "state_set", "--tool-arg"];
  expect((await inspect(...set, "key=k", "value=[1]")).structuredContent).toEqual({ key: "k" });
  expect((await inspect("tools/call", "--tool-name", "state_get")).structuredContent).toEqual({
    values: [{ key: "k", value: [1] }],
  });
});

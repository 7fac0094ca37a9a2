/** Whose files `berth mcp` offers: `--root`, the client's roots, CLAUDE_PROJECT_DIR, the session's own project. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openStore } from "../../../../src/store/open.ts";
import { updateSession } from "../../../../src/store/update.ts";
import { directory, scratch } from "../../../support/berth.ts";
import { open, type Raw } from "../../../support/mcp.ts";

setDefaultTimeout(60_000);

const FILE_TOOLS = ["directory_make", "file_glob", "file_list", "file_read", "file_stat", "file_write"];
const CAPABILITIES = { roots: { listChanged: true } };

const base = scratch();
/** A directory with one file that has its name. */
function project(name: string): string {
  const path = directory(base, name);
  writeFileSync(join(path, `in-${name}`), "");
  return path;
}
const [given, client, claude, own] = ["given", "client", "claude", "own"].map(project) as [
  string,
  string,
  string,
  string,
];

async function storeWithProject(): Promise<{ env: Record<string, string>; args: string[] }> {
  const home = scratch();
  const store = openStore({ directory: home, environment: {}, command: "test" });
  await updateSession(store, "ex--mine_00", (draft) => void (draft.project = { root: own }));
  return { env: { BERTH_HOME: home }, args: ["--session", "ex--mine_00"] };
}

const fileTools = async (raw: Raw) =>
  (await raw.tools()).map(({ name }) => String(name)).filter((name) => FILE_TOOLS.includes(name)).sort();

async function served(raw: Raw): Promise<unknown> {
  const { data } = await raw.call("session_id");
  const { text } = await raw.call("lua_run", { code: "return #berth.list_dir('.')" });
  expect(text).toContain('"values":[1]');
  return [data?.["root"], (await raw.call("file_list")).text];
}

async function reply(raw: Raw, ...uris: string[]): Promise<void> {
  const { id } = await raw.asked("roots/list");
  raw.line({ jsonrpc: "2.0", id, result: { roots: uris.map((uri) => ({ uri })) } });
}

const uri = (path: string) => pathToFileURL(path).href;

test("in that order", async () => {
  const { env, args } = await storeWithProject();
  await using mine = await open({ env, args });
  expect(await served(mine)).toEqual([own, "in-own"]);
  await using inClaude = await open({ args, env: { ...env, CLAUDE_PROJECT_DIR: claude } });
  expect(await served(inClaude)).toEqual([claude, "in-claude"]);
  await using rooted = await open({
    env: { ...env, CLAUDE_PROJECT_DIR: claude },
    capabilities: CAPABILITIES,
  });
  await reply(rooted, uri(client));
  expect(await served(rooted)).toEqual([client, "in-client"]);
  const options = { args, env: { ...env, CLAUDE_PROJECT_DIR: claude }, capabilities: CAPABILITIES };
  await using explicit = await open({ ...options, args: [...args, "--root", given] });
  await reply(explicit, uri(client));
  expect(await served(explicit)).toEqual([given, "in-given"]);
});

test("what cannot be a root is passed over", async () => {
  const { env, args } = await storeWithProject();
  const options = {
    args,
    env: { ...env, CLAUDE_PROJECT_DIR: join(base, "none") },
    capabilities: CAPABILITIES,
  };
  await using raw = await open(options);
  await reply(raw, "file:///", uri(join(base, "none")), uri(join(given, "in-given")));
  expect(await served(raw)).toEqual([own, "in-own"]);
});

test("with none of them there are no file tools, and Lua runs without files", async () => {
  await using raw = await open({ capabilities: CAPABILITIES });
  await reply(raw);
  expect(await fileTools(raw)).toEqual([]);
  expect((await raw.call("session_id")).data).toMatchObject({ root: null });
  expect(await raw.call("file_read", { path: "x" })).toMatchObject({
    isError: true,
    text: expect.stringContaining("Tool file_read not found: there is no project root"),
  });
  const { data } = await raw.call("lua_run", { code: "return (select(3, berth.read_file('x')))" });
  expect(data).toMatchObject({ values: ["no_project_root"] });
});

test("roots that come later bring the file tools, and the client is told", async () => {
  await using raw = await open({ capabilities: CAPABILITIES });
  await reply(raw);
  expect(await fileTools(raw)).toEqual([]);
  raw.notify("notifications/roots/list_changed");
  await reply(raw, uri(client));
  await raw.asked("notifications/tools/list_changed");
  expect(await fileTools(raw)).toEqual(FILE_TOOLS);
  expect(await served(raw)).toEqual([client, "in-client"]);
  raw.notify("notifications/roots/list_changed");
  await reply(raw);
  await raw.asked("notifications/tools/list_changed");
  expect(await fileTools(raw)).toEqual([]);
});

test("a client that never says its roots holds nobody up for long", async () => {
  await using raw = await open({ capabilities: CAPABILITIES });
  await raw.asked("roots/list");
  expect(await fileTools(raw)).toEqual([]);
});

test("a path with a space, and one relative to where the server starts", async () => {
  const spaced = project("with space");
  await using raw = await open({ capabilities: CAPABILITIES });
  await reply(raw, uri(spaced));
  expect(await served(raw)).toEqual([spaced, "in-with space"]);
  const here = scratch();
  writeFileSync(join(here, "f"), "");
  await using relative = await open({ base: here, args: ["--root", "."], env: { BERTH_HOME: scratch() } });
  expect(await served(relative)).toEqual([here, "f"]);
});

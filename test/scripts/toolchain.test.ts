/** The same source under the other runtime, and under the checkers. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { berth, root, run, scratch } from "../support/berth.ts";
import { Terminal } from "../support/terminal.ts";

const home = scratch();
const deno = join(root, "node_modules", ".bin", "deno");
/** Deno keeps its cache in HOME. */
const env = { HOME: home, DENO_DIR: `${home}/deno`, NO_COLOR: "1" };
const check = (...args: string[]) => run([deno, ...args], { cwd: root, env, limit: 120_000 });

test("deno run prints the ID that the binary prints, in a terminal and without one", async () => {
  const terminal = new Terminal(["bash", "--norc", "-i"], { home, env: { DENO_DIR: env.DENO_DIR } });
  const source = `${deno} run -A ${root}/src/main.ts`;
  try {
    const id = await terminal.line(`${berth} id`, `${home}/out`);
    expect(id).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(await terminal.line(`${source} id`, `${home}/out`, 60_000)).toBe(id);
    expect(await terminal.line(`setsid -w ${source} id`, `${home}/out`, 60_000)).toBe(id);
    expect(await terminal.line(`env -i ${source} id --short`, `${home}/out`, 60_000)).toBe(id.slice(0, 20));
  } finally {
    await terminal.close();
  }
  const answer = await run([deno, "run", "-A", join(root, "src", "main.ts"), "id"], { env, limit: 60_000 });
  expect(answer).toEqual(await run([berth, "id"]));
}, 180_000);

test("deno run asks tmux as the binary does", async () => {
  const socket = `${home}/sock`;
  const tmux = (...args: string[]) =>
    run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env, limit: 60_000 });
  const script =
    `${berth} id > ${home}/ids; ${deno} run -A ${root}/src/main.ts id >> ${home}/ids; tmux wait -S done`;
  await tmux("new-session", "-d", script);
  await tmux("wait", "done");
  const [binary, source] = (await Bun.file(`${home}/ids`).text()).split("\n");
  expect(binary).toMatch(/^tmux--[0-9a-f]{64}$/);
  expect(source).toBe(binary);
}, 120_000);

test("errors under Deno are those of the binary", async () => {
  for (
    const args of [["frobnicate"], ["id", "--session-id", ""], ["id", "--bogus", "--json"], [
      "id",
      "--session-id",
      "007",
    ]]
  ) {
    const answer = await run([deno, "run", "-A", join(root, "src", "main.ts"), ...args], {
      env,
      limit: 60_000,
    });
    expect(answer).toEqual(await run([berth, ...args]));
  }
}, 120_000);

test("deno check passes", async () => {
  const { stdout, stderr, status } = await check("check", "src", "scripts", "test");
  expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
}, 180_000);

test("deno lint passes", async () => {
  const { stdout, stderr, status } = await check("lint");
  expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
}, 120_000);

test("deno fmt --check passes", async () => {
  const { stdout, stderr, status } = await check("fmt", "--check");
  expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
}, 120_000);

import { expect, test } from "bun:test";
import process from "node:process";
import {
  BerthError,
  memoryBackend,
  openStore,
  readRecord,
  resolveSession,
  updateSession,
} from "../../src/mod.ts";
import { berth, root, run, scratch } from "../support/berth.ts";

const home = scratch("berth-library-");
const env = { HOME: home, BERTH_HOME: `${home}/store`, BERTH_SESSION: "builds", NO_COLOR: "1" };
const example = `${root}/examples/build-counter.ts`;

test("the example counts on, on Bun and on Deno, and the command line sees what it kept", async () => {
  const bun = () => run([process.execPath, example], { env, cwd: root });
  const deno = () =>
    run([`${root}/node_modules/.bin/deno`, "run", "-A", "--no-lock", example], { env, cwd: root });
  const id = (await run([berth, "id"], { env })).stdout.trim();
  let builds = 0;
  for (const turn of [bun, deno, bun, deno]) {
    builds += 1;
    expect(await turn()).toEqual({ stdout: `build ${builds} of ${id}\n`, stderr: "", status: 0 });
  }
  expect((await run([berth, "incr", "builds"], { env })).stdout).toBe("5\n");
});

test("a label resolves as on the command line, and one that can be none is an error", async () => {
  expect(await resolveSession({ label: "my-session" })).toMatchObject({
    id: "ex--my-session_01",
    stable: true,
  });
  const failed = await resolveSession({ label: "a\nb" }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(BerthError);
});

test("a store in memory leaves nothing on disk", async () => {
  const store = openStore({ backend: memoryBackend() });
  await updateSession("ex--a_ca", (session) => void (session.metadata["a"] = 1), { store });
  expect(readRecord(store, "ex--a_ca")).toMatchObject({ metadata: { a: 1 }, source: "library" });
});

test("changes that wait do not overlap", async () => {
  const store = openStore({ directory: `${home}/waiting` });
  await Promise.all(Array.from({ length: 20 }, () =>
    updateSession("ex--a_ca", async (session) => {
      const n = Number(session.sharedState["n"] ?? 0);
      await Bun.sleep(1);
      session.sharedState["n"] = n + 1;
    }, { store, waitMs: 60_000 })));
  expect(readRecord(store, "ex--a_ca")?.sharedState).toEqual({ n: 20 });
});

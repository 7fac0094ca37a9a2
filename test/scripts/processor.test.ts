/** Which processors the x86-64 binary needs, on qemu's models of them. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { berth, run, scratch } from "../support/berth.ts";

const home = scratch();
const env = { BERTH_HOME: join(home, "store"), BERTH_SESSION: "here", HOME: home };
const on = (model: string, ...words: string[]) =>
  run(["qemu-x86_64-static", "-cpu", model, berth, ...words], { env, limit: 60_000 });

// Nehalem of 2008 has SSE4.2 and no AVX.
describe.each(["Nehalem", "max"])("on a %s", (model) => {
  test("it keeps a value and reads it back", async () => {
    expect(await on(model, "set", "model", model)).toMatchObject({ stderr: "", status: 0 });
    expect(await on(model, "get", "model")).toEqual({ stdout: `${model}\n`, stderr: "", status: 0 });
  }, 120_000);
});

test("a processor without SSE4.2 ends it by SIGILL", async () => {
  const { stderr, status } = await on("core2duo", "--version");
  expect(status).toBeGreaterThanOrEqual(128);
  expect(stderr).toContain("Illegal instruction");
}, 120_000);

/** What a program is that may make no calls of its own into libc: the runtime makes them in executable memory. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { berth, type Result, run, scratch } from "../support/berth.ts";

const home = scratch();
const env = { BERTH_HOME: join(home, "store"), BERTH_SESSION: "foo", HOME: home };
const WAYS: Readonly<Record<string, { before: readonly string[]; more?: Record<string, string> }>> = {
  "ulimit -v 2000000": { before: ["prlimit", "--as=2048000000"] },
  "BUN_JSC_useJIT=0": { before: [], more: { BUN_JSC_useJIT: "0" } },
};

describe.each(Object.entries(WAYS))("%s", (_, { before, more = {} }) => {
  const within = (...words: string[]): Promise<Result> =>
    run([...before, berth, ...words], { env: { ...env, ...more } });
  const without = (...words: string[]): Promise<Result> => run([berth, ...words], { env });

  test("what reads works as ever", async () => {
    expect((await without("set", "k", "v")).status).toBe(0);
    for (
      const words of [
        ["--version"],
        ["help"],
        ["id"],
        ["id", "--session-id", "x"],
        ["id", "--json"],
        ["get", "k"],
        ["list", "--json"],
        ["show"],
        ["keys"],
        ["history"],
        ["init", "bash"],
      ]
    ) {
      expect([words, await within(...words)]).toEqual([words, await without(...words)]);
    }
  });

  test("the terminal's own ID is found the plain way too", async () => {
    const script = 'unset BERTH_SESSION; "$B" id; "$@" "$B" id; true';
    const { stdout, stderr, status } = await run(["setsid", "-w", "bash", "-c", script, "bash", ...before], {
      env: { ...env, B: berth, ...more },
    });
    const [first, second] = stdout.split("\n");
    expect({ stderr, status, same: first === second }).toEqual({ stderr: "", status: 0, same: true });
    expect(first).toMatch(/^anchor--[0-9a-f]{64}$/);
  });

  test("what needs a lock says why it cannot have one, and changes nothing", async () => {
    await without("set", "k", "v");
    const before = await without("show", "--json");
    for (
      const words of [["set", "k", "other"], ["incr", "n"], ["hold", "--", "true"], ["touch"], ["reset"]]
    ) {
      const { stdout, stderr, status } = await within(...words, ...(words[0] === "hold" ? [] : ["--json"]));
      expect([words, status, stdout]).toEqual([words, 1, ""]);
      expect(stderr).toContain(words[0] === "hold" ? "no memory that is both written" : '"no_native_calls"');
    }
    expect(await without("show", "--json")).toEqual(before);
  });
});

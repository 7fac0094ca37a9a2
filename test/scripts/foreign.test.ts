import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { makeMuslRuntime } from "../../scripts/musl-runtime.ts";
import { berth, run, scratch } from "../support/berth.ts";
import { built } from "../support/built.ts";
import { Terminal } from "../support/terminal.ts";

// Binaries of 100 MB are built and moved: slow on a busy machine.
setDefaultTimeout(60_000);

const home = scratch();
const muslProgram = built("linux-x64-musl");
const libraries = join(home, "musl");
makeMuslRuntime(muslProgram, libraries);

const arm64 = ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu", built("linux-arm64")];
const musl = ["env", `LD_LIBRARY_PATH=${libraries}`, muslProgram];

test.each([["linux-arm64", arm64], ["linux-x64-musl", musl]])(
  "%s starts and answers",
  async (target, program) => {
    const version = await run([...program, "--version"]);
    expect(version).toEqual({ stdout: expect.stringContaining(`, ${target})\n`), stderr: "", status: 0 });
    const label = await run([...program, "id", "--session-id", "my-session"]);
    expect(label).toEqual({ stdout: "ex--my-session_01\n", stderr: "", status: 0 });
    const unknown = await run([...program, "exlpain"]);
    expect(unknown.status).toBe(2);
  },
);

test("every build of one machine calls a terminal by the same ID", async () => {
  const terminal = new Terminal(["bash", "--norc", "-i"], { home });
  const ask = (program: readonly string[]) => terminal.line(`${program.join(" ")} id`, join(home, "id"));
  const native = await ask([berth]);
  expect(native).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(await ask(musl)).toBe(native);
  expect(await ask(arm64)).toBe(native);
  await terminal.close();
});

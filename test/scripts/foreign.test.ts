import { copyFileSync, linkSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { makeMuslRuntime } from "../../scripts/musl-runtime.ts";
import { berth, directory, run, scratch } from "../support/berth.ts";
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

test("in a root that has musl's loader and libraries alone it keeps a value, reads it, and runs a script", async () => {
  const place = join(home, "root");
  const MUSL = "/lib/x86_64-linux-musl/libc.so";
  for (const name of ["ld-musl-x86_64.so.1", "libc.musl-x86_64.so.1"]) {
    copyFileSync(MUSL, join(directory(place, "lib"), name));
  }
  copyFileSync(join(libraries, "libstdc++.so.6"), join(directory(place, "usr", "lib"), "libstdc++.so.6"));
  linkSync(muslProgram, join(directory(place, "usr", "bin"), "berth"));
  for (const name of ["proc", "dev", "tmp"]) directory(place, name);
  const LUA = "n = 6 * 7 berth.write_file('a', tostring(n)) return n";
  const unshare = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-rm"];
  const script = `mount --rbind /proc '${place}/proc' && mount --rbind /dev '${place}/dev' && ` +
    `cd / && exec chroot '${place}' /usr/bin/berth "$@"`;
  const call = (...words: string[]) =>
    run([...unshare, "sh", "-c", script, "sh", ...words], {
      env: { HOME: "/tmp", TMPDIR: "/tmp", BERTH_SESSION: "x" },
      limit: 60_000,
    });
  expect((await call("--version")).stdout).toContain(", linux-x64-musl)\n");
  expect(await call("set", "k", "21")).toEqual({ stdout: "", stderr: "", status: 0 });
  expect(await call("get", "k")).toEqual({ stdout: "21\n", stderr: "", status: 0 });
  expect(await call("lua", "x", "--root", "/tmp", "-e", LUA)).toEqual({
    stdout: "42\n",
    stderr: "",
    status: 0,
  });
  expect((await call("lua", "x", "--root", "/tmp", "-e", "return berth.read_file('a')")).stdout).toBe("42\n");
});

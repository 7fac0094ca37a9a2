/** Which processors the x86-64 binary needs, on qemu's models of them, and who says so where one lacks it. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { makeMuslRuntime } from "../../scripts/musl-runtime.ts";
import { launcher } from "../../scripts/packages/npm-command.ts";
import { archiveName } from "../../scripts/archive-name.ts";
import { nativePackage } from "../../src/native/names.ts";
import { berth, directory, root, run, scratch } from "../support/berth.ts";
import { built } from "../support/built.ts";
import { newNode } from "../support/registry.ts";
import { scriptArchive, withSums, written } from "../support/releases.ts";

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

test("the program for musl needs no more", async () => {
  const program = built("linux-x64-musl");
  const libraries = join(scratch(), "musl");
  makeMuslRuntime(program, libraries);
  const words = ["-E", `LD_LIBRARY_PATH=${libraries}`, "-cpu", "Nehalem", program];
  expect(await run(["qemu-x86_64-static", ...words, "get", "model"], { env, limit: 60_000 }))
    .toEqual({ stdout: "max\n", stderr: "", status: 0 });
}, 120_000);

test("install.sh says what the processor lacks, and leaves what was there", async () => {
  const to = directory(scratch(), "bin");
  writeFileSync(join(to, "berth"), "older");
  const old = await scriptArchive(`exec qemu-x86_64-static -cpu core2duo '${berth}' "$@"`);
  const base = written(withSums(new Map([[archiveName("linux-x64"), old]])), join(scratch(), "release"));
  const words = ["--base", base, "--to", to, "--target", "linux-x64"];
  const done = await run(["sh", join(root, "scripts", "install.sh"), ...words], { limit: 60_000 });
  expect(done.stderr).toContain("does not start here; nothing was changed");
  expect(done.stderr).toContain("This processor lacks SSE4.2");
  expect(done.status).toBe(1);
  expect(readFileSync(join(to, "berth"), "utf8")).toBe("older");
}, 120_000);

describe.each([["this Node", "node"], ["a newer Node", newNode()]])("the launcher on %s", (_, node) => {
  const place = scratch();
  const file = join(place, "bin", "berth.cjs");
  const native = directory(place, "node_modules", nativePackage("linux-x64"));

  /** With a program that ends as one does whose instructions the processor lacks. */
  const installed = async () => {
    mkdirSync(join(native, "bin"), { recursive: true });
    mkdirSync(join(place, "bin"), { recursive: true });
    writeFileSync(file, await launcher("1.0.0"));
    writeFileSync(join(native, "package.json"), `{ "name": "${nativePackage("linux-x64")}" }`);
    writeFileSync(join(native, "bin", "berth"), "#!/bin/sh\nkill -ILL $$\n", { mode: 0o755 });
  };

  test("says what the processor lacks, by the kernel's own list", async () => {
    await installed();
    copyFileSync("/proc/cpuinfo", join(place, "cpuinfo"));
    const list = readFileSync(join(place, "cpuinfo"), "utf8").replaceAll(" sse4_2", "");
    writeFileSync(join(place, "cpuinfo"), list);
    const unshare = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-rm"];
    const script = `mount --bind '${place}/cpuinfo' /proc/cpuinfo && exec "$@"`;
    const words = [...unshare, "sh", "-c", script, "sh", node, file, "id", "--json"];
    const done = await run(words, { limit: 60_000 });
    expect(JSON.parse(done.stderr)).toMatchObject({ error: { code: "processor_too_old" } });
    expect({ stdout: done.stdout, status: done.status }).toEqual({ stdout: "", status: 126 });
  }, 120_000);

  test("on a processor that has it passes SIGILL on", async () => {
    await installed();
    const child = Bun.spawn([node, file, "id"], { stdout: "pipe", stderr: "pipe" });
    await child.exited;
    expect(child.signalCode).toBe("SIGILL");
    expect(await new Response(child.stderr).text()).toBe("");
  }, 120_000);
});

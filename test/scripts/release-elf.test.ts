import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseElf } from "../../scripts/elf.ts";
import type { Target } from "../../scripts/targets.ts";
import { run, scratch } from "../support/berth.ts";
import { built } from "../support/built.ts";

test.each(
  [
    ["linux-x64", "x86_64", "/lib64/ld-linux-x86-64.so.2", "libc.so.6"],
    ["linux-arm64", "aarch64", "/lib/ld-linux-aarch64.so.1", "libc.so.6"],
    ["linux-x64-musl", "x86_64", "/lib/ld-musl-x86_64.so.1", "libc.musl-x86_64.so.1"],
  ] as const satisfies [Target, string, string, string][],
)("the binary for %s is for %s and is loaded by %s", (target, machine, interpreter, library) => {
  const elf = parseElf(readFileSync(built(target)));
  expect(elf).toMatchObject({ machine, interpreter });
  expect(elf.needed).toContain(library);
  // The C++ library is in the glibc builds; on Alpine it has to be installed, which the documents say.
  expect(elf.needed.includes("libstdc++.so.6")).toBe(target.endsWith("musl"));
});

test(
  "with another loader and path for libraries, as Nix writes them into it, the program starts; stripped it does not",
  async () => {
    const program = built("linux-x64");
    const place = scratch();
    const [loader, libraries] = [join(place, "loader"), "/lib/x86_64-linux-gnu"];
    copyFileSync("/lib64/ld-linux-x86-64.so.2", loader);
    const patched = await run(["patchelf", "--set-interpreter", loader, "--set-rpath", libraries, program], {
      limit: 60_000,
    });
    expect(patched).toEqual({ stdout: "", stderr: "", status: 0 });
    expect(parseElf(readFileSync(program)).interpreter).toBe(loader);
    const asked = await run([program, "id", "--session-id", "my-session"], { limit: 60_000 });
    expect(asked).toEqual({ stdout: "ex--my-session_01\n", stderr: "", status: 0 });
    // What every recipe says that it leaves out, and why.
    expect((await run(["strip", program], { limit: 60_000 })).status).toBe(0);
    expect((await run([program, "id", "--session-id", "my-session"], { limit: 60_000 })).stdout).toBe("");
  },
  120_000,
);

test("random, damaged and cut bytes give an answer or an error", async () => {
  const program = await Bun.file(built("linux-x64")).bytes();
  const tries = (bytes: Uint8Array) => {
    try {
      parseElf(bytes);
    } catch (error) {
      expect(String(error)).toMatch(/^Error: (Malformed ELF|Not a 64-bit ELF|An ELF executable of another)/);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), tries));
  const head = program.slice(0, 1024);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1023), fc.nat(255)), { minLength: 1, maxLength: 8 }), (damage) => {
      for (const [at, byte] of damage) program[at] = byte;
      tries(program);
      program.set(head);
    }),
    { numRuns: 500 },
  );
  for (let size = 0; size < 1024; size += 5) tries(program.subarray(0, size));
});

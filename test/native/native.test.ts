/** Which program a machine needs, and where it is: pure decisions, tried on real programs and on texts. */
import { closeSync, openSync, readSync } from "node:fs";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { lacksSse42 } from "../../src/native/cpu.ts";
import { elfInterpreter, HEADER_BYTES } from "../../src/native/elf-interpreter.ts";
import { packagedBinary, readHead } from "../../src/native/find.ts";
import { nativePackage } from "../../src/native/names.ts";
import { programName, targetsOf } from "../../src/native/target.ts";
import { TARGETS } from "../../scripts/targets.ts";
import { berth, run, scratch } from "../support/berth.ts";

const GLIBC = "/lib64/ld-linux-x86-64.so.2";
const MUSL = "/lib/ld-musl-x86_64.so.1";

test.each(
  [
    ["linux", "x64", GLIBC, ["linux-x64"]],
    ["linux", "x64", MUSL, ["linux-x64-musl"]],
    ["linux", "arm64", "/lib/ld-musl-aarch64.so.1", ["linux-arm64-musl"]],
    ["linux", "arm64", "/nix/store/x-glibc-2.40/lib/ld-linux-aarch64.so.1", ["linux-arm64"]],
    ["linux", "x64", undefined, ["linux-x64", "linux-x64-musl"]],
    ["darwin", "arm64", undefined, ["darwin-arm64"]],
    ["win32", "x64", undefined, ["windows-x64"]],
    ["freebsd", "x64", undefined, []],
    ["linux", "riscv64", GLIBC, []],
    ["linux", "ia32", "/lib/ld-linux.so.2", []],
    ["android", "arm64", undefined, []],
  ] as const,
)("%s on %s with the loader %p takes %p", (platform, arch, interpreter, expected) => {
  expect(targetsOf({ platform, arch, interpreter })).toEqual([...expected]);
});

test("every target that is built is one that some machine takes", () => {
  const machines = ["linux", "darwin", "win32"].flatMap((platform) =>
    ["x64", "arm64"].flatMap((arch) => targetsOf({ platform, arch, interpreter: undefined }))
  );
  expect(machines.sort()).toEqual(Object.keys(TARGETS).sort());
});

test("the loader of real programs: of glibc, of musl, of none", async () => {
  const directory = scratch();
  await Bun.write(`${directory}/a.c`, "int main(void) { return 0; }\n");
  for (
    const words of [["musl-gcc", "-o", "musl"], ["gcc", "-static", "-o", "static"], ["gcc", "-o", "glibc"]]
  ) {
    expect((await run([...words, "a.c"], { cwd: directory })).status).toBe(0);
  }
  const loader = (path: string) => elfInterpreter(readHead(path, HEADER_BYTES));
  expect(loader(`${directory}/musl`)).toBe(MUSL);
  expect(loader(`${directory}/static`)).toBeUndefined();
  expect(loader(`${directory}/glibc`)).toBe(GLIBC);
  expect(loader(berth)).toBe(GLIBC);
  expect(loader(`${directory}/a.c`)).toBeUndefined();
});

test("damaged and cut headers tell nothing, and never end us", () => {
  const head = new Uint8Array(HEADER_BYTES);
  const file = openSync(berth, "r");
  readSync(file, head, 0, HEADER_BYTES, 0);
  closeSync(file);
  const answers = new Set<string | undefined>();
  fc.assert(
    fc.property(fc.nat(1200), fc.nat(255), fc.nat(HEADER_BYTES), (at, byte, length) => {
      const damaged = head.slice(0, length);
      if (at < damaged.length) damaged[at] = byte;
      const found = elfInterpreter(damaged);
      answers.add(found);
      return found === undefined || typeof found === "string";
    }),
    { numRuns: 2000 },
  );
  expect(answers).toContain(undefined);
});

test("a processor without SSE4.2 is told by the kernel's own list, in whatever place", () => {
  const info = (flags: string) =>
    `processor\t: 0\nmodel name\t: x\nflags\t\t: ${flags}\nbugs\t\t: sse4_2_not\n`;
  expect(lacksSse42(() => info("fpu sse4_1 sse4_2 popcnt"))).toBe(false);
  expect(lacksSse42(() => info("sse4_2"))).toBe(false);
  expect(lacksSse42(() => info("fpu sse4_1 sse4_2x popcnt"))).toBe(true);
  expect(lacksSse42(() => "Features\t: fp asimd\n")).toBe(false);
  expect(lacksSse42(() => {
    throw new Error("ENOENT");
  })).toBe(false);
  // What this machine has let this very program start.
  expect(lacksSse42()).toBe(false);
});

test("a package's program is found by its package.json, the first that is there", () => {
  const installed = (...names: string[]) => (name: string) => {
    if (names.some((one) => name === `${nativePackage(one)}/package.json`)) return `/m/${name}`;
    throw new Error("MODULE_NOT_FOUND");
  };
  const both = ["linux-x64", "linux-x64-musl"];
  expect(packagedBinary(both, installed("linux-x64-musl"))).toBe(
    `/m/${nativePackage("linux-x64-musl")}/bin/berth`,
  );
  expect(packagedBinary(both, installed(...both))).toBe(`/m/${nativePackage("linux-x64")}/bin/berth`);
  expect(packagedBinary(both, installed())).toBeUndefined();
  expect(programName("windows-arm64")).toBe("berth.exe");
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { Resource } from "resedit";
import manifest from "../../package.json" with { type: "json" };
import { parsePe } from "../../scripts/pe.ts";
import { withVersionInfo } from "../../scripts/version-info.ts";
import { built } from "../support/built.ts";

const program = await Bun.file(built("windows-x64")).bytes();
const [ICON, GROUP_ICON] = [3, 14];

test("the binary for Windows says what it is", () => {
  const { machine, subsystem, certificate, resources, versionInfo = new Uint8Array() } = parsePe(program);
  expect({ machine, subsystem, certificate }).toEqual({
    machine: "x86_64",
    subsystem: "console",
    certificate: 0,
  });
  expect(resources).not.toContain(ICON);
  expect(resources).not.toContain(GROUP_ICON);
  const bin = versionInfo.slice().buffer;
  const [info] = Resource.VersionInfo.fromEntries([{ type: 16, id: 1, lang: 1033, codepage: 1200, bin }]);
  const [major = 0, minor = 0, patch = 0] = manifest.version.split(".").map((part) => parseInt(part, 10));
  const version = { fileVersionMS: major * 0x10000 + minor, fileVersionLS: patch * 0x10000 };
  expect(info?.fixedInfo).toMatchObject({ ...version, fileType: 1, fileOS: 0x40004 });
  expect(info?.getStringValues({ lang: 1033, codepage: 1200 })).toEqual({
    FileDescription: manifest.description,
    FileVersion: manifest.version,
    InternalName: "berth",
    LegalCopyright: expect.stringMatching(/^Copyright /),
    OriginalFilename: "berth.exe",
    ProductName: "berth",
    ProductVersion: manifest.version,
  });
});

test("the version stands in the file as Windows reads it", () => {
  const text = Buffer.from(parsePe(program).versionInfo ?? new Uint8Array()).toString("utf16le");
  expect(text).toContain("VS_VERSION_INFO\0");
  // The language of a string table: US English, UTF-16.
  expect(text).toContain("040904b0\0");
  expect(text.toLowerCase()).not.toContain("bun");
});

test("a version that Windows cannot hold is refused", () => {
  const about = { description: "", copyright: "" };
  for (const version of ["1.2", "1.2.70000", "one.two.three"]) {
    expect(() => withVersionInfo(program, { ...about, version })).toThrow();
  }
});

test("random, damaged and cut bytes give an answer or an error", () => {
  const tries = (bytes: Uint8Array) => {
    try {
      parsePe(bytes);
    } catch (error) {
      expect(String(error)).toMatch(/^Error: (Malformed PE|Not a 64-bit Windows executable)/);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
    expect(() => parsePe(bytes)).toThrow();
    tries(bytes);
  }));
  const head = program.slice(0, 1024);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1023), fc.nat(255)), { minLength: 1, maxLength: 8 }), (damage) => {
      for (const [at, byte] of damage) program[at] = byte;
      tries(program);
      program.set(head);
    }),
    { numRuns: 1000 },
  );
  for (let size = 0; size < 1024; size += 5) tries(program.subarray(0, size));
});

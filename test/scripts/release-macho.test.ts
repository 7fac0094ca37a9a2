import { createHash } from "node:crypto";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { CS, readSignature, signatureFaults } from "../../scripts/code-signature.ts";
import { parseMachO, view } from "../../scripts/macho.ts";
import { signAdHoc } from "../../scripts/macho-sign.ts";
import { built } from "../support/built.ts";

const x64 = await Bun.file(built("darwin-x64")).bytes();
const arm64 = await Bun.file(built("darwin-arm64")).bytes();

/** The page hashes anew, by another implementation than the one that signed. */
function hashes(bytes: Uint8Array, limit: number, pageSize: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < limit; at += pageSize) {
    found.push(createHash("sha256").update(bytes.subarray(at, Math.min(at + pageSize, limit))).digest("hex"));
  }
  return found;
}

test.each([["x86_64", x64], ["arm64", arm64]] as const)(
  "the binary for macOS on %s has a valid ad-hoc signature",
  (cpu, bytes) => {
    const machO = parseMachO(bytes);
    const { directory, certified } = readSignature(bytes, machO);
    expect(machO.cpu).toBe(cpu);
    expect(directory).toMatchObject({
      identifier: "berth",
      flags: CS.adhoc | CS.linkerSigned,
      version: 0x20400,
    });
    expect(directory.flags & CS.hardenedRuntime).toBe(0);
    expect(certified).toBe(false);
    expect(directory.hashes.length).toBeGreaterThan(20_000);
    expect(directory.hashes).toEqual(hashes(bytes, directory.codeLimit, directory.pageSize));
    expect(signatureFaults(bytes, machO)).toEqual([]);
  },
);

test.each([["x86_64", x64], ["arm64", arm64]] as const)(
  "the signature for %s covers all of the file but itself, and stands at its end in the last segment",
  (_, bytes) => {
    const machO = parseMachO(bytes);
    const place = machO.signature ?? { offset: 0, size: 0 };
    const last = machO.segments.at(-1);
    expect(readSignature(bytes, machO).directory.codeLimit).toBe(place.offset);
    expect(place.offset + place.size).toBe(bytes.length);
    expect(last?.name).toBe("__LINKEDIT");
    expect((last?.fileOffset ?? 0) + (last?.fileSize ?? 0)).toBe(bytes.length);
    expect(machO.segments.map(({ name }) => name)).toContain("__BUN");
    const memory = Number(view(bytes).getBigUint64((last?.command ?? 0) + 32, true));
    expect(memory).toBeGreaterThanOrEqual(last?.fileSize ?? Infinity);
    expect(memory % 0x4000).toBe(0);
  },
);

test("one changed byte is found, wherever it is", () => {
  const limit = parseMachO(x64).signature?.offset ?? 0;
  for (const at of [4096, limit >> 1, limit - 1]) {
    const changed = x64.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(signatureFaults(changed, parseMachO(changed))).toEqual(["1 page hashes are wrong"]);
  }
});

test("the hardened runtime and a certificate are told", () => {
  const changed = x64.slice();
  const directory = (parseMachO(changed).signature?.offset ?? 0) + 20;
  view(changed).setUint32(directory + 12, CS.hardenedRuntime);
  expect(signatureFaults(changed, parseMachO(changed))).toEqual([
    "not an ad-hoc signature",
    "hardened runtime, which forbids just-in-time code",
  ]);
});

test("signing again gives the same bytes, under another name a valid signature", () => {
  const machO = parseMachO(x64);
  expect(signatureFaults(x64, machO)).toEqual([]);
  expect(Buffer.compare(signAdHoc(x64, "berth"), x64)).toBe(0);
  const renamed = signAdHoc(arm64, "another-name-that-is-longer");
  expect(signatureFaults(renamed, parseMachO(renamed))).toEqual([]);
  expect(readSignature(renamed, parseMachO(renamed)).directory.identifier).toBe(
    "another-name-that-is-longer",
  );
});

test("what has no signature at its end is not signed", () => {
  const longer = new Uint8Array(x64.length + 1);
  longer.set(x64);
  expect(() => signAdHoc(longer, "berth")).toThrow("not at the executable's end");
});

/** What a parser may do with malformed bytes: answer, or fail in its own words. */
function answers(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(RangeError);
    expect(error).not.toBeInstanceOf(TypeError);
  }
}

const changes = (size: number) =>
  fc.array(fc.tuple(fc.nat(size - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });

test("random bytes give an error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    expect(() => parseMachO(bytes)).toThrow("Mach-O");
  }));
});

test("damaged load commands give an answer or an error", () => {
  const head = x64.slice(0, 4096);
  fc.assert(
    fc.property(changes(2600), (damage) => {
      for (const [at, byte] of damage) x64[at] = byte;
      answers(() => parseMachO(x64));
      x64.set(head);
    }),
    { numRuns: 2000 },
  );
});

test("a damaged signature gives an answer or an error", () => {
  const machO = parseMachO(x64);
  const at = machO.signature?.offset ?? 0;
  const head = x64.slice(at, at + 120);
  fc.assert(
    fc.property(changes(120), (damage) => {
      for (const [offset, byte] of damage) x64[at + offset] = byte;
      answers(() => readSignature(x64, machO));
      x64.set(head, at);
    }),
    { numRuns: 100 },
  );
});

test("a file cut off anywhere in its head gives an error", () => {
  for (let size = 0; size < 2600; size += 7) {
    expect(() => parseMachO(x64.subarray(0, size))).toThrow("Mach-O");
  }
});

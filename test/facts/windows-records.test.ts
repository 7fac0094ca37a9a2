import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  FIXTURES,
  PROCESS_BASIC_INFORMATION,
  PROCESSENTRY32W,
  UNICODE_STRING as STRING_LAYOUT,
} from "../../scripts/fixtures.ts";
import { decodeUntilNul, decodeUtf16, encodeUtf16 } from "../../src/facts/utf16.ts";
import {
  BASIC_INFORMATION,
  parseAddress,
  parseCommandLine,
  parseUnicodeString,
  splitCommandLine,
  UNICODE_STRING,
} from "../../src/facts/windows-command-line.ts";
import { parseFileName, parsePtyPipe } from "../../src/facts/windows-pipe.ts";
import {
  emptyProcessEntry,
  parseFileTime,
  parseProcessEntry,
  parseProcessList,
  PROCESS_ENTRY,
} from "../../src/facts/windows-records.ts";

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dir, "../fixtures", name)));

/**
 * Bytes in the middle of others: a reader that takes `buffer` without `byteOffset`, or reads on behind the end,
 * finds what is not its own.
 */
const bytes = (maxLength = 700) =>
  fc.tuple(fc.uint8Array({ maxLength }), fc.nat(16)).map(([content, before]) => {
    const whole = new Uint8Array(before + content.length + 16).fill(0xee);
    whole.set(content, before);
    return whole.subarray(before, before + content.length);
  });

test("the fixtures are what the script makes of the documented layouts", () => {
  for (const [name, make] of Object.entries(FIXTURES)) expect(fixture(name)).toEqual(new Uint8Array(make()));
});

describe("PROCESSENTRY32W", () => {
  test("stands where the header puts it", () => {
    const { size, offsets } = PROCESSENTRY32W;
    expect(PROCESS_ENTRY).toEqual(
      {
        size,
        pid: offsets["th32ProcessID"] ?? 0,
        ppid: offsets["th32ParentProcessID"] ?? 0,
        name: offsets["szExeFile"] ?? 0,
        nameBytes: 520,
      } as typeof PROCESS_ENTRY,
    );
  });

  test("is read, half a surrogate pair and all", () => {
    const value = { pid: 4242, ppid: 1234, name: "Terminal \u00e9 \ud83d.exe" };
    expect(parseProcessEntry(fixture("process-entry.bin"))).toEqual({ ok: true, value });
  });

  test("an empty one has its size in it; another size is no entry", () => {
    const empty = emptyProcessEntry();
    expect(parseProcessEntry(empty)).toEqual({ ok: true, value: { pid: 0, ppid: 0, name: "" } });
    empty[0] = 0;
    expect(parseProcessEntry(empty).ok).toBe(false);
    expect(parseProcessEntry(empty.subarray(1)).ok).toBe(false);
  });

  test("a name without an end ends with its field", () => {
    const full = emptyProcessEntry().fill(0x41, PROCESS_ENTRY.name);
    const read = parseProcessEntry(full);
    expect(read.ok && read.value.name).toHaveLength(260);
  });

  test("whatever the bytes are: an entry or a reason", () => {
    fc.assert(fc.property(bytes(), (random) => {
      const sized = random.slice();
      if (sized.length >= 4) new DataView(sized.buffer).setUint32(0, PROCESS_ENTRY.size, true);
      for (const input of [random, sized]) {
        const read = parseProcessEntry(input);
        if (read.ok) expect(read.value.name.length).toBeLessThanOrEqual(260);
        else expect(read.why).not.toBe("");
      }
    }));
  });
});

describe("FILETIME", () => {
  test("is a number beyond 2^53, kept whole", () => {
    expect(parseFileTime(fixture("file-time.bin"))).toEqual({ ok: true, value: "134086393801234567" });
  });

  test("none is no time, and so are too few bytes", () => {
    expect(parseFileTime(new Uint8Array(8)).ok).toBe(false);
    expect(parseFileTime(new Uint8Array(7).fill(1)).ok).toBe(false);
  });

  test("any other is a decimal number without leading zeros", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (random) => {
      const read = parseFileTime(random);
      if (read.ok) expect(read.value).toMatch(/^[1-9]\d{0,19}$/);
      else expect(random.every((byte) => byte === 0)).toBe(true);
    }));
  });
});

describe("FILE_NAME_INFO", () => {
  test("a pipe's name, and what stands behind it is not read", () => {
    const read = parseFileName(fixture("file-name-info.bin"));
    expect(read).toEqual({ ok: true, value: "\\msys-dd50a72ab4668b33-pty0-to-master" });
  });

  test("an odd length, one outside of the buffer, no length at all", () => {
    const record = (length: number) => new Uint8Array([length & 255, length >> 8, 0, 0, 65, 0, 66, 0]);
    expect(parseFileName(record(4))).toEqual({ ok: true, value: "AB" });
    expect(parseFileName(record(3))).toEqual({ ok: false, why: "a file name of 3 bytes, an odd number" });
    expect(parseFileName(record(6))).toEqual({
      ok: false,
      why: "a file name of 6 bytes, more than the buffer holds",
    });
    expect(parseFileName(new Uint8Array([255, 255, 255, 254, 1, 2])).ok).toBe(false);
    expect(parseFileName(new Uint8Array(3)).ok).toBe(false);
    expect(parseFileName(new Uint8Array(4))).toEqual({ ok: true, value: "" });
  });

  test("two names that differ in half a surrogate pair stay two", () => {
    const read = parseFileName(fixture("file-name-info-surrogate.bin"));
    expect(read).toEqual({ ok: true, value: "\\a\ud800b" });
    expect(read.ok && read.value).not.toBe("\\a\ufffdb");
  });

  test("whatever the bytes are: a name inside of them or a reason", () => {
    fc.assert(fc.property(bytes(200), (random) => {
      const read = parseFileName(random);
      if (read.ok) expect(4 + 2 * read.value.length).toBeLessThanOrEqual(random.length);
    }));
    fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
      const text = encodeUtf16(name);
      const record = new Uint8Array(4 + text.length);
      new DataView(record.buffer).setUint32(0, text.length - 2, true);
      record.set(text, 4);
      expect(parseFileName(record)).toEqual({ ok: true, value: name });
    }));
  });
});

describe("the pipes of MSYS and Cygwin", () => {
  const found = (pipe: string, pty: string) => ({ pipe, pty });
  test.each([
    ["\\msys-dd50a72ab4668b33-pty0-to-master", found("msys-dd50a72ab4668b33-pty0", "pty0")],
    ["\\msys-dd50a72ab4668b33-pty0-from-master", found("msys-dd50a72ab4668b33-pty0", "pty0")],
    ["\\cygwin-e022582115c10879-pty12-to-master-nat", found("cygwin-e022582115c10879-pty12", "pty12")],
    ["\\MSYS-DD50A72AB4668B33-PTY3-TO-MASTER", found("msys-dd50a72ab4668b33-pty3", "pty3")],
    ["\\msys-dd50a72ab4668b33-pty0-to-master-x", null],
    ["\\x\\msys-dd50a72ab4668b33-pty0-to-master", null],
    ["\\msys-dd50a72ab4668b33-pty-to-master", null],
    ["\\msys-dd50a72ab4668b33-pipe-0x1", null],
    ["msys-dd50a72ab4668b33-pty0-to-master", null],
    ["", null],
  ])("%s", (name, pty) => expect(parsePtyPipe(name)).toEqual(pty));
});

describe("a console's processes", () => {
  test("as many as were written", () => {
    const list = new Uint8Array([4, 0, 0, 0, 8, 1, 0, 0, 255, 255, 255, 255]);
    expect(parseProcessList(list, 2)).toEqual({ ok: true, value: [4, 264] });
    expect(parseProcessList(list, 3)).toEqual({ ok: true, value: [4, 264, 0xffff_ffff] });
  });

  test("none, and more than fit", () => {
    expect(parseProcessList(new Uint8Array(8), 0)).toEqual({ ok: false, why: "no console" });
    expect(parseProcessList(new Uint8Array(8), 3).ok).toBe(false);
  });

  test("whatever the bytes and the count are", () => {
    fc.assert(fc.property(bytes(64), fc.nat(40), (random, count) => {
      const read = parseProcessList(random, count);
      expect(read.ok).toBe(count > 0 && count * 4 <= random.length);
    }));
  });
});

describe("another process's command line", () => {
  test("records stand where winternl.h puts them", () => {
    const { size, offsets } = PROCESS_BASIC_INFORMATION;
    expect<object>(BASIC_INFORMATION).toEqual({ size, peb: offsets["PebBaseAddress"] });
    expect<object>(UNICODE_STRING).toEqual({
      size: STRING_LAYOUT.size,
      address: STRING_LAYOUT.offsets["Buffer"],
    });
  });

  test("a string's record: length, capacity, address", () => {
    const record = (length: number, capacity: number, address: bigint) => {
      const data = new DataView(new ArrayBuffer(16));
      data.setUint16(0, length, true);
      data.setUint16(2, capacity, true);
      data.setBigUint64(8, address, true);
      return new Uint8Array(data.buffer);
    };
    const read = parseUnicodeString(record(6, 8, 0x7ff6_0000_1000n));
    expect(read).toEqual({ ok: true, value: { address: 0x7ff6_0000_1000n, length: 6 } });
    expect(parseUnicodeString(record(5, 8, 0x1000n)).ok).toBe(false);
    expect(parseUnicodeString(record(10, 8, 0x1000n)).ok).toBe(false);
    expect(parseUnicodeString(record(6, 8, 0n)).ok).toBe(false);
    expect(parseUnicodeString(record(6, 8, 0xffff_8000_0000_0000n)).ok).toBe(false);
    expect(parseUnicodeString(record(6, 8, 0x1000n).subarray(1)).ok).toBe(false);
  });

  test("whatever the bytes are", () => {
    fc.assert(fc.property(bytes(40), fc.nat(50), (random, at) => {
      const read = parseUnicodeString(random);
      if (read.ok) expect(read.value.length % 2).toBe(0);
      if (at + 8 > random.length) expect(parseAddress(random, at).ok).toBe(false);
      else parseAddress(random, at);
      expect(parseCommandLine(random).length).toBeGreaterThan(0);
    }));
  });

  // The table of "Parsing C command-line arguments" in Microsoft's C reference, and what cmd and node start.
  test.each([
    ['x "abc" d e', ["x", "abc", "d", "e"]],
    ['x a\\\\b d"e f"g h', ["x", "a\\\\b", "de fg", "h"]],
    ['x a\\\\\\"b c d', ["x", 'a\\"b', "c", "d"]],
    ['x a\\\\\\\\"b c" d e', ["x", "a\\\\b c", "d", "e"]],
    ['x a"b"" c d', ["x", 'ab" c d']],
    ['x "" y', ["x", "", "y"]],
    ["  x\ty  ", ["x", "y"]],
    ['"C:\\Program Files\\nodejs\\node.exe" "a b"', ["C:\\Program Files\\nodejs\\node.exe", "a b"]],
    ['C:\\Windows\\system32\\cmd.exe /d /s /c "npm run x"', [
      "C:\\Windows\\system32\\cmd.exe",
      "/d",
      "/s",
      "/c",
      "npm run x",
    ]],
    ['"unfinished', ["unfinished"]],
    ["", [""]],
  ])("%s", (line, words) => expect(splitCommandLine(line)).toEqual(words));

  test("words quoted as the C runtime wants them come back", () => {
    const quoted = (word: string) => `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
    const word = fc.string({ unit: fc.constantFrom("a", " ", '"', "\\", "\t", "ä") });
    fc.assert(fc.property(fc.array(word), (words) => {
      expect(splitCommandLine(["x.exe", ...words.map(quoted)].join(" "))).toEqual(["x.exe", ...words]);
    }));
  });

  test("splitting takes time in proportion", () => {
    const line = `x ${"\\".repeat(30_000)}"${'"'.repeat(30_000)}`;
    expect(splitCommandLine(line).length).toBeGreaterThan(0);
  });
});

describe("UTF-16", () => {
  test("any units come back, and nothing is made of halves", () => {
    fc.assert(fc.property(fc.uint8Array(), (random) => {
      const text = decodeUtf16(random);
      expect(text).toHaveLength(random.length >> 1);
      expect(encodeUtf16(text).subarray(0, -2)).toEqual(random.slice(0, 2 * text.length));
    }));
    expect(decodeUtf16(new Uint8Array([0x3d, 0xd8, 0x41, 0]))).toBe("\ud83dA");
  });

  test("the end of a text", () => {
    expect(decodeUntilNul(encodeUtf16("ab\0cd"))).toBe("ab");
    expect(decodeUntilNul(encodeUtf16("ab").subarray(0, 4))).toBe("ab");
    expect(decodeUntilNul(encodeUtf16("\0x"))).toBe("");
    // U+0100 and U+0061 have a zero byte each, and together look like a NUL that stands at no unit.
    expect(decodeUntilNul(encodeUtf16("a\u0100b"))).toBe("a\u0100b");
    expect(decodeUntilNul(new Uint8Array([65, 0, 66]))).toBe("A");
    fc.assert(fc.property(fc.uint8Array(), (random) => {
      const [before = ""] = decodeUtf16(random).split("\0");
      expect(decodeUntilNul(random)).toBe(before);
    }));
  });
});

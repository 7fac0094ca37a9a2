import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KINFO_PROC as LAYOUT } from "../../scripts/fixtures.ts";
import { KINFO_PROC, parseKinfoProc, parseProcArgs, ttyPath } from "../../src/facts/macos-records.ts";

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dir, "../fixtures", name)));

describe("kinfo_proc", () => {
  test("stands where the headers put it", () => {
    const { size, offsets } = LAYOUT;
    expect<object>(KINFO_PROC).toEqual({
      size,
      startSeconds: offsets["p_starttime.tv_sec"],
      startMicroseconds: offsets["p_starttime.tv_usec"],
      pid: offsets["p_pid"],
      name: offsets["p_comm"],
      nameBytes: 17,
      ppid: offsets["e_ppid"],
      ttyDevice: offsets["e_tdev"],
    });
    expect(size).toBe(648);
  });

  test("is read", () => {
    const value = {
      pid: 501,
      ppid: 500,
      name: "sixteen-letters!",
      tty: "/dev/ttys003",
      start: "1764165780000042",
    };
    expect(parseKinfoProc(fixture("kinfo-proc.bin"))).toEqual({ ok: true, value });
    const without = parseKinfoProc(fixture("kinfo-proc-no-tty.bin"));
    expect(without).toEqual({ ok: true, value: { ...value, tty: null } });
  });

  test("a zeroed one is a process that is gone", () => {
    expect(parseKinfoProc(fixture("kinfo-proc-gone.bin"))).toEqual({ ok: false, why: "no such process" });
  });

  test("one byte more or less is another layout", () => {
    const record = fixture("kinfo-proc.bin");
    expect(parseKinfoProc(record.subarray(1)).ok).toBe(false);
    expect(parseKinfoProc(new Uint8Array([...record, 0])).ok).toBe(false);
    expect(parseKinfoProc(new Uint8Array()).ok).toBe(false);
  });

  test("a time that is none", () => {
    const record = fixture("kinfo-proc.bin");
    new DataView(record.buffer).setInt32(KINFO_PROC.startMicroseconds, 1_000_000, true);
    expect(parseKinfoProc(record)).toEqual({ ok: false, why: "no start time" });
  });

  test("whatever the bytes are: a process or a reason", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 640, maxLength: 656 }), (random) => {
      const read = parseKinfoProc(random);
      if (!read.ok) return expect(read.why).not.toBe("");
      expect(read.value.start).toMatch(/^(0|[1-9]\d*)$/);
      expect(read.value.name.length).toBeLessThanOrEqual(17);
    }));
    fc.assert(fc.property(fc.uint8Array({ minLength: 648, maxLength: 648 }), (random) => {
      parseKinfoProc(random);
    }));
  });
});

describe("the terminal of a device number", () => {
  test.each([
    [-1, null],
    [0, "/dev/console"],
    [16 << 24, "/dev/ttys000"],
    [(16 << 24) | 12, "/dev/ttys012"],
    [(16 << 24) | 1234, "/dev/ttys1234"],
    [(4 << 24) | 1, "/dev/char/4:1"],
    [0x80000005 | 0, "/dev/char/128:5"],
  ])("%d", (device, path) => expect(ttyPath(device)).toBe(path));
});

describe("KERN_PROCARGS2", () => {
  test("arguments, an empty one among them, and the environment behind them", () => {
    expect(parseProcArgs(fixture("procargs2.bin"))).toEqual({
      ok: true,
      value: { arguments: ["-zsh", "", "-c", "x y"], environment: ["TERM_PROGRAM=iTerm.app", "LANG=C"] },
    });
  });

  const record = (count: number, text: string): Uint8Array => {
    const bytes = new Uint8Array(4 + text.length);
    new DataView(bytes.buffer).setInt32(0, count, true);
    bytes.set(new TextEncoder().encode(text), 4);
    return bytes;
  };

  test("without an environment, which the system keeps to itself", () => {
    const read = parseProcArgs(record(1, "/bin/sh\0\0sh\0"));
    expect(read).toEqual({ ok: true, value: { arguments: ["sh"], environment: [] } });
  });

  test("cut off, or with a count that cannot be", () => {
    expect(parseProcArgs(record(2, "/bin/sh\0\0sh\0-c"))).toEqual({ ok: false, why: "1 of 2 arguments" });
    expect(parseProcArgs(record(2_000_000_000, "/bin/sh\0sh\0")).ok).toBe(false);
    expect(parseProcArgs(record(-1, "/bin/sh\0sh\0")).ok).toBe(false);
    expect(parseProcArgs(record(0, "/bin/sh")).ok).toBe(false);
    expect(parseProcArgs(new Uint8Array([1, 0, 0])).ok).toBe(false);
  });

  test("whatever the bytes are: as many arguments as said, or a reason", () => {
    fc.assert(fc.property(fc.nat(5), fc.uint8Array({ maxLength: 80 }), (count, random) => {
      const bytes = new Uint8Array([count, 0, 0, 0, ...random]);
      const read = parseProcArgs(bytes);
      if (read.ok) expect(read.value.arguments).toHaveLength(count);
      parseProcArgs(random);
    }));
  });
});

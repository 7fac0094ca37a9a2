/** What travels over SSH: command lines, tokens, and the lines that tell a command's end from ssh's. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BerthError } from "../../src/errors/errors.ts";
import {
  checkedDestination,
  checkedProgram,
  quotedProgram,
  sshArguments,
} from "../../src/fleet/destination.ts";
import { decodeOrder, encodeOrder, markLine, MarkReader } from "../../src/fleet/token.ts";

const MARK = "0123456789abcdef0123456789abcdef";

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof BerthError ? error.code : String(error);
  }
};

test("any words travel as one plain word", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }), (argv) => {
    const order = { v: 1, argv, self: false, mark: MARK } as const;
    const token = encodeOrder(order);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeOrder(token)).toEqual(order);
  }));
});

test.each(["", "x", "bWFr", encodeOrder({ v: 1, argv: ["x"], self: false, mark: MARK }).slice(3), "e30"])(
  "%j is no token",
  (token) => expect(codeOf(() => decodeOrder(token))).toBe("bad_token"),
);

test("marks are found however the stream is cut, and all else passes as it is", () => {
  const noise = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(
      noise,
      noise,
      noise,
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 1, max: 7 }),
      (a, b, c, status, step) => {
        const [begins, ends] = [markLine(MARK, "begins"), markLine(MARK, status)].map((line) =>
          Buffer.from(line)
        );
        const stream = Buffer.concat([
          a,
          begins ?? a,
          b,
          Buffer.from("\u001e"),
          Buffer.from("\u001eberth x 1\n"),
          ends ?? b,
          c,
        ]);
        const passed: Uint8Array[] = [];
        const reader = new MarkReader(MARK, (bytes) => passed.push(Buffer.from(bytes)));
        for (let at = 0; at < stream.length; at += step) reader.push(stream.subarray(at, at + step));
        reader.end();
        expect(reader.found).toEqual({ begun: true, status });
        expect(Buffer.concat(passed)).toEqual(
          Buffer.concat([a, b, Buffer.from("\u001e\u001eberth x 1\n"), c]),
        );
      },
    ),
  );
});

describe("a destination", () => {
  test.each(["host", "me@host", "ssh://me@host:22", "::1", "[fe80::1%eth0]:22", "a_b.c+d"])(
    "%s is taken",
    (given) => expect(checkedDestination(given)).toBe(given),
  );
  test.each(["", "-oProxyCommand=x", "a b", "a;b", "a\nb", "$(x)", "a'b", "é"])(
    "%j is refused",
    (given) => expect(codeOf(() => checkedDestination(given))).toBe("bad_destination"),
  );
});

describe("a program's path", () => {
  test.each([
    ["/usr/bin/berth", "/usr/bin/berth"],
    ["~/bin/berth", "~/bin/berth"],
    ["/opt/my tools/berth", "'/opt/my tools/berth'"],
    ["/opt/(x)/berth", "'/opt/(x)/berth'"],
    [String.raw`C:\Program Files\berth.exe`, String.raw`"C:\Program Files\berth.exe"`],
  ])("%s is written %s", (given, quoted) => expect(quotedProgram(checkedProgram(given))).toBe(quoted));
  test.each(["", "-x", "a'b", 'a"b', "a$b", "a`b", "a\nb"])(
    "%j is refused",
    (given) => expect(codeOf(() => checkedProgram(given))).toBe("bad_program_path"),
  );
});

test("ssh asks nobody, reads nothing and takes no option from a destination", () => {
  const host = { name: "x", ssh: "me@x", berth: "/a b/berth" };
  expect(sshArguments(host, ["list", "--json"])).toEqual(
    ["-n", "-T", "-o", "BatchMode=yes", "--", "me@x", "'/a b/berth' list --json"],
  );
});

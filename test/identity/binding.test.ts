import { expect, test } from "bun:test";
import fc from "fast-check";
import { bindingOf, formatBinding, parseBinding } from "../../src/identity/binding.ts";
import { Machine } from "../support/machine.ts";

const ID = `tmux--${"0123456789abcdef".repeat(4)}`;
const machine = new Machine().shell(100, "bash", "/dev/pts/3")
  .terminal("/dev/pts/3", { tty: "/dev/pts/3", within: "0:24" }).facts(100);
const anchor = { pid: 100, ppid: 1, name: "bash", sid: 100, tty: "/dev/pts/3", start: "4711" };

const good = formatBinding(bindingOf(machine, anchor, ID));

test("a binding is one word of a fixed form, its version first", () => {
  expect(good).toBe(
    `2,100,4711,100,/dev/pts/3,0:24,00000000-1111-2222-3333-444444444444,pid:[4026531836],${ID}`,
  );
});

test("what was spelled is read back", () => {
  const number = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  fc.assert(fc.property(
    number,
    fc.nat(2 ** 31 - 1),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(null, "/dev/pts/3", "/dev/tty1", "/dev/char/188:0"),
    fc.constantFrom("anchor", "ssh", "tmux", "terminal", "screen", "zellij"),
    (pid, sid, start, tty, namespace) => {
      const process = { ...anchor, pid, sid, start: String(start), tty };
      const id = `${namespace}--${"0123456789abcdef".repeat(4)}`;
      const read = parseBinding(formatBinding(bindingOf(machine, process, id)));
      expect(read?.anchor).toMatchObject({ pid, sid, start: String(start), tty });
      expect(read?.id).toBe(id);
      expect(read?.within).toBe(tty === "/dev/pts/3" ? "0:24" : "");
      expect(read?.boot).toBe("00000000-1111-2222-3333-444444444444");
      expect(read?.pidNamespace).toBe("pid:[4026531836]");
    },
  ));
});

test.each([
  ["", "nothing"],
  ["2", "a version alone"],
  [good.replace("2,", "3,"), "another version"],
  [good.replace("2,100", "2,0"), "PID 0"],
  [good.replace("2,100", "2,-5"), "a negative PID"],
  [good.replace("2,100", "2,1e3"), "a number in another spelling"],
  [good.replace("2,100", "2, 100"), "a space"],
  [good.replace("4711", "04711"), "a leading zero"],
  [good.replace("4711", "9".repeat(30)), "a start time beyond every clock"],
  [`${good},`, "a field too many"],
  [`${good}\n`, "a newline"],
  [good.slice(0, -ID.length), "a field that is cut off"],
  [good.slice(0, -1), "an ID that is cut off"],
  [good.replace("/dev/pts/3", "/dev/\x1b]0;x\x07"), "control characters"],
  [good.replace("/dev/pts/3", "x".repeat(100_000)), "100 kB"],
  [good.replace(/0000.*4444/, ""), "no boot ID"],
  [good.replace("tmux--", "ex--"), "an ID that berth does not find"],
])("no binding: %j, with %s", (text) => {
  expect(parseBinding(text)).toBeUndefined();
});

test("a binding of the first version says of its anchor what it said, and of no ID", () => {
  const first = "1,100,4711,100,/dev/pts/3,00000000-1111-2222-3333-444444444444,pid:[4026531836],tmux";
  expect(parseBinding(first)).toMatchObject({
    anchor: { pid: 100, start: "4711" },
    id: undefined,
    within: "",
  });
});

test("any text is a binding or none, and what is read has sane numbers", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("1", ",", "0", "/dev/pts/1", "pid:[1]", "anchor", "-") }),
    // One change to a good one.
    fc.tuple(fc.nat(good.length), fc.string({ maxLength: 3 })).map(([at, put]) =>
      good.slice(0, at) + put + good.slice(at + 1)
    ),
  );
  fc.assert(fc.property(text, (text) => {
    const read = parseBinding(text);
    if (read === undefined) return;
    expect(read.anchor.pid).toBeGreaterThan(0);
    expect(Number.isSafeInteger(read.anchor.sid)).toBe(true);
    expect(read.anchor.start).toMatch(/^(0|[1-9]\d*)$/);
    expect(read.boot).not.toBe("");
  }));
});

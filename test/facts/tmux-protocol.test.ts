import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeCommand, readMessages } from "../../src/facts/tmux-protocol.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const u32 = (...numbers: number[]): Uint8Array => new Uint8Array(new Uint32Array(numbers).buffer);
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));
const message = (type: number, body: Uint8Array, flags = 0): Uint8Array =>
  joined(u32(type, (16 + body.length) | flags, 8, 4711), body);

test("a command is what a client says first, in one piece", () => {
  const bytes = encodeCommand(["display-message", "-p", "x"], 4711);
  const types: [number, string][] = [];
  for (let at = 0; at < bytes.length;) {
    const [type = 0, length = 0, version, pid] = new Uint32Array(bytes.slice(at, at + 16).buffer);
    expect([version, pid]).toEqual([8, 4711]);
    types.push([type, new TextDecoder().decode(bytes.slice(at + 16, at + length))]);
    at += length;
  }
  expect(types.map(([type]) => type)).toEqual([100, 101, 102, 108, 107, 106, 200]);
  expect(types[1]?.[1]).toBe("dumb\0");
  expect(types[6]?.[1]).toBe("\x03\0\0\0display-message\0-p\0x\0");
});

/** Up to 3.0 and from 3.1 on, each with more behind its text than belongs to it. */
const CONVERSATIONS: Readonly<Record<string, Uint8Array>> = {
  "2.6": joined(message(213, joined(u32(6, 0), ascii("$0 @0\ngarbage"))), message(203, u32(0))),
  "3.3": joined(
    message(303, joined(u32(1, 1, 0), ascii("\0"))),
    message(304, joined(u32(1), ascii("$0 @0\n"))),
    message(306, u32(1)),
    message(203, u32(0)),
  ),
};

for (const [version, bytes] of Object.entries(CONVERSATIONS)) {
  test(`what ${version} answers is read, in however many pieces it comes`, () => {
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 5 }), (cuts) => {
      const at = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
      let [kept, text, end] = [new Uint8Array(0), "", undefined as string | undefined];
      for (let piece = 1; piece < at.length && end === undefined; piece++) {
        kept = new Uint8Array([...kept, ...bytes.slice(at[piece - 1], at[piece])]);
        const heard = readMessages(kept, 4711);
        kept = kept.slice(heard.read);
        text += heard.text;
        end = heard.end;
      }
      expect([text, end]).toEqual(["$0 @0\n", "ended"]);
    }));
  });
}

test("whoever wants to write is told that it may", () => {
  const { reply } = readMessages(message(303, joined(u32(1, 1, 0), ascii("\0"))), 7);
  expect([...reply ?? []]).toEqual([...u32(305, 24, 8, 7, 1, 0)]);
});

test("what goes to standard error is no answer", () => {
  const { text, end } = readMessages(
    joined(
      message(304, joined(u32(2), ascii("can't find pane"))),
      message(212, ascii("x")),
      message(203, u32(1)),
    ),
    7,
  );
  expect([text, end]).toEqual(["", "ended"]);
});

test("another protocol, and lengths that are none, are not understood", () => {
  expect(readMessages(message(12, u32(9)), 7).end).toBe("not understood");
  expect(readMessages(u32(203, 3, 8, 1), 7).end).toBe("not understood");
});

test("any bytes are read to an end", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const { read } = readMessages(bytes, 7);
    expect(read).toBeLessThanOrEqual(bytes.length);
  }));
});

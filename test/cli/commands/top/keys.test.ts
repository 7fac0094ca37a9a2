/** What terminals send for a key. */
import { expect, test } from "bun:test";
import { decodeKeys, type Key } from "../../../../src/cli/commands/top/screen/keys.ts";

const keysOf = (sent: string): Key[] => [...decodeKeys(sent, true).keys];
const typed = (text: string): Key => ({ text });

test.each<[string, Key[]]>([
  ["\x1b[A\x1bOB", ["up", "down"]],
  ["\x1b[5~\x1b[6~\x1b[H\x1b[4~", ["page-up", "page-down", "home", "end"]],
  ["\r\x7f\x03\x1a\x0c", ["enter", "backspace", "interrupt", "suspend", "redraw"]],
  ["jÄ漢👍", [typed("j"), typed("Ä"), typed("漢"), typed("👍")]],
  ["\x1b", ["escape"]],
  // A report of the mouse, of the focus and a key that we have no use for: no letter of them is one.
  ["\x1b[<0;10;20M\x1b[I\x1b[15~q", [typed("q")]],
  // What a terminal answers to a program that is gone by now.
  ["\x1bP>|tmux 3.3a\x1b\\\x1b]11;rgb:0/0/0\x07\x1b[?1;2cj", [typed("j")]],
  ["\x1b[200~xyq\r\x1b[A\x1b[201~n", [typed("xyq[A"), typed("n")]],
])("%j", (sent, keys) => expect(keysOf(sent)).toEqual(keys));

test("cut anywhere, the keys are the same", () => {
  const sent = "j\x1bP>|a\x1b\\\x1b[A漢\x1b[5~\x1b[200~paste\x1b[201~\x1bOBq";
  const whole = keysOf(sent);
  for (let at = 1; at < sent.length; at++) {
    const first = decodeKeys(sent.slice(0, at), false);
    const second = decodeKeys(first.rest + sent.slice(at), true);
    expect([...first.keys, ...second.keys]).toEqual(whole);
  }
});

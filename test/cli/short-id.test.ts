/** Which command lines the short way to an ID answers. */
import { expect, test } from "bun:test";
import { known } from "../../src/facts/facts.ts";
import { printedShortly } from "../../src/cli/short-id.ts";
import { Machine } from "../support/machine.ts";
import { procHost } from "../support/proc.ts";

const TERMINAL = "/dev/pts/3";

function printed(words: readonly string[], written = known(null)): { done: boolean; text: string } {
  const facts = new Machine().add(90, 1, "xterm").shell(100, "bash", TERMINAL, 90).add(900, 100, "berth", {
    argv: words,
  })
    .facts(900);
  const host = procHost(facts);
  const own = (path: string) => path === "/proc/self/cmdline" ? "/proc/900/cmdline" : path;
  let text = "";
  const done = printedShortly({
    ...host,
    readText: (path, limit) => host.readText(own(path), limit),
    realPath: known,
    connect: () => ({ ok: false, why: "nobody" }),
    user: () => 1000,
    clock: () => 0,
    write(stream, more) {
      expect(stream).toBe(1);
      text += more;
      return written;
    },
  });
  return { done, text };
}

test.each([[["berth", "id"]], [["/a b/berth", "id"]], [["", "id"]]])("%j is answered", (words) => {
  const { done, text } = printed(words);
  expect(done).toBe(true);
  expect(text).toMatch(/^anchor--[0-9a-f]{64}\n$/);
});

test.each([
  [["berth"]],
  [["id"]],
  [["berth", "id", "--json"]],
  [["berth", "id", ""]],
  [["berth", "ids"]],
  [["berth", "help", "id"]],
  [["berth", "new", "x", "--", "berth", "id"]],
  [["berth", "run", "id", "--", "id"]],
  [["berth", "-- id"]],
])("%j is left to the whole program", (words) => {
  expect(printed(words)).toEqual({ done: false, text: "" });
});

test("what could not be written is said by the whole program", () => {
  expect(printed(["berth", "id"], { ok: false, why: "ENOSPC" } as never).done).toBe(false);
});

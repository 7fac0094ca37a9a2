import { expect, test } from "bun:test";
import fc from "fast-check";
import stringWidth from "string-width";
import { type Column, fitted } from "../../../src/cli/say/fitted.ts";
import { cutPath, cutTo, widthOf } from "../../../src/cli/say/width.ts";

const COLUMNS: readonly Column[] = [
  { heading: "NAME", order: 1, least: 8, stays: true },
  { heading: "STATUS", order: 0 },
  { heading: "BRANCH", order: 2, least: 6 },
  { heading: "SIZE", order: 3 },
];

const cell = fc.string({ unit: "grapheme", maxLength: 60 });

test("no line is wider than the terminal, whatever is in it", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 8 }),
    fc.integer({ min: 20, max: 300 }),
    (rows, width) => {
      const layout = fitted(COLUMNS, rows, width);
      const lines = [layout.heading, ...rows.map((row) => layout.line(row))];
      expect(lines.every((line) => line.endsWith("\n") && !line.slice(0, -1).includes("\n"))).toBe(true);
      expect(Math.max(...lines.map((line) => stringWidth(line.trimEnd())))).toBeLessThanOrEqual(width);
    },
  ));
});

test("what matters least goes first, and a name only gets shorter", () => {
  const rows = [["a-long-session-name", "active", "feature/a-long-one", "1.2 kB"]];
  const shown = (width: number) => {
    const { heading, line } = fitted(COLUMNS, rows, width);
    return [heading.trimEnd(), line(rows[0] ?? []).trimEnd()];
  };
  expect(shown(Infinity)[0]?.split(/ +/)).toEqual(["NAME", "STATUS", "BRANCH", "SIZE"]);
  expect(shown(50)[0]?.split(/ +/)).toEqual(["NAME", "STATUS", "BRANCH"]);
  expect(shown(40)[1]).toBe("a-long-session-name  active  feature/a-…");
  expect(shown(30)[1]).toBe("a-long-session-name  active");
  expect(shown(20)[1]).toBe("a-long-sess…  active");
});

test.each([
  ["日本語の名前", 5, "日本…"],
  ["👩‍👩‍👧 family", 4, "👩‍👩‍👧 …"],
  ["é́é́é́é́", 3, "é́é́…"],
  ["short", 5, "short"],
  ["x", 0, ""],
])("%s in %i columns", (text, width, wanted) => {
  expect(cutTo(text, width)).toBe(wanted);
  expect(widthOf(cutTo(text, width))).toBeLessThanOrEqual(width);
});

test("of a path the end is kept", () => {
  expect(cutPath("/home/me/shop/api", 9)).toBe("…shop/api");
});

import { expect, test } from "bun:test";
import { aligned } from "../../../src/cli/say/columns.ts";

test("a column is as wide as a terminal shows it: wide characters take two, combining ones none", () => {
  const rows = [["日本語", "x"], ["e\u0301tude", "x"], ["👨‍👩‍👧", "x"], ["plain", "x"]];
  expect(aligned(["NAME", "B"], rows)).toBe(
    "NAME    B\n日本語  x\ne\u0301tude   x\n👨‍👩‍👧      x\nplain   x\n",
  );
});

test("what turns the rest of a line round is shown, not sent; what joins signs to one stays", () => {
  expect(aligned(["A", "B"], [["a\u202eb\u2066\u200b", "c"], ["👨\u200d👩", "d"]])).toBe(
    "A      B\na?b??  c\n👨\u200d👩     d\n",
  );
});

test("control characters are shown, not sent", () => {
  expect(aligned(["A"], [["a\u001b[2Jb"], ["c\nd"]])).toBe("A\na?[2Jb\nc?d\n");
});

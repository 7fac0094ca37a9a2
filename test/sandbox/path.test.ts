import { expect, test } from "bun:test";
import fc from "fast-check";
import { BerthError } from "../../src/errors/errors.ts";
import { below, climbsOut, spell } from "../../src/sandbox/files/path.ts";
import { compile, matchesName } from "../../src/sandbox/files/pattern.ts";

function codeOf(operation: () => unknown): string {
  try {
    operation();
    return "none";
  } catch (error) {
    return error instanceof BerthError ? error.code : String(error);
  }
}

test.each([
  ["a/b", ["a", "b"]],
  ["./a//b/.", ["a", "b"]],
  ["a/../b", ["a", "..", "b"]],
  ["~/x", ["~", "x"]],
  ["-rf", ["-rf"]],
  ["a\nb", ["a\nb"]],
  ["100%/..x", ["100%", "..x"]],
  ["a\\b", ["a\\b"]],
])("POSIX spelling of %j", (path, parts) => {
  expect(spell(path, false).parts).toEqual(parts);
});

test.each([
  ["", "invalid_path"],
  ["a\0b", "invalid_path"],
  ["a\ud800b", "invalid_path"],
  ["x".repeat(4097), "invalid_path"],
  ["..%2f..%2fetc/passwd", "path_escapes_boundary"],
  ["%2e%2e/%2e%2e/etc/passwd", "path_escapes_boundary"],
  ["%252e%252e%252fetc", "path_escapes_boundary"],
  ["%25252e%25252e/etc", "path_escapes_boundary"],
  ["..%5c..%5cetc", "path_escapes_boundary"],
  ["..\\..\\etc\\passwd", "path_escapes_boundary"],
  ["a\\..\\..\\etc", "path_escapes_boundary"],
])("POSIX refuses %j", (path, code) => {
  expect(codeOf(() => spell(path, false))).toBe(code);
});

test.each([
  ["\\\\server\\share\\x", "invalid_path"],
  ["//server/share/x", "invalid_path"],
  ["\\\\?\\C:\\x", "invalid_path"],
  ["\\\\.\\pipe\\x", "invalid_path"],
  ["C:x", "invalid_path"],
  ["\\x", "invalid_path"],
  ["file.txt:stream", "invalid_path"],
  ["file.txt::$DATA", "invalid_path"],
  ["CON", "invalid_path"],
  ["a/nul.txt", "invalid_path"],
  ["COM¹", "invalid_path"],
  ["lpt1 .txt", "invalid_path"],
  ["a./b", "invalid_path"],
  ["... /b", "invalid_path"],
  ["a/%2e%2e%5cb", "path_escapes_boundary"],
])("Windows refuses %j", (path, code) => {
  expect(codeOf(() => spell(path, true))).toBe(code);
});

test("Windows takes both separators and a drive's letter in either case", () => {
  expect(spell("a\\..\\b/c", true).parts).toEqual(["a", "..", "b", "c"]);
  expect(spell("c:/Users/x", true)).toMatchObject({ anchor: "C:\\", parts: ["Users", "x"] });
});

test("a sibling whose name begins with the root's is not below it", () => {
  const root = spell("/srv/app", false);
  expect(below(spell("/srv/app2/x", false), root)).toBeNull();
  expect(below(spell("/srv/app/x", false), root)).toEqual(["x"]);
  expect(below(spell("/srv/app", false), root)).toEqual([]);
  expect(below(spell("/srv/APP/x", false), root)).toBeNull();
});

test("climbing out is told by depth at every step, not at the end", () => {
  expect(climbsOut(["a", "..", "b"])).toBe(false);
  expect(climbsOut(["..", "app", "x"])).toBe(true);
  expect(climbsOut(["a", "..", "..", "a", "b"])).toBe(true);
});

const matches = (pattern: string, name: string) =>
  compile(pattern).some(([segment]) => Array.isArray(segment) && matchesName(segment, name));

test.each([
  ["*.ts", "a.ts", true],
  ["*.ts", ".ts", false],
  [".*", ".git", true],
  ["?", "😀", true],
  ["[a-c]x", "bx", true],
  ["[!a-c]x", "bx", false],
  ["[]]x", "]x", true],
  ["[", "[", true],
  ["a{b,c{d,e}}f", "acef", true],
  ["a{b", "a{b", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["*a*b*", "xxaxxbxx", true],
  ["*", "-rf\n", true],
])("pattern %j on name %j: %p", (pattern, name, wanted) => {
  expect(matches(pattern, name)).toBe(wanted);
});

test("a pattern cannot leave the directory, nor unfold without end", () => {
  expect(codeOf(() => compile("../*"))).toBe("path_escapes_boundary");
  expect(codeOf(() => compile("{a,..}/x"))).toBe("path_escapes_boundary");
  expect(codeOf(() => compile("/etc/*"))).toBe("path_outside_boundary");
  expect(codeOf(() => compile("{a,b}".repeat(20)))).toBe("invalid_path");
});

test("no pattern is slow: this one is exponential for a backtracking matcher", () => {
  expect(matches("*a".repeat(200) + "b", "a".repeat(2000))).toBe(false);
});

test("a name always matches itself escaped, and * with a literal around it", () => {
  const names = fc.string({ unit: "grapheme", minLength: 1 }).filter((s) =>
    !/[/\0]/.test(s) && !/^\.{1,2}$/.test(s)
  );
  fc.assert(fc.property(names, (name) => {
    const literal = [...name].map((char) => `\\${char}`).join("");
    return matches(literal, name) && (name.startsWith(".") || matches(`*${literal}*`, name));
  }));
});

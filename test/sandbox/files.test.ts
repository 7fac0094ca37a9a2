import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  type Confinement,
  deleteFile,
  fileExists,
  fileStat,
  glob,
  isDir,
  isFile,
  listDir,
  mkdirP,
  projectRoot,
  readFile,
  validatePath,
  writeFile,
} from "../../src/sandbox/files.ts";
import { codeOf, makeField } from "../support/field.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

describe.each<Confinement>(["openat2", "descriptors", "paths"])(
  "legal paths, confined by %s",
  (confinement) => {
    test("the means asked for are the means used", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      expect(root.confinement).toBe(confinement);
    });

    test("write, read, stat, list, delete", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      expect(writeFile(root, "a/b/c.txt", bytes("hello"))).toBe("a/b/c.txt");
      expect(text(readFile(root, "a/b/c.txt").bytes)).toBe("hello");
      expect(fileStat(root, "a/b/c.txt")).toMatchObject({ path: "a/b/c.txt", type: "file", size: 5 });
      expect(listDir(root, ".").map((entry) => [entry.path, entry.type])).toEqual([["a", "directory"]]);
      expect(listDir(root, "a/b").map((entry) => entry.path)).toEqual(["a/b/c.txt"]);
      expect([fileExists(root, "a"), isDir(root, "a"), isFile(root, "a")]).toEqual([true, true, false]);
      expect([fileExists(root, "a/b/c.txt/d"), fileExists(root, "nope"), fileExists(root, "no/pe")]).toEqual([
        false,
        false,
        false,
      ]);
      expect(deleteFile(root, "a/b/c.txt")).toBe("a/b/c.txt");
      expect(readdirSync(join(field.root, "a/b"))).toEqual([]);
    });

    test(".. inside the root, absolute paths inside the root, trailing separators", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      writeFile(root, "a/x.txt", bytes("x"));
      expect(text(readFile(root, "a/../a/./x.txt").bytes)).toBe("x");
      expect(text(readFile(root, join(field.root, "a/x.txt")).bytes)).toBe("x");
      expect(text(readFile(root, `${field.root}//a/../a/x.txt`).bytes)).toBe("x");
      expect(listDir(root, field.root).map((entry) => entry.path)).toEqual(["a"]);
      expect(listDir(root, "a/").length).toBe(1);
      expect(listDir(root, "a/..").map((entry) => entry.path)).toEqual(["a"]);
      expect(validatePath(root, "a/../new.txt")).toBe(join(field.root, "new.txt"));
    });

    test("inner links, absolute ones too, chains, links to directories and out of them by ..", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      writeFile(root, "deep/er/x.txt", bytes("x"));
      symlinkSync("deep/er", join(field.root, "dir"));
      symlinkSync(join(field.root, "deep"), join(field.root, "absolute"));
      symlinkSync("dir/x.txt", join(field.root, "one"));
      symlinkSync("one", join(field.root, "two"));
      symlinkSync("../../two", join(field.root, "deep/er/three"));
      for (const path of ["dir/x.txt", "absolute/er/x.txt", "one", "two", "dir/three", "dir/../er/x.txt"]) {
        expect(text(readFile(root, path).bytes)).toBe("x");
      }
      expect(fileStat(root, "two").path).toBe("deep/er/x.txt");
      expect(writeFile(root, "two", bytes("new"))).toBe("deep/er/x.txt");
      expect(lstatSync(join(field.root, "two")).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(field.root, "deep/er/x.txt"), "utf8")).toBe("new");
      expect(writeFile(root, "absolute/made.txt", bytes("m"))).toBe("deep/made.txt");
      expect(deleteFile(root, "one")).toBe("one");
      expect(existsSync(join(field.root, "deep/er/x.txt"))).toBe(true);
      expect(mkdirP(root, "dir/n1/n2")).toBe("deep/er/n1/n2");
    });

    test("a root that is itself a link is resolved once", async () => {
      using field = makeField();
      const link = join(field.base, "link");
      symlinkSync(field.root, link);
      using root = await projectRoot(link, confinement);
      expect(root.path).toBe(field.root);
      writeFile(root, "x", bytes("x"));
      expect(text(readFile(root, join(link, "x")).bytes)).toBe("x");
      expect(text(readFile(root, join(field.root, "x")).bytes)).toBe("x");
    });

    test.each([
      ["spaces", "a b  c"],
      ["an emoji", "🚢 berth 日本"],
      ["a leading tilde", "~root"],
      ["a leading dash", "-rf"],
      ["255 bytes", "n".repeat(255)],
      ["a newline", "a\nb"],
      ["a backslash", "a\\b"],
      ["a percent sign", "100%2f"],
      ["dots", "...."],
      ["a case of its own", "CaSe"],
    ])("a name with %s", async (_, name) => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      writeFile(root, name, bytes("named"));
      expect(text(readFile(root, name).bytes)).toBe("named");
      expect(listDir(root, ".").map((entry) => entry.path)).toEqual([name]);
      expect(glob(root, "*").map((entry) => entry.path)).toEqual(name.startsWith(".") ? [] : [name]);
      deleteFile(root, name);
      expect(readdirSync(field.root)).toEqual([]);
    });

    test("reading in parts, binary told from text, the cap", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      writeFile(root, "t", bytes("0123456789"));
      expect(readFile(root, "t", { offset: 2, limit: 3 })).toMatchObject({
        bytes: bytes("234"),
        size: 10,
        end: false,
        binary: false,
      });
      expect(readFile(root, "t", { offset: 8, limit: 99 })).toMatchObject({ bytes: bytes("89"), end: true });
      expect(readFile(root, "t", { offset: 99 })).toMatchObject({ bytes: bytes(""), end: true });
      writeFile(root, "b", new Uint8Array([1, 0, 2]));
      expect(readFile(root, "b", { offset: 2 }).binary).toBe(true);
      expect(codeOf(() => readFile(root, "t", { maxBytes: 9 }))).toBe("too_large");
      expect(readFile(root, "t", { maxBytes: 9, limit: 9 }).bytes.length).toBe(9);
      expect(codeOf(() => writeFile(root, "big", new Uint8Array(10 * 1024 * 1024 + 1)))).toBe("too_large");
    });

    test("a replaced file keeps its mode, not its set-user-ID bit; a new one gets the umask's", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      const path = join(field.root, "run");
      writeFileSync(path, "old");
      chmodSync(path, 0o4750);
      writeFile(root, "run", bytes("new"));
      expect((statSync(path).mode & 0o7777).toString(8)).toBe("750");
      writeFile(root, "fresh", bytes("x"));
      expect(statSync(join(field.root, "fresh")).mode & 0o777).toBe(0o666 & ~process.umask());
      expect(readdirSync(field.root).sort()).toEqual(["fresh", "run"]);
    });

    test("glob: depth, braces, sets, hidden names, links found but not followed", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      for (const path of ["a.ts", "src/b.ts", "src/x/c.ts", "src/x/d.js", ".git/e.ts", "src/.f.ts"]) {
        writeFile(root, path, bytes(""));
      }
      symlinkSync("..", join(field.root, "src/loop"));
      symlinkSync(field.outside, join(field.root, "src/out"));
      const find = (pattern: string, path?: string) => glob(root, pattern, path).map((entry) => entry.path);
      expect(find("**/*.ts")).toEqual(["a.ts", "src/b.ts", "src/x/c.ts"]);
      expect(find("src/**/*.{ts,js}")).toEqual(["src/b.ts", "src/x/c.ts", "src/x/d.js"]);
      expect(find("*", "src")).toEqual(["src/b.ts", "src/loop", "src/out", "src/x"]);
      expect(find("src/[o]*")).toEqual(["src/out"]);
      expect(find(".git/*")).toEqual([".git/e.ts"]);
      expect(find("**/secret.txt")).toEqual([]);
      expect(find("**/**/**/c.ts")).toEqual(["src/x/c.ts"]);
    });

    test("what cannot be done has its own code", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      mkdirSync(join(field.root, "d"));
      writeFile(root, "f", bytes("x"));
      expect(codeOf(() => readFile(root, "nope"))).toBe("not_found");
      expect(codeOf(() => readFile(root, "no/pe"))).toBe("not_found");
      expect(codeOf(() => readFile(root, "d"))).toBe("is_directory");
      expect(codeOf(() => readFile(root, "f/x"))).toBe("not_directory");
      expect(codeOf(() => readFile(root, "f/"))).toBe("not_directory");
      expect(codeOf(() => listDir(root, "f"))).toBe("not_directory");
      expect(codeOf(() => writeFile(root, "d", bytes("")))).toBe("is_directory");
      expect(codeOf(() => writeFile(root, "new/", bytes("")))).toBe("is_directory");
      expect(codeOf(() => writeFile(root, "f/x", bytes("")))).toBe("not_directory");
      expect(codeOf(() => deleteFile(root, "d"))).toBe("is_directory");
      expect(codeOf(() => deleteFile(root, "."))).toBe("is_directory");
      expect(codeOf(() => deleteFile(root, "nope"))).toBe("not_found");
      expect(codeOf(() => mkdirP(root, "f"))).toBe("not_directory");
      expect(codeOf(() => mkdirP(root, "f/x"))).toBe("not_directory");
      expect(codeOf(() => writeFile(root, "n".repeat(256), bytes("")))).toBe("invalid_path");
      expect(readdirSync(field.root).sort()).toEqual(["d", "f"]);
    });

    test("no descriptor is left open, whether an operation succeeds or fails", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      symlinkSync("loop", join(field.root, "loop"));
      symlinkSync("/etc", join(field.root, "etc"));
      const once = (i: number) => {
        writeFile(root, `d${i}/e/f`, bytes("x"));
        readFile(root, `d${i}/e/../e/f`);
        listDir(root, "d0");
        glob(root, "**/f");
        for (const path of ["loop", "etc/passwd", "../x", "d0/e/f/g", "nope/x", "d0/e"]) {
          codeOf(() => readFile(root, path));
        }
        for (const path of ["loop", "etc/passwd", "d0/e", "d0/e/f/g"]) {
          codeOf(() => writeFile(root, path, bytes("")));
        }
      };
      once(0);
      const before = readdirSync("/proc/self/fd").length;
      for (let i = 1; i < 10; i++) once(i);
      expect(readdirSync("/proc/self/fd").length).toBe(before);
    });

    test("another name of a replaced file keeps the old content", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      writeFile(root, "a", bytes("old"));
      linkSync(join(field.root, "a"), join(field.root, "b"));
      writeFile(root, "a", bytes("new"));
      expect(text(readFile(root, "b").bytes)).toBe("old");
    });
  },
);

/** Attempts to get out of a project root. Each must fail, by each means of confinement. */
import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  type Confinement,
  deleteFile,
  fileExists,
  fileStat,
  glob,
  listDir,
  mkdirP,
  type ProjectRoot,
  projectRoot,
  readFile,
  validatePath,
  writeFile,
} from "../../src/sandbox/files.ts";
import { hold } from "../../src/sandbox/files/tree-linux.ts";
import { loadOpenBeneath } from "../../src/sandbox/files/openat2.ts";
import { codeOf, makeField, SECRET } from "../support/field.ts";

const bytes = (value: string) => new TextEncoder().encode(value);

/** What every operation that takes a path says to this one. */
function codesOf(root: ProjectRoot, path: string): string[] {
  const operations = [
    () => readFile(root, path),
    () => writeFile(root, path, bytes("attack")),
    () => listDir(root, path),
    () => fileStat(root, path),
    () => fileExists(root, path),
    () => mkdirP(root, path),
    () => deleteFile(root, path),
    () => glob(root, "*", path),
    () => validatePath(root, path),
  ];
  return [...new Set(operations.map(codeOf))];
}

test("the kernel is asked, and answers, where it has openat2", async () => {
  using field = makeField();
  mkdirSync(join(field.root, "d"));
  symlinkSync(field.outside, join(field.root, "out"));
  const openBeneath = await loadOpenBeneath();
  const fd = openSync(field.root, "r");
  using inside = hold(openBeneath?.(fd, "d") ?? -1);
  expect(inside.stats.isDirectory()).toBe(true);
  expect(openBeneath?.(fd, "out")).toBeLessThan(0);
  expect(openBeneath?.(fd, "../outside")).toBeLessThan(0);
  closeSync(fd);
});

describe.each<Confinement>(["openat2", "descriptors", "paths"])(
  "attacks on files confined by %s",
  (confinement) => {
    test.each([
      "../../../etc/passwd",
      "..",
      "../root/x",
      "a/../../outside/secret.txt",
      "nope/../../outside/secret.txt",
      "..%2f..%2f..%2fetc%2fpasswd",
      "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
      "%252e%252e%252f%252e%252e%252fetc",
      "..\\..\\..\\etc\\passwd",
      "./.././../outside/secret.txt",
      "..//..//etc/passwd",
    ])("climbing by %j", async (path) => {
      using field = makeField();
      mkdirSync(join(field.root, "a"));
      const before = field.snapshot();
      using root = await projectRoot(field.root, confinement);
      expect(codesOf(root, path)).toEqual(["path_escapes_boundary"]);
      expect(field.snapshot()).toBe(before);
      expect(readdirSync(field.root)).toEqual(["a"]);
    });

    test("doubled dots are a name, and nothing is there", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      expect(codeOf(() => readFile(root, "....//....//etc/passwd"))).toBe("not_found");
    });

    test("a NUL character cuts nothing off", async () => {
      using field = makeField();
      writeFileSync(join(field.root, "a.txt"), "a");
      using root = await projectRoot(field.root, confinement);
      expect(codesOf(root, "a.txt\0.png")).toEqual(["invalid_path"]);
      expect(codesOf(root, "../../etc/passwd\0.txt")).toEqual(["invalid_path"]);
    });

    test("absolute paths outside, a sibling with the root's name in front, the root in another case", async () => {
      using field = makeField();
      using root = await projectRoot(field.root, confinement);
      for (
        const path of [
          "/etc/passwd",
          "/",
          "//etc/passwd",
          `${field.base}/root-sibling/secret.txt`,
          field.base,
          field.root.toUpperCase(),
          `${field.base}/ROOT/x`,
          "/proc/self/root/etc/passwd",
          "/proc/self/cwd/x",
        ]
      ) {
        expect(codesOf(root, path)).toEqual(["path_outside_boundary"]);
      }
      for (
        const path of [`${field.root}/../outside/secret.txt`, `${field.root}/../root-sibling/secret.txt`]
      ) {
        expect(codesOf(root, path)).toEqual(["path_escapes_boundary"]);
      }
    });

    test("a link to a file outside: neither read nor written; deleting it deletes the link", async () => {
      using field = makeField();
      const before = field.snapshot();
      symlinkSync(join(field.outside, "secret.txt"), join(field.root, "absolute"));
      symlinkSync("../outside/secret.txt", join(field.root, "relative"));
      using root = await projectRoot(field.root, confinement);
      for (const path of ["absolute", "relative"]) {
        expect(codeOf(() => readFile(root, path))).toBe("symlink_escapes_boundary");
        expect(codeOf(() => writeFile(root, path, bytes("attack")))).toBe("symlink_escapes_boundary");
        expect(codeOf(() => fileStat(root, path))).toBe("symlink_escapes_boundary");
        expect(codeOf(() => fileExists(root, path))).toBe("symlink_escapes_boundary");
        expect(deleteFile(root, path)).toBe(path);
      }
      expect(field.snapshot()).toBe(before);
    });

    test("a directory link on the way, for reading and for creating", async () => {
      using field = makeField();
      const before = field.snapshot();
      mkdirSync(join(field.root, "sub"));
      symlinkSync(field.outside, join(field.root, "out"));
      symlinkSync("../../outside", join(field.root, "sub/out"));
      symlinkSync("sub/out", join(field.root, "chain"));
      using root = await projectRoot(field.root, confinement);
      for (const link of ["out", "sub/out", "chain"]) {
        for (
          const path of [
            `${link}/secret.txt`,
            `${link}/new.txt`,
            `${link}/deep/er/new.txt`,
            `${link}/`,
            `${link}/.`,
          ]
        ) {
          expect(codesOf(root, path)).toEqual(["symlink_escapes_boundary"]);
        }
        // Physical, as the kernel reads it: the link's own parent is not what ".." behind it means.
        expect(codesOf(root, `${link}/../root/x`)).toEqual(["symlink_escapes_boundary"]);
      }
      expect(field.snapshot()).toBe(before);
    });

    test("loops end, long inner chains too", async () => {
      using field = makeField();
      symlinkSync("self", join(field.root, "self"));
      symlinkSync("b", join(field.root, "a"));
      symlinkSync("a", join(field.root, "b"));
      symlinkSync("up/../up", join(field.root, "up"));
      for (let i = 0; i < 60; i++) symlinkSync(i === 0 ? "target" : `n${i - 1}`, join(field.root, `n${i}`));
      writeFileSync(join(field.root, "target"), "t");
      using root = await projectRoot(field.root, confinement);
      for (const path of ["self", "a", "b/x", "up", "n59"]) {
        expect(codeOf(() => readFile(root, path))).toBe("invalid_path");
        expect(codeOf(() => writeFile(root, path, bytes("x")))).toBe("invalid_path");
      }
      expect(readFile(root, "n20").bytes).toEqual(bytes("t"));
    });

    test("a dangling link creates nothing, outside or inside", async () => {
      using field = makeField();
      symlinkSync(join(field.outside, "made.txt"), join(field.root, "out"));
      symlinkSync("../outside/made", join(field.root, "outdir"));
      symlinkSync("missing.txt", join(field.root, "in"));
      using root = await projectRoot(field.root, confinement);
      expect(codeOf(() => writeFile(root, "out", bytes("x")))).toBe("symlink_escapes_boundary");
      expect(codeOf(() => writeFile(root, "outdir/x", bytes("x")))).toBe("symlink_escapes_boundary");
      expect(codeOf(() => mkdirP(root, "outdir"))).toBe("symlink_escapes_boundary");
      expect(codeOf(() => writeFile(root, "in", bytes("x")))).toBe("not_found");
      expect(codeOf(() => mkdirP(root, "in/x"))).toBe("not_found");
      expect(readdirSync(field.outside)).toEqual(["secret.txt"]);
      expect(readdirSync(field.root).sort()).toEqual(["in", "out", "outdir"]);
    });

    test("a hard link to a file outside: writing leaves that file as it was", async () => {
      using field = makeField();
      linkSync(join(field.outside, "secret.txt"), join(field.root, "hard"));
      using root = await projectRoot(field.root, confinement);
      writeFile(root, "hard", bytes("attack"));
      expect(readFileSync(join(field.outside, "secret.txt"), "utf8")).toBe(SECRET);
      expect(readFileSync(join(field.root, "hard"), "utf8")).toBe("attack");
    });

    test("FIFO, socket and device are refused, and nothing waits for them", async () => {
      using field = makeField();
      execFileSync("mkfifo", [join(field.root, "fifo")]);
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(field.root, "socket"), resolve));
      using root = await projectRoot(field.root, confinement);
      for (const path of ["fifo", "socket"]) {
        expect(codeOf(() => readFile(root, path))).toBe("special_file");
        expect(codeOf(() => writeFile(root, path, bytes("x")))).toBe("special_file");
        expect(fileStat(root, path).type).toBe(path as "fifo" | "socket");
      }
      await new Promise((resolve) => server.close(resolve));
      using devices = await projectRoot("/dev", confinement);
      expect(codeOf(() => readFile(devices, "zero"))).toBe("special_file");
      expect(codeOf(() => writeFile(devices, "null", bytes("x")))).toBe("special_file");
    });

    test("magic links of /proc lead nowhere", async () => {
      using field = makeField();
      symlinkSync("/proc/self/root", join(field.root, "slash"));
      symlinkSync("/proc/self/cwd", join(field.root, "cwd"));
      symlinkSync("/proc/self/fd", join(field.root, "fd"));
      using root = await projectRoot(field.root, confinement);
      for (const path of ["slash/etc/passwd", "slash", "cwd", "fd/0"]) {
        expect(codeOf(() => readFile(root, path))).toBe("symlink_escapes_boundary");
        expect(codeOf(() => listDir(root, path))).toBe("symlink_escapes_boundary");
        expect(codeOf(() => writeFile(root, path, bytes("x")))).toBe("symlink_escapes_boundary");
      }
      using proc = await projectRoot("/proc/self", confinement);
      expect(codeOf(() => readFile(proc, "root/etc/passwd"))).toBe("symlink_escapes_boundary");
      expect(codeOf(() => readFile(proc, "cwd/package.json"))).toBe("symlink_escapes_boundary");
    });

    test("a root of / would confine nothing", async () => {
      using field = makeField();
      symlinkSync("/", join(field.base, "slash"));
      for (const path of ["/", "//", "/etc/..", join(field.base, "slash")]) {
        expect(await projectRoot(path, confinement).then(() => "none", (error) => error.code)).toBe(
          "root_confines_nothing",
        );
      }
      expect(await projectRoot(join(field.outside, "secret.txt"), confinement).catch((error) => error.code))
        .toBe(
          "not_directory",
        );
      expect(await projectRoot(join(field.base, "nope"), confinement).catch((error) => error.code)).toBe(
        "not_found",
      );
    });

    test("a file replaced while it is read: the old one is read to its end, or nothing is", async () => {
      using field = makeField();
      const path = join(field.root, "f");
      writeFileSync(path, "old content");
      using root = await projectRoot(field.root, confinement);
      using entry = root.entry("f");
      renameSync(path, join(field.base, "moved"));
      symlinkSync(join(field.outside, "secret.txt"), path);
      const outcome = codeOf(() => closeSync(root.open(entry, "f")));
      expect(outcome).toBe(confinement === "paths" ? "symlink_escapes_boundary" : "none");
      if (confinement === "paths") return;
      const fd = root.open(entry, "f");
      expect(readFileSync(fd, "utf8")).toBe("old content");
      closeSync(fd);
    });

    test("a directory that was moved out of the root after it was reached is not written to", async () => {
      using field = makeField();
      mkdirSync(join(field.root, "d"));
      using root = await projectRoot(field.root, confinement);
      using slot = root.slot("d/x", true);
      renameSync(join(field.root, "d"), join(field.outside, "d"));
      // By paths it is simply gone.
      const wanted = confinement === "paths" ? /^unexpected: .*ENOENT/ : /^symlink_escapes_boundary$/;
      expect(codeOf(() => root.check(slot.parent, "d/x"))).toMatch(wanted);
    });

    test("the root is held: a link put in its place later changes nothing", async () => {
      using field = makeField();
      writeFileSync(join(field.root, "secret.txt"), "mine");
      using root = await projectRoot(field.root, confinement);
      renameSync(field.root, join(field.base, "moved"));
      symlinkSync(field.outside, field.root);
      const outcome = codeOf(() => expect(readFile(root, "secret.txt").bytes).toEqual(bytes("mine")));
      expect(outcome).toBe(confinement === "paths" ? "symlink_escapes_boundary" : "none");
      codeOf(() => writeFile(root, "attack.txt", bytes("x")));
      expect(readdirSync(field.outside)).toEqual(["secret.txt"]);
      rmSync(field.root);
    });

    test("messages show the agent's own path, never where a descriptor or the neighbour is", async () => {
      using field = makeField();
      symlinkSync(field.outside, join(field.root, "out"));
      using root = await projectRoot(field.root, confinement);
      for (const path of ["out/secret.txt", "nope", "../x", "x\0"]) {
        try {
          readFile(root, path);
        } catch (error) {
          expect(`${error}`).not.toContain("/proc/");
          expect(`${error}`).not.toContain(field.outside);
        }
      }
    });
  },
);

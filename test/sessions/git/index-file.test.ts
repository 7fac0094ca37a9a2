/** What is read of git's index, held against what `git ls-files` says. */
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { indexedIn, readIndex } from "../../../src/sessions/git/index-file.ts";
import { type Project, project } from "../../support/project.ts";

/** As `git ls-files -s -v` prints it. */
const lines = ({ root }: Project) =>
  indexedIn(readIndex(join(root, ".git/index")))?.map(({ tag, mode, blob, path }) =>
    [tag, mode, blob, path].join(" ")
  );

/** The same by git. */
const listed = async (p: Project) =>
  (await p.git("ls-files", "-s", "-v", "-z")).split("\0").filter((line) => line !== "").map((line) => {
    const [, tag, mode, blob, , path] = /^(.) (\d+) ([0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
    return [tag, mode, blob, path].join(" ");
  });

test("every kind of entry is as git lists it", async () => {
  const p = await project();
  mkdirSync(join(p.root, "deep/er"), { recursive: true });
  const long = `deep/er/${"x".repeat(200)}`;
  for (const name of ["a", "ab", "abcdefg", "ä \n%", "run", "assumed", "skipped", "deep/er/b", long]) {
    writeFileSync(join(p.root, name), name);
  }
  chmodSync(join(p.root, "run"), 0o755);
  symlinkSync("a", join(p.root, "link"));
  await p.git("add", "-A");
  await p.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},sub`);
  await p.git("update-index", "--assume-unchanged", "assumed");
  await p.git("update-index", "--skip-worktree", "skipped");
  writeFileSync(join(p.root, "meant"), "");
  await p.git("add", "--intent-to-add", "meant");
  const found = lines(p);
  expect(found).toEqual(await listed(p));
  expect(found?.map((line) => line[0])).toEqual(expect.arrayContaining(["H", "h", "S"]));
  await p.git("update-index", "--assume-unchanged", "skipped");
  expect(lines(p)).toEqual(await listed(p));
});

test("a conflict has its stages", async () => {
  const p = await project();
  const commit = async (text: string, ...how: string[]) => {
    await p.git("switch", "-q", ...how);
    writeFileSync(join(p.root, "both"), text);
    await p.git("add", "-A");
    await p.git("commit", "-q", "-m", text);
  };
  await commit("one", "-c", "one");
  await commit("two", "-c", "two", "main");
  await p.git("merge", "one").catch(() => {});
  const found = lines(p);
  expect(found?.filter((line) => line.startsWith("M")).length).toBe(2);
  expect(found).toEqual(await listed(p));
});

test("what is not the plain form is git's to read", async () => {
  for (const form of [["--index-version", "4"], ["--split-index"]]) {
    const p = await project();
    expect(lines(p)).toEqual(await listed(p));
    await p.git("update-index", ...form);
    expect([form, lines(p)]).toEqual([form, undefined]);
  }
  const p = await project();
  await p.git("init", "-q", "--object-format=sha256", "other");
  writeFileSync(join(p.root, "other/file"), "text\n");
  await p.git("-C", "other", "add", "file");
  expect(indexedIn(readIndex(join(p.root, "other/.git/index")))).toBeNull();
  expect(indexedIn(readIndex(join(p.root, "other/.git/nothing")))).toBeNull();
});

test("an index that is cut off is git's to read, but where only what is behind the files is missing", async () => {
  const p = await project();
  for (const name of ["a", "abc", "abcdefghi"]) writeFileSync(join(p.root, name), name);
  await p.git("add", "-A");
  await p.git("write-tree");
  const [index, copy] = [join(p.root, ".git/index"), join(p.root, "copy")];
  const whole = readFileSync(index);
  const files = indexedIn(readIndex(index)) ?? [];
  const told = Array.from({ length: whole.length }, (_, length) => {
    writeFileSync(copy, whole.subarray(0, length));
    return indexedIn(readIndex(copy));
  }).filter((one) => one !== null);
  expect(told).toEqual([files]);
});

/** Whether one commit stands straight above another, by git's files: what they do not tell for certain git is asked. */
import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { straightAhead } from "../../../src/sessions/git/commit-files.ts";
import { type Project, project } from "../../support/project.ts";

async function withCommits(
  count: number,
): Promise<Project & { ahead(from: string, to: string): Promise<number | null> }> {
  const p = await project();
  for (let at = 0; at < count; at++) await p.git("commit", "-q", "--allow-empty", "-m", `parent ${at}`);
  const commit = async (name: string) => (await p.git("rev-parse", name)).trim();
  return {
    ...p,
    ahead: async (from, to) => straightAhead(join(p.root, ".git"), await commit(from), await commit(to)),
  };
}

test("as many as git counts", async () => {
  const p = await withCommits(4);
  expect(await p.ahead("HEAD~", "HEAD")).toBe(1);
  expect(await p.ahead("HEAD~4", "HEAD")).toBe(4);
  expect(await p.git("rev-list", "--count", "HEAD~4..HEAD")).toBe("4\n");
});

test("in a repository by SHA-256", async () => {
  const p = await project("none");
  await p.git("init", "-q", "--object-format=sha256");
  for (const name of ["one", "two"]) await p.git("commit", "-q", "--allow-empty", "-m", name);
  const [from = "", to = ""] = (await p.git("rev-parse", "HEAD~", "HEAD")).split("\n");
  expect([to.length, straightAhead(join(p.root, ".git"), from, to)]).toEqual([64, 1]);
});

test("not the other way round, nor of itself, nor across lines", async () => {
  const p = await withCommits(2);
  await p.git("checkout", "-q", "-b", "side", "HEAD~");
  await p.git("commit", "-q", "--allow-empty", "-m", "side");
  expect(await p.ahead("main", "main~")).toBeNull();
  expect(await p.ahead("main", "main")).toBeNull();
  expect(await p.ahead("main", "side")).toBeNull();
});

test("not where a merge is in the way", async () => {
  const p = await withCommits(1);
  await p.git("checkout", "-q", "-b", "side", "HEAD~");
  await p.git("commit", "-q", "--allow-empty", "-m", "side");
  await p.git("merge", "-q", "--no-edit", "main");
  expect(await p.ahead("main~", "side")).toBeNull();
});

test("not of a long line, nor of packed commits", async () => {
  const p = await withCommits(21);
  expect([await p.ahead("HEAD~20", "HEAD"), await p.ahead("HEAD~21", "HEAD")]).toEqual([20, null]);
  await p.git("gc", "-q");
  expect(await p.ahead("HEAD~", "HEAD")).toBeNull();
});

test("not where git gives commits other parents", async () => {
  for (const name of ["shallow", "info/grafts"]) {
    const p = await withCommits(2);
    expect(await p.ahead("HEAD~", "HEAD")).toBe(1);
    writeFileSync(join(p.root, ".git", name), "");
    expect([name, await p.ahead("HEAD~", "HEAD")]).toEqual([name, null]);
  }
  // Refs in tables, replacements too, are seen by their directory alone.
  const tables = await withCommits(2);
  const [from = "", to = ""] = (await tables.git("rev-parse", "HEAD~", "HEAD")).split("\n");
  mkdirSync(join(tables.root, ".git/reftable"));
  expect(straightAhead(join(tables.root, ".git"), from, to)).toBeNull();
  const p = await withCommits(2);
  await p.git("replace", "--graft", "HEAD", "HEAD~2");
  expect(await p.ahead("HEAD~", "HEAD")).toBeNull();
  await p.git("pack-refs", "--all");
  rmSync(join(p.root, ".git/refs/replace"), { recursive: true, force: true });
  expect(await p.ahead("HEAD~", "HEAD")).toBeNull();
});

test("not by an object that is damaged", async () => {
  const p = await withCommits(1);
  const commit = (await p.git("rev-parse", "HEAD")).trim();
  const object = join(p.root, ".git/objects", commit.slice(0, 2), commit.slice(2));
  rmSync(object);
  writeFileSync(object, "x\u009c damaged");
  expect(straightAhead(join(p.root, ".git"), "0".repeat(40), commit)).toBeNull();
});

/** What is told by git's files of refs, held against what git says. */
import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { headAt, headIn, isShortFor, looseBranch, reflogOf } from "../../../src/sessions/git/ref-files.ts";
import { project } from "../../support/project.ts";

/** A project with a branch `auth/login`, and where its repository is. */
async function branched() {
  const p = await project();
  await p.git("branch", "auth/login");
  const common = join(p.root, ".git");
  const commit = (await p.git("rev-parse", "auth/login")).trim();
  return { p, common, commit, both: { common, own: common } };
}

test("a branch in a file of its own is told", async () => {
  const { p, common, commit, both } = await branched();
  expect(looseBranch(common, "auth/login")).toBe(commit);
  expect(isShortFor(both, "auth/login", commit)).toBe(true);
  expect(isShortFor(both, "auth/login", "0".repeat(40))).toBe(false);
  expect(headAt(both, "main")).toBe((await p.git("rev-parse", "HEAD")).trim());
  expect(headAt(both, "auth/login")).toBeNull();
  expect(reflogOf(common, "auth/login")?.at(-1)).toEndWith("\tbranch: Created from main");
});

test("a short name that means something else too is git's to tell", async () => {
  for (const ref of ["refs/tags/auth/login", "refs/auth/login"]) {
    const { p, both, commit } = await branched();
    await p.git("update-ref", ref, "HEAD");
    expect(isShortFor(both, "auth/login", commit)).toBe(false);
    await p.git("pack-refs", "--all");
    await p.git("update-ref", "refs/heads/auth/login", commit);
    expect(isShortFor(both, "auth/login", commit)).toBe(false);
  }
  const { both, common, commit } = await branched();
  mkdirSync(join(common, "auth"));
  writeFileSync(join(common, "auth/login"), `${commit}\n`);
  expect(isShortFor(both, "auth/login", commit)).toBe(false);
  expect(isShortFor(both, commit, commit)).toBe(false);
});

test("what is packed, detached or a name for another ref is git's to tell", async () => {
  const { p, common, commit, both } = await branched();
  await p.git("symbolic-ref", "refs/heads/other", "refs/heads/auth/login");
  expect(looseBranch(common, "other")).toBeNull();
  await p.git("pack-refs", "--all");
  rmSync(join(common, "refs/heads/auth/login"), { force: true });
  expect([looseBranch(common, "auth/login"), isShortFor(both, "auth/login", commit)]).toEqual([null, false]);
  await p.git("checkout", "-q", "--detach");
  expect(headAt(both, "main")).toBeNull();
  expect(headAt({ common, own: null }, "main")).toBeNull();
  expect(reflogOf(common, "nobody")).toBeNull();
});

test("whatever moves what a checkout has is seen, packed or not, and by another name not at all", async () => {
  const { p, both } = await branched();
  const seen = [headIn(both)];
  const tree = (await p.git("rev-parse", "HEAD^{tree}")).trim();
  const other = (await p.git("commit-tree", "-m", "other", tree)).trim();
  const after = async (...args: string[]) => {
    await p.git(...args);
    seen.push(headIn(both));
  };
  await after("update-ref", "refs/heads/main", other);
  await after("pack-refs", "--all");
  await after("update-ref", "refs/heads/main", "refs/heads/auth/login");
  await after("symbolic-ref", "HEAD", "refs/heads/unborn");
  await after("checkout", "-q", "--detach", "-f", "auth/login");
  await after("checkout", "-q", "--detach", "-f", other);
  expect(seen).not.toContain(null);
  expect(seen.filter((one, at) => one === seen[at - 1])).toEqual([]);
  await p.git("symbolic-ref", "refs/heads/other", "refs/heads/main");
  await p.git("symbolic-ref", "HEAD", "refs/heads/other");
  expect(headIn(both)).toBeNull();
});

test("where refs are kept in tables the files say nothing", async () => {
  const { common, commit, both } = await branched();
  mkdirSync(join(common, "reftable"));
  expect([looseBranch(common, "auth/login"), headAt(both, "main"), reflogOf(common, "main")]).toEqual([
    null,
    null,
    null,
  ]);
  expect(headIn(both)).toBeNull();
  expect(isShortFor(both, "auth/login", commit)).toBe(false);
});

/** What git's files tell of the worktrees, held against `git worktree list`. */
import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseWorktrees } from "../../../src/sessions/git/worktree-list.ts";
import { worktreesByFiles } from "../../../src/sessions/git/worktree-files.ts";
import { type Project, project } from "../../support/project.ts";

const told = ({ root }: Project) => worktreesByFiles({ root, commonDir: join(root, ".git") });
const listed = async (p: Project) => parseWorktrees(await p.git("worktree", "list", "--porcelain"));
const byPath = <T extends { path: string }>(all: readonly T[] | null) =>
  all?.toSorted((a, b) => a.path < b.path ? -1 : 1);

/** A project with a worktree on a branch, and one with a detached HEAD whose directory is gone. */
async function withWorktrees() {
  const p = await project();
  expect(told(p)).toEqual(await listed(p));
  await p.git("worktree", "add", "-q", "-b", "auth/login", "trees/one with space");
  await p.git("worktree", "add", "-q", "--detach", "trees/two");
  await p.git("worktree", "add", "-q", "-b", "gone", "trees/gone");
  rmSync(join(p.root, "trees/gone"), { recursive: true });
  return p;
}

test("the worktrees are as git lists them, the main one first", async () => {
  const p = await withWorktrees();
  expect(told(p)?.[0]).toEqual((await listed(p))[0]);
  expect(byPath(told(p))).toEqual(byPath(await listed(p)));
  expect(told(p)?.length).toBe(4);
  await p.git("worktree", "move", "trees/two", "elsewhere");
  await p.git("-C", "elsewhere", "switch", "-q", "-c", "other");
  await p.git("branch", "-m", "auth/login", "renamed");
  expect(byPath(told(p))).toEqual(byPath(await listed(p)));
});

test("what is out of the ordinary is git's to tell", async () => {
  const cases: Readonly<Record<string, (p: Project) => unknown>> = {
    "a lock": (p) => p.git("worktree", "lock", "trees/two"),
    "a packed branch": (p) => p.git("pack-refs", "--all"),
    "a branch without a commit": (p) => p.git("switch", "-q", "--orphan", "empty"),
    "a name for another branch": async (p) => {
      await p.git("symbolic-ref", "refs/heads/alias", "refs/heads/gone");
      await p.git("-C", "trees/two", "symbolic-ref", "HEAD", "refs/heads/alias");
    },
    "refs in tables": (p) => mkdirSync(join(p.root, ".git/reftable")),
    "a worktree elsewhere": (p) => p.git("config", "core.worktree", ".."),
    "a bare repository": (p) => p.git("config", "core.bare", "true"),
    "an entry that is being made": (p) => mkdirSync(join(p.root, ".git/worktrees/three")),
    "a file in the place of their folder": (p) => {
      rmSync(join(p.root, ".git/worktrees"), { recursive: true });
      writeFileSync(join(p.root, ".git/worktrees"), "");
    },
    "a damaged HEAD": (p) => writeFileSync(join(p.root, ".git/worktrees/two/HEAD"), "\n"),
  };
  for (const [what, make] of Object.entries(cases)) {
    const p = await withWorktrees();
    await make(p);
    expect([what, told(p)]).toEqual([what, null]);
  }
  const { root } = await withWorktrees();
  expect(worktreesByFiles({ root: join(root, "trees"), commonDir: join(root, ".git") })).toBeNull();
});

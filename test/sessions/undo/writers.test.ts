/** Somebody writes in the worktree while it is removed. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { gitBy, project } from "../../support/project.ts";

async function withSession() {
  const p = await project();
  await p.ok("new", "auth");
  return { ...p, tree: await p.worktree("auth") };
}

test("between the check and the removal: git refuses, the file and the session are there", async () => {
  const p = await withSession();
  const script = `case "$*" in *"worktree remove"*) echo late > "${p.tree}/late";; esac; exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--json"];
  const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
  expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
  expect((await p.session("auth"))["pending"]).toBeUndefined();
  await p.ok("destroy", "auth", "--cleanup", "--force");
  await p.ok("restore", "auth", "--worktree");
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
});

test("while its work is kept: what came meanwhile is kept as well", async () => {
  const p = await withSession();
  writeFileSync(join(p.tree, "new"), "work");
  const script = `case "$*" in *commit-tree*) [ -e "${p.tree}/late" ] || echo late > "${p.tree}/late";; esac
    exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--force"];
  expect(await p.in(p.root, words, gitBy(p, script))).toMatchObject({ status: 0 });
  expect(existsSync(p.tree)).toBe(false);
  await p.ok("restore", "auth", "--worktree");
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
});

test("without end: nothing goes, and that is said", async () => {
  const p = await withSession();
  writeFileSync(join(p.tree, "new"), "work");
  const script = `case "$*" in *commit-tree*) echo more >> "${p.tree}/new";; esac; exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--force", "--json"];
  const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
  expect([status, JSON.parse(stderr).error]).toMatchObject([6, { code: "work_not_kept" }]);
  expect(stderr).toContain("somebody is writing there");
  expect(readFileSync(join(p.tree, "new"), "utf8")).toStartWith("workmore\n");
  await p.ok("destroy", "auth", "--cleanup", "--force");
});

test("while git removes: what git leaves stays, and the next command says and does what is left", async () => {
  const p = await withSession();
  const script = `case "$*" in *"worktree remove"*)
    "$GIT" "$@"; status=$?; mkdir -p "${p.tree}"; echo late > "${p.tree}/late"; exit $status;; esac
    exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--json"];
  const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
  expect([status, JSON.parse(stderr).error.code]).toEqual([1, "destroy_unfinished"]);
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
  const { stdout, stderr: said } = await p.berth("destroy", "auth", "--cleanup");
  expect(stdout + said).toContain(`what is left of it is for you to delete: ${p.tree}`);
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
});

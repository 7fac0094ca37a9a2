/** What is offered for the words of a day's commands. */
import { expect, test } from "bun:test";
import { berth } from "../../support/berth.ts";
import { finishable } from "../../support/finish.ts";

test("branches, refs and archived names; a branch that is to be new has none", async () => {
  const p = await finishable();
  await p.git("branch", "develop");
  await p.git("tag", "v1");
  await p.git("update-ref", "refs/remotes/origin/topic", "HEAD");
  await p.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/topic");
  await p.ok("new", "old");
  await p.ok("destroy", "old", "--cleanup", "--delete-branch");
  const offered = async (...words: string[]) =>
    (await p.ok("complete", "bash", "--", ...words)).split("\n").filter((line) => line !== "");
  expect(await offered("finish", "auth", "--into", "")).toEqual(["develop", "feature/auth", "main"]);
  expect(await offered("finish", "auth", "--into=d")).toEqual(["develop"]);
  expect(await offered("new", "x", "--base", "")).toEqual([
    "develop",
    "feature/auth",
    "main",
    "origin/topic",
    "v1",
  ]);
  expect(await offered("new", "x", "--existing-branch", "t")).toEqual(["topic"]);
  expect(await offered("new", "x", "--branch", "")).toEqual([]);
  expect((await offered("restore", ""))[0]).toBe("old");
  expect(await offered("config", "worktrees.")).toEqual(["worktrees.path"]);
  expect(await offered("hook", "run", "auth", "pre")).toEqual(["pre-destroy"]);
});

test("every option of finish, prune, rename and restore is offered; outside of a repository no branch is", async () => {
  const p = await finishable();
  for (const command of ["finish", "prune", "rename", "restore", "attach", "new", "list"]) {
    const offered = (await p.ok("complete", "bash", "--", command, "--")).split("\n");
    const help = await p.ok(command, "--help");
    const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name ?? "");
    expect(options.length).toBeGreaterThan(5);
    expect(offered).toEqual(expect.arrayContaining(options));
  }
  const outside = await p.in(p.home, [berth, "complete", "bash", "--", "finish", "x", "--into", ""]);
  expect([outside.status, outside.stdout, outside.stderr]).toEqual([0, "", ""]);
});

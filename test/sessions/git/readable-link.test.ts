/** The link by a session's name in `.worktrees`, when its worktree goes. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { project } from "../../support/project.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";

test("doctor --fix takes away what a fault left of it, and nothing else", async () => {
  const p = await project();
  const tree = await p.ok("new", "kept").then(() => p.worktree("kept"));
  await p.ok("new", "gone");
  rmSync(await p.worktree("gone"), { recursive: true });
  const folder = join(p.root, ".worktrees");
  mkdirSync(join(folder, "directory"));
  symlinkSync(NOBODY, join(folder, "left"));
  symlinkSync(`../${NOBODY}`, join(folder, "outside"));
  symlinkSync("nowhere", join(folder, "somebody's"));
  const looked = await p.berth("doctor", "--json");
  const findings = JSON.parse(looked.stdout).findings.filter(({ code }: { code: string }) =>
    code === "link_left"
  );
  expect(findings).toMatchObject([{ fixed: false }]);
  expect(findings[0].message).toContain(".worktrees/left");
  expect(readdirSync(folder)).toContain("left");
  await p.berth("doctor", "--fix");
  expect(readdirSync(folder).sort()).toEqual(
    ["directory", "gone", "kept", "outside", "somebody's", basename(tree)].sort(),
  );
});

test("destroy takes it away also where somebody else removed the worktree", async () => {
  const p = await project();
  await p.ok("new", "auth");
  await p.git("worktree", "remove", await p.worktree("auth"));
  await p.ok("destroy", "auth");
  expect(readdirSync(join(p.root, ".worktrees"))).toEqual([]);
});

test("destroy that keeps the worktree keeps it", async () => {
  const p = await project();
  await p.ok("new", "auth");
  await p.ok("destroy", "auth");
  expect(readdirSync(join(p.root, ".worktrees"))).toContain("auth");
});

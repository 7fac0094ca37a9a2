/** A branch whose changes are in its base goes without force, however they came there. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Project, project } from "../../support/project.ts";

/** Two commits on the session's branch, in two files. */
async function withWork(): Promise<Project & { tree: string }> {
  const p = await project();
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  for (const name of ["a", "b"]) {
    writeFileSync(join(tree, name), `${name}\n`);
    await p.git("-C", tree, "add", ".");
    await p.git("-C", tree, "commit", "-qm", name);
  }
  return { ...p, tree };
}

const ALL = ["destroy", "auth", "--cleanup", "--delete-branch"];

test.each<[string, (p: Project) => Promise<unknown>]>([
  ["a squash merge", async (p) => {
    await p.git("merge", "-q", "--squash", "feature/auth");
    await p.git("commit", "-qm", "squashed");
  }],
  ["a squash merge whose lines the base has changed since", async (p) => {
    await p.git("merge", "-q", "--squash", "feature/auth");
    await p.git("commit", "-qm", "squashed");
    p.write("a", "other\n");
    await p.git("commit", "-qam", "changed since");
  }],
  ["a rebase", async (p) => {
    p.write("file.txt", "two\n");
    await p.git("commit", "-qam", "other");
    await p.git("cherry-pick", "main..feature/auth");
  }],
])("%s", async (_, merge) => {
  const p = await withWork();
  expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged", status: 6 });
  await merge(p);
  const { actions } = JSON.parse(await p.ok(...ALL, "--json"));
  expect(actions.at(-1).reason).toContain("all that it changed is in main");
  expect(await p.git("branch", "--list", "feature/auth")).toBe("");
});

test("one of two commits is not enough", async () => {
  const p = await withWork();
  await p.git("cherry-pick", "feature/auth~");
  expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged", status: 6 });
});

test("what a merge driver would throw away has not arrived; what did arrive has", async () => {
  const p = await withWork();
  await p.git("config", "merge.ours.driver", "true");
  p.write(".git/info/attributes", "a merge=ours\nb merge=ours\n");
  p.write("a", "theirs\n");
  p.write("b", "theirs\n");
  await p.git("add", ".");
  await p.git("commit", "-qm", "theirs");
  expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged", status: 6 });
  expect((await p.berth("prune")).stdout).toContain("not merged");
  expect(JSON.parse(await p.ok("list", "--git", "--json")).sessions[0].git.merged).toBe(false);
  await p.git("merge", "-q", "--squash", "-X", "theirs", "feature/auth");
  await p.git("checkout", "-q", "feature/auth", "--", "a", "b");
  await p.git("commit", "-qm", "all of it");
  // Git before 2.38 cannot tell: then it is work.
  const tells = (await p.in(p.root, ["git", "merge-tree", "--write-tree", "HEAD", "HEAD"])).status === 0;
  await (tells ? p.ok(...ALL) : p.refused(...ALL));
});

import { expect, test } from "bun:test";
import { gitIn } from "../../../src/sessions/git/git.ts";
import { mergedIn } from "../../../src/sessions/merge/merged-in.ts";
import { finishable } from "../../support/finish.ts";

/** A project whose session has two commits, and the question whether main has them. */
async function asked() {
  const p = await finishable();
  await p.commit(p.tree, "more.txt", "more\n");
  const git = gitIn(p.root, { ...process.env, ...p.env });
  return { ...p, isMerged: () => mergedIn(git)("main", "feature/auth") };
}

test("what is nowhere else is not", async () => {
  const p = await asked();
  expect(await p.isMerged()).toBe(false);
  await p.commit(p.root, "file.txt", "other\n");
  expect(await p.isMerged()).toBe(false);
});

test("a squash is, also where the base has changed the same lines since", async () => {
  const p = await asked();
  await p.git("merge", "-q", "--squash", "feature/auth");
  await p.git("commit", "-qm", "squashed");
  expect(await p.isMerged()).toBe(true);
  await p.commit(p.root, "file.txt", "changed again\n");
  await p.commit(p.root, "more.txt", "changed too\n");
  expect(await p.isMerged()).toBe(true);
});

test("commits that were picked one by one are, also where the base has changed the same lines since", async () => {
  const p = await asked();
  await p.commit(p.root, "other.txt", "other\n");
  await p.git("cherry-pick", "feature/auth~1", "feature/auth");
  await p.commit(p.root, "file.txt", "changed again\n");
  expect(await p.isMerged()).toBe(true);
});

test("where one of two was picked it is not", async () => {
  const p = await asked();
  await p.git("cherry-pick", "feature/auth~1");
  expect(await p.isMerged()).toBe(false);
});

test("a commit on top of what was squashed is not", async () => {
  const p = await asked();
  await p.git("merge", "-q", "--squash", "feature/auth");
  await p.git("commit", "-qm", "squashed");
  await p.commit(p.tree, "third.txt", "third\n");
  expect(await p.isMerged()).toBe(false);
});

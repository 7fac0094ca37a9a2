import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { type Git, gitIn } from "../../../src/sessions/git/git.ts";
import { mergedIn } from "../../../src/sessions/merge/merged-in.ts";
import { finishable } from "../../support/finish.ts";

/** A project whose session has two commits, and the question whether main has them. */
async function asked() {
  const p = await finishable();
  await p.commit(p.tree, "more.txt", "more\n");
  const git = gitIn(p.root, { ...process.env, ...p.env });
  return { ...p, plain: git, isMerged: () => mergedIn(git)("main", "feature/auth") };
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

test("a squash is, also where a merge threw its side away", async () => {
  const p = await asked();
  await p.git("checkout", "-q", "-b", "side");
  await p.git("merge", "-q", "--squash", "feature/auth");
  await p.git("commit", "-qm", "squashed");
  await p.git("checkout", "-q", "main");
  await p.commit(p.root, "other.txt", "other\n");
  await p.git("merge", "-q", "-s", "ours", "--no-edit", "side");
  expect(await p.isMerged()).toBe(true);
});

/** By the bytes of their names. */
const ODD: readonly [string, Uint8Array][] = [
  ["one that git would take for a pattern", Buffer.from(":(exclude)*")],
  ["one that is not UTF-8", Buffer.from([0x61, 0xff])],
];

test.each(ODD)("a squash of a file with an odd name is: %s", async (_, name) => {
  const p = await asked();
  const write = async (text: string) => {
    writeFileSync(Buffer.concat([Buffer.from(`${p.root}/`), name]), text);
    await p.git("add", "-A");
    await p.git("commit", "-qm", text.trim());
  };
  await p.git("checkout", "-q", "-b", "odd");
  await write("odd\n");
  await p.git("checkout", "-q", "main");
  const isMerged = () => mergedIn(p.plain)("main", "odd");
  expect(await isMerged()).toBe(false);
  await p.git("merge", "-q", "--squash", "odd");
  await p.git("commit", "-qm", "squashed");
  await write("changed again\n");
  expect(await isMerged()).toBe(true);
});

test("where the base has nothing to do with its files no patches are compared", async () => {
  const p = await asked();
  await p.commit(p.root, "other.txt", "other\n");
  const calls: string[] = [];
  const counting: Git = Object.assign(
    ((args, options) => {
      calls.push(args.find((word) => !word.startsWith("-")) ?? "");
      return p.plain(args, options);
    }) as Git,
    { directory: p.root },
  );
  expect(await mergedIn(counting)("main", "feature/auth")).toBe(false);
  expect(calls).toEqual(["merge-base", "diff-tree", "rev-list"]);
});

test("more files than a command line has room for", async () => {
  const p = await asked();
  for (let n = 0; n < 250; n++) writeFileSync(`${p.tree}/${n}`, `${n}\n`);
  await p.git("-C", p.tree, "add", "-A");
  await p.git("-C", p.tree, "commit", "-qm", "many");
  await p.commit(p.root, "other.txt", "other\n");
  expect(await p.isMerged()).toBe(false);
  await p.git("merge", "-q", "--squash", "feature/auth");
  await p.git("commit", "-qm", "squashed");
  expect(await p.isMerged()).toBe(true);
});

/** Git's note of a worktree that is moved out of its place is the old one or the new one, and never a part of it. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asideOf, moveAside, putBack } from "../../../src/sessions/git/aside.ts";
import { scratch } from "../../support/berth.ts";

function made() {
  const base = scratch();
  const [admin, path] = [join(base, "admin"), join(base, "tree")];
  mkdirSync(admin);
  mkdirSync(path);
  const old = `${join(path, ".git")}\n`;
  writeFileSync(join(admin, "gitdir"), old);
  return { admin, path, old, note: () => readFileSync(join(admin, "gitdir"), "utf8") };
}

test("it names where the worktree is moved to", () => {
  const { admin, path, note } = made();
  expect(moveAside(admin, path)).toBe(asideOf(path));
  expect(note()).toBe(`${join(asideOf(path), ".git")}\n`);
});

test("one that is relative stays so, and is what it was once the worktree is back", () => {
  const base = scratch();
  const [commonDir, path] = [join(base, "project/.git"), join(base, "tree")];
  const admin = join(commonDir, "worktrees/tree");
  mkdirSync(admin, { recursive: true });
  mkdirSync(path);
  const note = () => readFileSync(join(admin, "gitdir"), "utf8");
  writeFileSync(join(admin, "gitdir"), "../../../../tree/.git\n");
  moveAside(admin, path);
  expect(note()).toBe("../../../../.tree.going/.git\n");
  putBack(commonDir, path);
  expect(note()).toBe("../../../../tree/.git\n");
});

test("where the new one cannot be written, the old one is as it was", () => {
  const { admin, path, old, note } = made();
  mkdirSync(join(admin, "berth-gitdir.tmp"));
  expect(() => moveAside(admin, path)).toThrow();
  expect(note()).toBe(old);
});

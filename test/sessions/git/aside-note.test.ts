/** Git's note of a worktree that is moved out of its place is the old one or the new one, and never a part of it. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asideOf, moveAside } from "../../../src/sessions/git/aside.ts";
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

test("where the new one cannot be written, the old one is as it was", () => {
  const { admin, path, old, note } = made();
  mkdirSync(join(admin, "berth-gitdir.tmp"));
  expect(() => moveAside(admin, path)).toThrow();
  expect(note()).toBe(old);
});

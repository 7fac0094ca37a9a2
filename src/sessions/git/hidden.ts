import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Git, must } from "./git.ts";
import type { Indexed } from "./nested.ts";
import { quoted } from "./quoted.ts";
import { statusOf } from "./worktree-directory.ts";
import { UNREADABLE } from "./unreadable.ts";

/**
 * Which files are changed that `git status` was told not to see: `update-index --assume-unchanged` and
 * `--skip-worktree`. What cannot be compared counts as changed, and what is missing does not, as in a sparse checkout.
 *
 * @param files the index
 */
export async function hiddenChanges(worktree: Git, files: readonly Indexed[]): Promise<string[]> {
  const hidden = files.filter(({ tag }) => /^[a-zS]$/.test(tag));
  const found = hidden.map((file) => ({
    ...file,
    is: comparison(join(worktree.directory, file.path), file),
  }));
  const asked = found.filter(({ is }) => is === "content");
  const input = asked.map(({ path }) => `${quoted(path)}\n`).join("");
  const out = asked.length === 0
    ? ""
    : await must(worktree, "compare files", ["hash-object", "--stdin-paths"], { input });
  const blobs = out.split("\n");
  const differ = asked.filter(({ blob }, index) => blob !== blobs[index]);
  return [...differ, ...found.filter(({ is }) => is === "changed")].map(({ path }) => path);
}

/** What a look at the path tells; `content`: it is a file, whose content git has to compare. */
function comparison(path: string, { mode, blob }: Indexed): "same" | "changed" | "content" {
  const there = statusOf(path);
  if (there === null) return path.includes(UNREADABLE) ? "changed" : "same";
  if (mode.startsWith("100")) return there.isFile() ? "content" : "changed";
  if (mode === "120000") return there.isSymbolicLink() && blob === linkBlob(path, blob) ? "same" : "changed";
  // A submodule that nobody initialised is an empty directory.
  return there.isDirectory() && readdirSync(path).length === 0 ? "same" : "changed";
}

/**
 * The object that git keeps for a symbolic link: its target.
 *
 * @param like the name of another object, whose length tells the repository's hash
 */
function linkBlob(path: string, like: string): string {
  const target = readlinkSync(path, { encoding: "buffer" });
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash(like.length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${target.length}\0`).update(target).digest("hex");
}

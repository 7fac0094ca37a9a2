/** What people have in a worktree that is nowhere else. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "./project.ts";

export const commit = (p: Project, tree: string, text: string) =>
  p.git("-C", tree, "-c", "user.name=x", "commit", "-q", "--allow-empty", "-m", text);

/** A repository with a commit and a file that it has not. */
export async function repository(p: Project, directory: string): Promise<void> {
  await p.git("init", "-q", directory);
  await commit(p, directory, "inner");
  writeFileSync(join(directory, "new"), "new");
}

export const ignoreVendor = (p: Project) => p.write(".git/info/exclude", "vendor/\n/.worktrees/\n");

export type Work = readonly [string, (p: Project, tree: string) => Promise<unknown> | unknown];

export const WORK: readonly Work[] = [
  ["a change", (_, tree) => writeFileSync(join(tree, "file.txt"), "changed")],
  ["a staged change", async (p, tree) => {
    writeFileSync(join(tree, "file.txt"), "changed");
    await p.git("-C", tree, "add", ".");
  }],
  ["files on a branch without a commit, some of them staged", async (p, tree) => {
    await p.git("-C", tree, "checkout", "-q", "--orphan", "fresh");
    writeFileSync(join(tree, "file.txt"), "changed");
    writeFileSync(join(tree, "new"), "new");
  }],
  ["an untracked file where nothing else is, on a branch without a commit", async (p, tree) => {
    await p.git("-C", tree, "switch", "-q", "--orphan", "fresh");
    writeFileSync(join(tree, "new"), "new");
  }],
  ["an untracked file", (_, tree) => writeFileSync(join(tree, "new"), "new")],
  ["an untracked file that status is told not to show", async (p, tree) => {
    await p.git("config", "status.showUntrackedFiles", "no");
    writeFileSync(join(tree, "new"), "new");
  }],
  ["a file that core.ignorecase hides behind another", async (p, tree) => {
    await p.git("config", "core.ignorecase", "true");
    writeFileSync(join(tree, "FILE.txt"), "other");
  }],
  ["a file in a split index", async (p, tree) => {
    await p.git("-C", tree, "update-index", "--split-index");
    writeFileSync(join(tree, "new"), "staged");
    await p.git("-C", tree, "add", "new");
    writeFileSync(join(tree, "new"), "changed");
  }],
  ["a change hidden by assume-unchanged", async (p, tree) => {
    await p.git("-C", tree, "update-index", "--assume-unchanged", "file.txt");
    writeFileSync(join(tree, "file.txt"), "hidden");
  }],
  ["a change hidden by skip-worktree", async (p, tree) => {
    await p.git("-C", tree, "update-index", "--skip-worktree", "file.txt");
    writeFileSync(join(tree, "file.txt"), "hidden");
  }],
  ...["two\nlines", '"quoted"', "back\\slash\ttab"].map((
    name,
  ): [string, (p: Project, tree: string) => Promise<unknown>] => [
    `a hidden change of ${JSON.stringify(name)}`,
    async (p, tree) => {
      writeFileSync(join(tree, name), "one");
      await p.git("-C", tree, "add", ".");
      await p.git("-C", tree, "commit", "-qm", "name");
      await p.git("-C", tree, "update-index", "--skip-worktree", name);
      writeFileSync(join(tree, name), "hidden");
    },
  ]),
  ["a hidden file that is a link now", async (p, tree) => {
    await p.git("-C", tree, "update-index", "--skip-worktree", "file.txt");
    rmSync(join(tree, "file.txt"));
    symlinkSync("nowhere", join(tree, "file.txt"));
  }],
  ["a hidden link that leads elsewhere now", async (p, tree) => {
    symlinkSync("file.txt", join(tree, "link"));
    await p.git("-C", tree, "add", ".");
    await p.git("-C", tree, "commit", "-qm", "link");
    await p.git("-C", tree, "update-index", "--assume-unchanged", "link");
    rmSync(join(tree, "link"));
    symlinkSync("nowhere", join(tree, "link"));
  }],
  ["a hidden link that is a file now", async (p, tree) => {
    symlinkSync("file.txt", join(tree, "link"));
    await p.git("-C", tree, "add", ".");
    await p.git("-C", tree, "commit", "-qm", "link");
    await p.git("-C", tree, "update-index", "--skip-worktree", "link");
    rmSync(join(tree, "link"));
    writeFileSync(join(tree, "link"), "file.txt");
  }],
  ["a hidden file whose name is not UTF-8", async (p, tree) => {
    const script = "n=$(printf 'caf\\351'); echo 1 >$n; git add .; git commit -qm n; ";
    await p.in(tree, ["sh", "-c", `${script} git update-index --skip-worktree $n; echo 2 >$n`]);
  }],
  ["a file in the place of a submodule", async (p, tree) => {
    await p.git("-C", tree, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},part`);
    await p.git("-C", tree, "commit", "-qm", "part");
    await p.git("-C", tree, "update-index", "--skip-worktree", "part");
    writeFileSync(join(tree, "part"), "w");
  }],
  ["a file in the place of a directory with hidden files", async (p, tree) => {
    mkdirSync(join(tree, "dir"));
    writeFileSync(join(tree, "dir/a"), "a");
    await p.git("-C", tree, "add", ".");
    await p.git("-C", tree, "commit", "-qm", "dir");
    await p.git("-C", tree, "update-index", "--skip-worktree", "dir/a");
    rmSync(join(tree, "dir"), { recursive: true });
    writeFileSync(join(tree, "dir"), "w");
  }],
  ["a repository inside", async (p, tree) => {
    await p.git("init", "-q", join(tree, "inner"));
    await commit(p, join(tree, "inner"), "inner");
  }],
  ["a worktree inside that somebody else made", async (p, tree) => {
    await p.git("-C", tree, "worktree", "add", "-q", ".worktrees/agent", "-b", "agent");
    writeFileSync(join(tree, ".worktrees/agent/new"), "new");
  }],
  ["a repository in an ignored directory", async (p, tree) => {
    await ignoreVendor(p);
    await repository(p, join(tree, "vendor"));
  }],
  ["a repository deep in an ignored directory", async (p, tree) => {
    await ignoreVendor(p);
    await repository(p, join(tree, "vendor/some/where/inner"));
  }],
  ["a repository without a checkout in an ignored directory", async (p, tree) => {
    await ignoreVendor(p);
    await p.git("clone", "-q", "--bare", p.root, join(tree, "vendor/bare.git"));
  }],
  ["a repository in a directory that the outer one has files of", async (p, tree) => {
    mkdirSync(join(tree, "src"));
    writeFileSync(join(tree, "src/a"), "a");
    await p.git("-C", tree, "add", ".");
    await p.git("-C", tree, "commit", "-qm", "src");
    await p.git("init", "-q", join(tree, "src"));
    await commit(p, join(tree, "src"), "inner");
  }],
  ["a repository that was added as it is", async (p, tree) => {
    await p.git("init", "-q", join(tree, "inner"));
    await commit(p, join(tree, "inner"), "inner");
    await p.git("-C", tree, "-c", "advice.addEmbeddedRepo=false", "add", "inner");
    await p.git("-C", tree, "commit", "-qm", "inner");
  }],
  ...["worktree/keep", "bisect/bad", "rewritten/onto"].map((
    ref,
  ): [string, (p: Project, tree: string) => Promise<unknown>] => [
    `a commit that only refs/${ref} holds`,
    async (p, tree) => {
      await commit(p, tree, "own");
      await p.git("-C", tree, "update-ref", `refs/${ref}`, "HEAD");
      await p.git("-C", tree, "reset", "-q", "--hard", "HEAD~");
    },
  ]),
  ["commits on no branch", async (p, tree) => {
    await p.git("-C", tree, "checkout", "-q", "--detach");
    await commit(p, tree, "detached");
  }],
  ["an unfinished merge", async (p, tree) => {
    await commit(p, p.root, "other");
    await commit(p, tree, "own");
    await p.git("-C", tree, "merge", "-q", "--no-commit", "--no-ff", "main");
  }],
  ["what is left of several picks", async (p, tree) => {
    await p.git("checkout", "-qb", "side");
    for (const text of ["1", "2", "3"]) {
      p.write("file.txt", text);
      await p.git("commit", "-qam", text);
    }
    writeFileSync(join(tree, "file.txt"), "own");
    await p.git("-C", tree, "commit", "-qam", "own");
    await p.in(tree, ["git", "cherry-pick", "side~2", "side~1", "side"]);
    writeFileSync(join(tree, "file.txt"), "both");
    await p.git("-C", tree, "commit", "-qam", "both");
  }],
  ["a lock", (p, tree) => p.git("worktree", "lock", tree)],
];

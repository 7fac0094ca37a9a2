/** Projects with sessions that are to be finished. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Project, project } from "./project.ts";

const [, major = "0", minor = "0"] =
  /(\d+)\.(\d+)/.exec(Bun.spawnSync(["git", "--version"]).stdout.toString()) ?? [];

/** Whether the git here is that new: with 2.30, which `npm run test:oldest-git` brings, some ways end elsewhere. */
export const isGit = (wanted: number): boolean => Number(major) > 2 || Number(minor) >= wanted;

/** What a merge into a base that is checked out nowhere takes: `git merge-tree --write-tree`. */
export const MERGES_ALONE = isGit(38);

export interface Finishable extends Project {
  /** The worktree of session `auth`. */
  readonly tree: string;
  /** Write a file in a directory and commit it there. @returns the commit */
  commit(directory: string, file: string, text: string): Promise<string>;
  /** What `git log --format=%s` says of a branch, the newest first. */
  subjects(branch?: string): Promise<string[]>;
  head(directory: string): Promise<string>;
}

/** A project with a session `auth` that has one commit: `file.txt` holds `mine`. */
export async function finishable(): Promise<Finishable> {
  const p = extended(await project(), "");
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  await p.commit(tree, "file.txt", "mine\n");
  return { ...p, tree };
}

export function extended(p: Project, tree: string): Finishable {
  const self: Finishable = {
    ...p,
    tree,
    async commit(directory, file, text) {
      writeFileSync(join(directory, file), text);
      await p.git("-C", directory, "add", "--", file);
      await p.git("-C", directory, "commit", "-qm", `${file}: ${text.trim()}`);
      return await self.head(directory);
    },
    subjects: async (branch = "main") => (await p.git("log", "--format=%s", branch, "--")).trim().split("\n"),
    head: async (directory) => (await p.git("-C", directory, "rev-parse", "HEAD")).trim(),
  };
  return self;
}

/** Everything that a refusal must leave as it was: refs, worktrees, files, the session. */
export async function all(p: Finishable): Promise<unknown> {
  const status = async (directory: string) => await p.git("-C", directory, "status", "--porcelain");
  return [
    await p.git("for-each-ref", "--format=%(refname) %(objectname)"),
    await p.git("worktree", "list", "--porcelain"),
    await status(p.root),
    await status(p.tree),
    p.stored("sessions"),
    p.stored("archive"),
    (await p.session("auth"))["pending"],
  ];
}

import type { Git } from "./git.ts";
import { adminOf } from "./link.ts";
import { type Loss, unfinished } from "./risk.ts";

/** What git still has of a worktree whose directory is gone: somebody deleted it, or moved it without telling git. */
export interface Gone {
  /** Git's own directory for it. */
  readonly admin: string;
  /** Git for that worktree, as far as that goes without its files. */
  readonly git: Git;
}

/** @param path where the directory was; null where git knows nothing of it */
export function goneAt(main: Git, commonDir: string, path: string): Gone | null {
  const admin = adminOf(commonDir, path);
  if (admin === null) return null;
  const git: Git = Object.assign(
    ((args, options = {}) => main(args, { ...options, marks: { ...options.marks, GIT_DIR: admin } })) as Git,
    { directory: main.directory },
  );
  return { admin, git };
}

/** What only git's own directory holds by now: what was staged, and what was begun and not ended. */
export async function lossesOf({ admin, git }: Gone): Promise<Loss[]> {
  const { status, out } = await git(["diff-index", "--cached", "--name-only", "-z", "HEAD"]);
  // Before the first commit there is nothing to compare with.
  const names = status === 0 ? out : (await git(["ls-files", "-z"])).out;
  const count = names.split("\0").length - 1;
  return [...count === 0 ? [] : [{ kind: "staged", count } as const], ...unfinished(admin)];
}

import { existsSync, readdirSync, realpathSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SessionRecord } from "../../store/record.ts";
import { findBranch } from "../git/branch.ts";
import type { Git } from "../git/git.ts";
import { must } from "../git/git.ts";
import { readMarker, writeMarker } from "../git/marker.ts";
import type { Repository } from "../git/repository.ts";
import { adminDirectory, linkOf, statusOf } from "../git/worktree-directory.ts";
import { registerWorktree } from "../git/worktree.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { isInside } from "../model/worktree-path.ts";
import { change } from "../runs/runs.ts";
import { markerOf } from "../git/marker-of.ts";

/** Git's own directory for the worktree of a session, by what berth left there. */
export function adminOfSession(commonDir: string, id: string): string | null {
  const all = join(commonDir, "worktrees");
  if (!existsSync(all)) return null;
  return readdirSync(all).map((name) => join(all, name)).find((admin) => readMarker(admin)?.id === id) ??
    null;
}

/**
 * Make a directory that is no worktree any more into one again: its `.git` file is written anew, and where git has
 * forgotten it, it is registered again with every file kept and an index made from its branch.
 *
 * @param main git in the repository's root
 * @param index left out where `complete` is to make it, with the files that are missing
 */
export async function relink(
  main: Git,
  { commonDir }: Pick<Repository, "commonDir">,
  record: SessionRecord,
  index: "made" | "left out" = "made",
): Promise<void> {
  const { worktree = "", branch } = record.project ?? {};
  const admin = adminOfSession(commonDir, record.id) ?? await registered(main, commonDir, record, branch);
  writeFileSync(join(worktree, ".git"), `gitdir: ${admin}\n`);
  writeFileSync(join(admin, "gitdir"), `${join(worktree, ".git")}\n`);
  writeMarker(admin, markerOf(record));
  if (index === "made" && !existsSync(join(admin, "index"))) {
    await must(main, "make the index", ["-C", worktree, "reset", "--quiet"]);
  }
}

/** Have git make its part somewhere else, and take the place away again: nothing of the files is touched. */
async function registered(
  main: Git,
  commonDir: string,
  { id, project }: SessionRecord,
  branch: string | undefined,
): Promise<string> {
  const beside = `${project?.worktree}.making`;
  const found = branch === undefined ? undefined : await findBranch(main, branch);
  const free = found !== undefined && (found.checkedOutAt === null || !existsSync(found.checkedOutAt));
  const at = free ? branch ?? "HEAD" : found?.commit ?? "HEAD";
  await registerWorktree(main, id, beside, { at, detach: !free, checkout: false });
  const admin = adminDirectory(commonDir, beside);
  rmSync(join(beside, ".git"), { force: true });
  rmdirSync(beside);
  return admin ?? beside;
}

/** Where a worktree is that somebody moved: itself, or with its repository. */
export interface MovedTo {
  readonly root: string;
  readonly worktree: string;
}

/**
 * Where the worktree of a session went that is not at its place any more.
 *
 * @param repository the one that could have it
 * @returns null where it is not there either
 */
export function movedTo({ root, commonDir }: Repository, { id, project }: SessionRecord): MovedTo | null {
  const admin = adminOfSession(commonDir, id);
  if (admin === null || project?.worktree === undefined) return null;
  const back = linkOf(admin);
  const named = back === null ? null : dirname(back);
  // Moved with the repository: git's own files still name the old place.
  const along = isInside(project.root, project.worktree)
    ? join(root, project.worktree.slice(project.root.length))
    : null;
  for (const path of [named, along]) {
    if (path === null || path === project.worktree && root === project.root) continue;
    if (isPlain(path)) return { root, worktree: path };
  }
  return null;
}

const isPlain = (path: string): boolean => statusOf(path)?.isDirectory() === true;

/** Bind a session to where its worktree is now. */
export async function follow(
  deps: Dependencies,
  main: Git,
  repository: Repository,
  record: SessionRecord,
  { root, worktree }: MovedTo,
): Promise<void> {
  const moved = await change(deps, record.id, ({ project }) => {
    if (project === undefined) return false;
    Object.assign(project, { root, worktree: realpathSync(worktree) });
    return undefined;
  }, false);
  await relink(main, repository, moved);
}

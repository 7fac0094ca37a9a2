import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../errors/errors.ts";
import { excludeWorktrees } from "./exclude.ts";
import { type Git, lastLine, must } from "./git.ts";
import { type Marker, readMarker, writeMarker } from "./marker.ts";
import { adminDirectory, checkPlace } from "./worktree-directory.ts";
import { below, isInside } from "../model/worktree-path.ts";
import type { ListedWorktree } from "./listed-worktree.ts";
import { listWorktrees, lockIn } from "./worktree-list.ts";

/** What git carries in its environment while it makes or removes the worktree of a session. */
export const stepMarks = (id: string): Readonly<Record<string, string>> => ({ BERTH_STEP: id });

/** A worktree that is to be made. */
export interface Wanted {
  readonly root: string;
  readonly commonDir: string;
  readonly path: string;
  /** Its branch is there, and checked out nowhere. */
  readonly marker: Marker;
}

/**
 * Make the worktree and mark it as ours.
 *
 * @param meanwhile what is done while git makes it
 * @throws `worktree_refused` where something is in the way; `git_failed`
 */
export async function addWorktree(git: Git, wanted: Wanted, meanwhile: () => Promise<void>): Promise<void> {
  const { root, commonDir, path, marker } = wanted;
  if (checkPlace(root, path)) throw fail("worktree_refused", { path, why: "something is there already" });
  mkdirSync(dirname(path), { recursive: true });
  excludeWorktrees(commonDir, below(root, dirname(path)));
  const options = { marks: stepMarks(marker.id), meanwhile };
  await must(git, "make the worktree", ["worktree", "add", "--quiet", path, marker.branch], options);
  const admin = adminDirectory(commonDir, path);
  if (admin === null) {
    throw fail("git_failed", { action: "make the worktree", why: `${path} has no .git file` });
  }
  writeMarker(admin, marker);
}

/** How a worktree begins. */
export interface Beginning {
  /** A branch, or a commit. */
  readonly at: string;
  readonly detach: boolean;
  /** Whether git fills it; otherwise the caller does. */
  readonly checkout: boolean;
}

/**
 * Make a worktree where one was before, also where git still has it on its list.
 *
 * @param id the session, by which git is found when it outlives us
 */
export async function registerWorktree(
  git: Git,
  id: string,
  path: string,
  { at, detach, checkout }: Beginning,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const how = [...detach ? ["--detach"] : [], ...checkout ? [] : ["--no-checkout"], "--force"];
  const args = ["worktree", "add", "--quiet", ...how, path, at];
  await must(git, "make the worktree", args, { marks: stepMarks(id) });
}

/**
 * Check that git works in a worktree that was just made: settings of the repository (`core.bare`, `core.worktree`) may
 * speak against it.
 *
 * @throws `git_failed`
 */
export async function checkWorktree(worktree: Git): Promise<void> {
  const out = await must(worktree, "work in the new worktree", ["rev-parse", "--is-inside-work-tree"]);
  if (out.trim() === "true") return;
  const why = "git takes it for no working tree; see core.bare and core.worktree of the repository";
  throw fail("git_failed", { action: "work in the new worktree", why });
}

/** What is known of the worktree at a path of ours. */
export interface InspectedWorktree {
  /** Whether there is a directory. */
  readonly exists: boolean;
  /** How git has it, null when it does not know it. */
  readonly listed: ListedWorktree | null;
  /** Git's own directory for it, null when its `.git` file does not lead there. */
  readonly admin: string | null;
  readonly marker: Marker | null;
  /** The repository's other worktrees below it. */
  readonly inside: readonly string[];
  /** All of the repository's worktrees, the main one first. */
  readonly all: readonly ListedWorktree[];
}

/**
 * Look at a worktree before it is touched.
 *
 * @throws `worktree_refused` where its path is not a plain directory in the workspace's own folder, or is the main
 *   checkout
 */
export async function inspectWorktree(
  git: Git,
  { root, commonDir, path }: Pick<Wanted, "root" | "commonDir" | "path">,
): Promise<InspectedWorktree> {
  const exists = checkPlace(root, path);
  const all = await listWorktrees(git, { root, commonDir });
  const [main, ...linked] = all;
  if (main?.path === path) throw fail("worktree_refused", { path, why: "it is the main checkout" });
  const known = linked.find((one) => one.path === path) ?? null;
  const admin = exists ? adminDirectory(commonDir, path) : null;
  const listed = known === null || admin === null
    ? known
    : { ...known, locked: known.locked ?? lockIn(admin) };
  const inside = linked.map((one) => one.path).filter((one) => one !== path && isInside(path, one));
  return { exists, listed, admin, marker: admin === null ? null : readMarker(admin), inside, all };
}

/** What git goes past when it removes a worktree; `all`: also a lock. */
export type Force = "nothing" | "changes" | "all";

const FORCE: Readonly<Record<Force, readonly string[]>> = {
  nothing: [],
  changes: ["--force"],
  all: ["--force", "--force"],
};

/**
 * Let git remove the worktree. There is no other way here that deletes files.
 *
 * @param force what the caller has checked, or was told to go past
 */
export async function removeWorktree(
  git: Git,
  id: string,
  path: string,
  force: Force,
  { place = path, meanwhile }: Removal = {},
): Promise<void> {
  const action = "remove the worktree";
  const options = { action, marks: stepMarks(id), ...meanwhile === undefined ? {} : { meanwhile } };
  const { status, err } = await git(["worktree", "remove", ...FORCE[force], "--", path], options);
  if (status !== 0) throw fail("git_failed", { action, why: lastLine(err, status).replaceAll(path, place) });
  // Ignored files that came into being meanwhile, or a mount: git leaves the directory and says nothing.
  if (existsSync(path)) throw fail("git_failed", { action, why: `${place} is still there` });
}

/** What else there is to a removal. */
export interface Removal {
  /** Where the worktree is once it is back, if it stays; what is told names that. */
  readonly place?: string;
  /** What is done while git is at work. */
  readonly meanwhile?: () => Promise<void>;
}

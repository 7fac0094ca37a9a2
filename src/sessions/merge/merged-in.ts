import { type Git, must } from "../git/git.ts";
import { changesNothing } from "../git/merge-drivers.ts";
import { UNREADABLE } from "../git/unreadable.ts";

/** Commits of the base, the newest first, that are compared with what a branch changed. */
const COMPARED = 500;

/**
 * Whether a base has everything that a branch changed under other commits: squashed, rebased or picked. The commits are
 * compared as git compares patches (git-patch-id(1)), so it is seen too where the base has changed the same lines since.
 */
export const mergedIn = (git: Git) => async (base: string, commit: string): Promise<boolean> => {
  const fork = await git(["merge-base", base, commit]);
  if (fork.status !== 0) return false;
  const from = fork.out.trim();
  const paths = await pathsBetween(git, from, commit);
  // Commits that change nothing say something, or they would not be there.
  if (paths?.length === 0) return false;
  if (paths !== null && !(await areTouched(git, from, base, paths))) return false;
  return await changesNothing(told(git), base, commit) || await arePicked(git, base, commit) ||
    await isSquashed(git, base, commit, from);
};

/** With more of them a command line may be too long. */
const MOST_PATHS = 200;

/** What differs between two commits. @returns null where git could not be asked about these paths */
async function pathsBetween(git: Git, from: string, to: string): Promise<string[] | null> {
  const how = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--ignore-submodules=none"];
  const { status, out } = await git([...how, from, to]);
  if (status !== 0 || out.includes(UNREADABLE)) return null;
  const paths = out.split("\0").filter((path) => path !== "");
  return paths.length > MOST_PATHS ? null : paths;
}

/**
 * Whether any commit of the base since then has to do with these paths: where none has, nothing of what was changed there
 * is in it, and no patch need be compared.
 */
async function areTouched(git: Git, from: string, base: string, paths: readonly string[]): Promise<boolean> {
  // Also what a merge threw away again.
  const how = [
    "--literal-pathspecs",
    "rev-list",
    "--full-history",
    "--max-count=1",
    `${from}..${base}`,
    "--",
  ];
  const { status, out } = await git([...how, ...paths]);
  return status !== 0 || out !== "";
}

/** What git printed; null where it failed. */
const told = (git: Git) => async (...args: string[]): Promise<string | null> => {
  const { status, out } = await git(args);
  return status === 0 ? out : null;
};

/** Whether the base has a commit with the same change for each of the branch's. */
async function arePicked(git: Git, base: string, commit: string): Promise<boolean> {
  const merges = ["rev-list", "--merges", "--max-count=1", `${base}..${commit}`, "--"];
  // `git cherry` passes over merges, and what was solved in one may be nowhere else.
  if ((await must(git, "look for merges", merges)).trim() !== "") return false;
  const { status, out } = await git(["cherry", base, commit]);
  const lines = out.split("\n").filter((line) => line !== "");
  return status === 0 && lines.length > 0 && lines.every((line) => line.startsWith("-"));
}

/** Whether one commit of the base is the branch's whole change. */
async function isSquashed(git: Git, base: string, commit: string, fork: string): Promise<boolean> {
  const [whole] = await patchIds(git, await must(git, "compare", ["diff-tree", "-p", fork, commit]));
  if (whole === undefined) return false;
  const how = ["rev-list", "--no-merges", `--max-count=${COMPARED}`, `${fork}..${base}`, "--"];
  const commits = await must(git, "look for commits", how);
  if (commits === "") return false;
  const patches = await must(git, "compare", ["diff-tree", "--stdin", "-p", "-r"], { input: commits });
  return (await patchIds(git, patches)).includes(whole);
}

/** The ID of each patch in a text, which has a line with the commit before each but the first. */
async function patchIds(git: Git, patches: string): Promise<string[]> {
  if (patches === "") return [];
  const out = await must(git, "compare patches", ["patch-id", "--stable"], { input: patches });
  return out.split("\n").flatMap((line) => line === "" ? [] : [line.split(" ", 1)[0] ?? ""]);
}

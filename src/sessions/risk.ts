import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Git, must } from "./git.ts";
import type { Found } from "./worktree.ts";

/** What in a worktree would be lost, in words that follow "it has": `2 changed files`. Empty: nothing. */
export interface Risk {
  readonly lost: readonly string[];
  /** Whether git has to be told to, though nothing is lost: it removes no worktree with submodules by itself. */
  readonly needsForce: boolean;
}

/** Files in git's directory of a worktree that stand for a step which was begun and not ended. */
const UNFINISHED = {
  "rebase-merge": "rebase",
  "rebase-apply": "rebase",
  MERGE_HEAD: "merge",
  CHERRY_PICK_HEAD: "cherry-pick",
  REVERT_HEAD: "revert",
  BISECT_LOG: "bisect",
} as const;

/**
 * What a removal of the worktree would lose.
 *
 * @param git in the repository's main checkout
 * @param worktree git in the worktree, used only where `found.admin` shows that it leads to its own
 */
export async function assess(git: Git, worktree: Git, { exists, listed, admin }: Found): Promise<Risk> {
  const lost: string[] = [];
  if (listed !== null && listed.locked !== null) {
    lost.push(listed.locked === "" ? "a lock" : `a lock (${listed.locked})`);
  }
  if (listed !== null && listed.branch === null && listed.head !== null) {
    lost.push(...await unreferenced(git, listed.head));
  }
  if (!exists || admin === null) return { lost, needsForce: false };
  const files = await indexed(worktree);
  lost.push(...await changes(worktree), ...await hiddenChanges(worktree, files), ...unfinished(admin));
  if (existsSync(join(admin, "modules"))) lost.push("submodules with repositories of their own");
  return { lost, needsForce: files.some(({ mode }) => mode === "160000") };
}

/** Commits of a detached HEAD that nothing else holds. */
async function unreferenced(git: Git, head: string): Promise<string[]> {
  const others = ["--not", "--branches", "--tags", "--remotes"];
  const out = await must(git, "look for commits", ["rev-list", "--count", head, ...others, "--"]);
  return Number(out) > 0 ? [count(Number(out), "commit") + " on no branch"] : [];
}

async function changes(worktree: Git): Promise<string[]> {
  const how = ["--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none", "--no-renames"];
  const out = await must(worktree, "look for changes", ["status", ...how]);
  const entries = out.split("\0").filter((entry) => entry !== "");
  const untracked = entries.filter((entry) => entry.startsWith("??")).length;
  const changed = entries.length - untracked;
  return [
    ...changed > 0 ? [count(changed, "changed file")] : [],
    ...untracked > 0 ? [count(untracked, "untracked file")] : [],
  ];
}

/** One file of the index: git's tag for it (`H`, `S` skip-worktree, lowercase assume-unchanged), mode, blob. */
interface Indexed {
  readonly tag: string;
  readonly mode: string;
  readonly blob: string;
  readonly path: string;
}

async function indexed(worktree: Git): Promise<Indexed[]> {
  const out = await must(worktree, "list the files", ["ls-files", "-s", "-v", "-z"]);
  return out.split("\0").filter((line) => line !== "").map((line) => {
    const [tag = "", mode = "", blob = ""] = line.split(/[ \t]/, 3);
    return { tag, mode, blob, path: line.slice(line.indexOf("\t") + 1) };
  });
}

/** Changes that `git status` was told not to see: `update-index --assume-unchanged` and `--skip-worktree`. */
async function hiddenChanges(worktree: Git, files: readonly Indexed[]): Promise<string[]> {
  const hidden = files.filter(({ tag, mode, path }) =>
    /^[a-zS]$/.test(tag) && mode.startsWith("100") && !path.includes("\n") &&
    existsSync(join(worktree.directory, path))
  );
  if (hidden.length === 0) return [];
  const input = hidden.map(({ path }) => `${path}\n`).join("");
  const blobs = (await must(worktree, "compare files", ["hash-object", "--stdin-paths"], { input })).split(
    "\n",
  );
  const changed = hidden.filter(({ blob }, index) => blob !== blobs[index]).length;
  return changed > 0 ? [`${count(changed, "changed file")} that git was told to pass over`] : [];
}

function unfinished(admin: string): string[] {
  const found = Object.entries(UNFINISHED).filter(([file]) => existsSync(join(admin, file)));
  return [...new Set(found.map(([, what]) => `an unfinished ${what}`))];
}

/** How many ignored files a removal would take along; git counts none of them as work. */
export async function ignoredFiles(worktree: Git): Promise<number> {
  const how = ["--others", "--ignored", "--exclude-standard", "-z"];
  const out = await must(worktree, "list ignored files", ["ls-files", ...how]);
  return out.split("\0").length - 1;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

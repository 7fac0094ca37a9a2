import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Git, must } from "./git.ts";
import { hiddenChanges } from "./hidden.ts";
import { look, type LookAtFiles } from "./look.ts";
import { type Indexed, nestedRepositories } from "./nested.ts";
import { elsewhere, trackedRemotes } from "./remote-refs.ts";
import { areSubmodulesSafe } from "./submodules.ts";
import type { InspectedWorktree } from "./worktree.ts";

/** One thing in a worktree that would be lost. */
export type Loss =
  | { readonly kind: "lock"; readonly reason: string }
  | { readonly kind: "commits"; readonly count: number }
  | { readonly kind: "changed"; readonly count: number; readonly missing: number }
  | { readonly kind: "staged"; readonly count: number }
  | { readonly kind: "untracked"; readonly count: number }
  | { readonly kind: "hidden"; readonly count: number }
  | { readonly kind: "unfinished"; readonly step: string }
  | { readonly kind: "submodules" }
  | { readonly kind: "repositories"; readonly count: number }
  | { readonly kind: "worktrees"; readonly count: number }
  | { readonly kind: "maker" };

/** What a removal of a worktree would mean. */
export interface Risk {
  /** Empty: nothing. */
  readonly lost: readonly Loss[];
  /** Whether git has to be told to, though nothing is lost: it removes no worktree by itself that has or had submodules. */
  readonly needsForce: boolean;
  /** Ignored files that would go along, by their paths in the worktree; git counts none of them as work. */
  readonly ignored: readonly string[];
  /** The index. */
  readonly files: readonly Indexed[];
  /** Repositories that git does not look into. */
  readonly nested: readonly string[];
  /** Changed and untracked files, by their paths in the worktree. */
  readonly changed: readonly string[];
  /** Directories that git could not look into, and so cannot remove either, by their paths in the worktree. */
  readonly unseen: readonly string[];
}

/** Files in git's directory of a worktree that stand for a step which was begun and not ended. */
const UNFINISHED = {
  "rebase-merge": "rebase",
  "rebase-apply": "rebase",
  MERGE_HEAD: "merge",
  CHERRY_PICK_HEAD: "cherry-pick",
  REVERT_HEAD: "revert",
  BISECT_LOG: "bisect",
  // All that is left of several picks, or reverts, once the one that stopped was committed.
  sequencer: "sequence of picks or reverts",
} as const;

/** Refs that each worktree has for itself, beside its HEAD (git-worktree(1)). */
const OWN_REFS = ["refs/worktree", "refs/bisect", "refs/rewritten"];

/**
 * What a removal of the worktree would lose.
 *
 * @param git in the repository's main checkout
 * @param worktree git in the worktree, used only where `found.admin` shows that it leads to its own
 * @param asked the answer of `look`, where it was asked for ahead
 */
export async function assess(
  git: Git,
  worktree: Git,
  found: InspectedWorktree,
  asked?: Promise<LookAtFiles>,
): Promise<Risk> {
  const { exists, listed, admin, inside, marker } = found;
  const own = exists && admin !== null;
  const starts = [
    ...listed !== null && listed.branch === null && listed.head !== null ? [listed.head] : [],
    ...own && mayHaveRefs(admin) ? await ownRefs(worktree) : [],
  ];
  const lost: Loss[] = [
    ...listed !== null && listed.locked !== null ? [{ kind: "lock", reason: listed.locked } as const] : [],
    ...counted("commits", await unreferenced(git, starts)),
    ...counted("worktrees", inside.filter((path) => existsSync(path)).length),
  ];
  if (exists && marker === null) lost.push({ kind: "maker" });
  if (!own) return { lost, needsForce: false, ignored: [], files: [], nested: [], changed: [], unseen: [] };
  const { files, ignored, changed, missing, untracked, unseen } = await (asked ?? look(worktree));
  const nested = nestedRepositories(worktree.directory, files, ignored).filter((path) =>
    !inside.includes(path)
  );
  if (changed.length > 0) lost.push({ kind: "changed", count: changed.length, missing });
  lost.push(...counted("untracked", untracked.length));
  lost.push(...counted("hidden", (await hiddenChanges(worktree, files)).length));
  lost.push(...unfinished(admin), ...counted("repositories", nested.length));
  if (!(await areSubmodulesSafe(worktree, admin))) lost.push({ kind: "submodules" });
  return {
    lost,
    needsForce: files.some(({ mode }) => mode === "160000") || existsSync(join(admin, "modules")),
    ignored,
    files,
    nested,
    changed: [...changed, ...untracked],
    unseen,
  };
}

/** A loss in words that follow "it has": `2 changed files`. */
export function inWords(loss: Loss): string {
  switch (loss.kind) {
    case "lock":
      return loss.reason === "" ? "a lock" : `a lock (${loss.reason})`;
    case "commits":
      return `${count(loss.count, "commit")} on no branch`;
    case "changed":
      return count(loss.count, "changed file");
    case "staged":
      return `${count(loss.count, "staged file")}, though its directory is gone`;
    case "untracked":
      return count(loss.count, "untracked file");
    case "hidden":
      return `${count(loss.count, "changed file")} that git was told to pass over`;
    case "unfinished":
      return `an unfinished ${loss.step}`;
    case "submodules":
      return "submodules with repositories of their own";
    case "repositories":
      return count(loss.count, "repository", "repositories") + " inside";
    case "worktrees":
      return `${count(loss.count, "other worktree")} inside`;
    case "maker":
      return "another maker than berth";
  }
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

function counted<K extends "commits" | "untracked" | "hidden" | "repositories" | "worktrees">(
  kind: K,
  n: number,
): { readonly kind: K; readonly count: number }[] {
  return n === 0 ? [] : [{ kind, count: n }];
}

/** Refs of its own are files below git's directory for it, which hardly any worktree has; or in a table of their own. */
const mayHaveRefs = (admin: string): boolean =>
  [...OWN_REFS, "reftable"].some((name) => existsSync(join(admin, name)));

async function ownRefs(worktree: Git): Promise<string[]> {
  const out = await must(worktree, "list the refs", ["for-each-ref", "--format=%(objectname)", ...OWN_REFS]);
  return out.split("\n").filter((line) => line !== "");
}

/** How many commits nothing else holds, of those that a detached HEAD and the worktree's own refs hold. */
async function unreferenced(git: Git, starts: readonly string[]): Promise<number> {
  if (starts.length === 0) return 0;
  const others = ["--not", ...elsewhere(await trackedRemotes(git)), "--"];
  return Number(await must(git, "look for commits", ["rev-list", "--count", ...starts, ...others]));
}

/** What was begun in a checkout and not ended: `rebase`. @param admin git's directory of it */
export function stepsUnderWay(admin: string): string[] {
  const found = Object.entries(UNFINISHED).filter(([file]) => existsSync(join(admin, file)));
  // A rebase by patches has the same directory as what applies a mailbox.
  const applies = existsSync(join(admin, "rebase-apply/applying"));
  return [...new Set(found.map(([file, step]) => file === "rebase-apply" && applies ? "am" : step))];
}

export const unfinished = (admin: string): Loss[] =>
  stepsUnderWay(admin).map((step) => ({ kind: "unfinished", step }));

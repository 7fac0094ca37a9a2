import type { SessionRecord } from "../../store/record.ts";
import { runBeside } from "./beside.ts";
import { type Environment, gitEnvironment } from "./git-environment.ts";
import { changesNothing } from "./merge-drivers.ts";

/** How a session's worktree stands to what it was made from. */
export interface GitStanding {
  /** Lines of `git status --porcelain`. */
  readonly changed: number;
  /** Commits that the session has and its base has not, and the other way round. */
  readonly ahead: number;
  readonly behind: number;
  /** Whether the base has everything that the session has committed, and it has committed something. */
  readonly merged: boolean;
}

/** Time that the look at one session may take. */
const LIMIT_MS = 300;

/** Looks for one worktree that go on at the same time. */
const AT_ONCE = 8;

/**
 * Look at the worktrees of sessions, eight at a time.
 *
 * @returns a promise for each record, in their order; null where there is no worktree or it took too long
 */
export function standingsOf(
  records: readonly { readonly project: SessionRecord["project"] }[],
  environment: Environment,
): Promise<GitStanding | null>[] {
  const env = gitEnvironment(environment);
  let free = AT_ONCE;
  const waiting: (() => void)[] = [];
  const turn = async (): Promise<void> => {
    if (free > 0) return void free--;
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const done = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return records.map(async ({ project }) => {
    const { worktree, baseRef } = project ?? {};
    if (worktree === undefined) return null;
    await turn();
    try {
      return await standing(worktree, baseRef ?? "", String(project?.["baseCommit"] ?? ""), env);
    } finally {
      done();
    }
  });
}

async function standing(
  worktree: string,
  baseRef: string,
  baseCommit: string,
  env: Readonly<Record<string, string>>,
): Promise<GitStanding | null> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const git = (...args: string[]) =>
    runBeside(["git", "-C", worktree, "-c", "core.fsmonitor=", ...args], env, signal);
  const base = baseRef === "" || baseRef.startsWith("-") ? baseCommit : baseRef;
  const count = (from: string) => git("rev-list", "--left-right", "--count", `${from}...HEAD`, "--");
  const [status, found] = await Promise.all([git("status", "--porcelain", "--no-ahead-behind"), count(base)]);
  // What it was made from may be gone by now, and where it began is not.
  const counts = found ?? (baseCommit === "" ? null : await count(baseCommit));
  if (status === null || counts === null) return null;
  const [behind = 0, ahead = 0] = counts.trim().split("\t").map(Number);
  const changed = status === "" ? 0 : status.trimEnd().split("\n").length;
  // A base that has nothing else has none of it under other commits either.
  const merged = ahead === 0
    ? await hasBegun(git, baseCommit)
    : changed === 0 && behind > 0 && await changesNothing(git, base, "HEAD");
  return { changed, ahead, behind, merged };
}

type Ask = (...args: string[]) => Promise<string | null>;

const hasBegun = async (git: Ask, baseCommit: string): Promise<boolean> =>
  baseCommit !== "" && (await git("rev-parse", "HEAD"))?.trim() !== baseCommit;

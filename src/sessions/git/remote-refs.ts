import type { Git } from "./git.ts";

/**
 * The remote-tracking refs that stand for what a remote has: those that a remote of the configuration is fetched into.
 * Others were left behind when their remote was taken out of the configuration by hand, and prove nothing.
 *
 * @returns names of refs, or patterns with a `*` (git-fetch(1))
 */
export async function trackedRemotes(git: Git): Promise<string[]> {
  // Status 1: there is none.
  const { out } = await git(["config", "-z", "--get-regexp", String.raw`^remote\..*\.fetch$`]);
  const targets = out.split("\0").map((line) => line.slice(line.indexOf("\n") + 1)).map((spec) =>
    spec.slice(spec.indexOf(":") + 1)
  );
  return [...new Set(targets.filter((target) => target.startsWith("refs/remotes/")))];
}

/** What stands for commits that are safe elsewhere, for `git rev-list … --not`. */
export const elsewhere = (remotes: readonly string[]): string[] => [
  "--branches",
  "--tags",
  ...remotes.map(globOf),
];

/** Without a wildcard of its own git takes a pattern for a folder; `mai[n]` is one, and matches `main` alone. */
export const globOf = (pattern: string): string =>
  `--glob=${pattern.includes("*") ? pattern : pattern.replace(/.$/, "[$&]")}`;

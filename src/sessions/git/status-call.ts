import process from "node:process";

/**
 * `git status` for what a removal would take. Where names differ by case, `core.ignorecase` (of a repository that was
 * copied from a Mac, of a user who has it everywhere) hides a file beside a tracked one; what it hides is work too.
 *
 * @param untracked `normal`: of a directory with nothing tracked its name alone
 */
export const removalStatus = (untracked: "normal" | "all"): string[] => [
  ...process.platform === "linux" ? ["-c", "core.ignorecase=false"] : [],
  "status",
  "--porcelain",
  "-z",
  `--untracked-files=${untracked}`,
  "--ignore-submodules=none",
  "--no-renames",
];

/** `git status` for what a checkout holds that is in no commit: what is changed inside of a submodule is in no merge's way. */
export const checkoutStatus: readonly string[] = [
  "status",
  "--porcelain=v2",
  "-z",
  "--no-renames",
  "--untracked-files=normal",
  "--ignore-submodules=dirty",
];

import type { Git } from "../git/git.ts";

/** Whether a base has everything of a commit under other commits: squashed, or rebased. */
export const mergedIn = (_git: Git) => (_base: string, _commit: string): Promise<boolean> =>
  Promise.resolve(false);

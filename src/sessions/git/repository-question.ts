/**
 * What `findRepository` in `repository.ts` asks git first. One call for all: each costs as much as a third of a
 * worktree.
 *
 * @param branch a name; with it come, behind all the rest, the branches that could be in its way, and some more
 */
export const repositoryQuestion = (branch?: string): readonly string[] => [
  "rev-parse",
  "--is-bare-repository",
  "--git-common-dir",
  "--git-dir",
  "--show-toplevel",
  "HEAD^{commit}",
  "--symbolic-full-name",
  "HEAD",
  ...branch === undefined ? [] : [
    ...globsAround(branch).map((glob) => `--glob=refs/heads/${glob}`),
    `--glob=refs/remotes/*/${branch}`,
  ],
];

/** Without a wildcard git would look below the name only. */
const globsAround = (branch: string): string[] => {
  const [, ...parents] = withParents(branch);
  return [`${branch}*`, ...parents.map((parent) => `${parent.slice(0, -1)}?`)];
};

/** The name itself and every name above it: `a/b/c`, `a/b`, `a`. A branch at one of them is in its way. */
export function withParents(name: string): string[] {
  const parts = name.split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

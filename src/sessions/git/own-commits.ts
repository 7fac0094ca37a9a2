import { type Git, must } from "./git.ts";

/** Whether the branch has commits that no other branch and no remote has. A second name for it has none. */
export async function hasOwnCommits(git: Git, name: string): Promise<boolean> {
  const names = [`refs/heads/${name}`, ...await otherNames(git, name)];
  const others = [["--branches", "refs/heads/"], ["--remotes", "refs/remotes/"]] as const;
  const args = others.flatMap(([option, folder]) => [
    ...names.filter((ref) => ref.startsWith(folder)).map((ref) => `--exclude=${ref.slice(folder.length)}`),
    option,
  ]);
  const own = ["rev-list", "--max-count=1", `refs/heads/${name}`, "--not", ...args, "--"];
  return (await must(git, "compare the branches", own)).trim() !== "";
}

/** The refs that are symbolic and lead to the branch. */
async function otherNames(git: Git, name: string): Promise<string[]> {
  const how = ["for-each-ref", "--format=%(refname)%00%(symref)", "refs/heads", "refs/remotes"];
  const refs = (await must(git, "list the branches", how)).split("\n").map((line) => line.split("\0"));
  return refs.flatMap(([ref = "", target]) => target === `refs/heads/${name}` ? [ref] : []);
}

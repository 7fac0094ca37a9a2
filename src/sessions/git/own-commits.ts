import { type Git, must } from "./git.ts";
import { globOf, trackedRemotes } from "./remote-refs.ts";

/** Whether the branch has commits that no other branch and no remote has. A second name for it has none. */
export async function hasOwnCommits(git: Git, name: string): Promise<boolean> {
  const refs = await allRefs(git);
  const names = [`refs/heads/${name}`, ...otherNames(refs, name)];
  const hasRemotes = refs.some(([ref = ""]) => ref.startsWith(REMOTES));
  const others = [
    ...without(names, HEADS, ""),
    "--branches",
    ...(hasRemotes ? await trackedRemotes(git) : []).flatMap((pattern) => [
      ...without(names, REMOTES, REMOTES),
      globOf(pattern),
    ]),
  ];
  const own = ["rev-list", "--max-count=1", `refs/heads/${name}`, "--not", ...others, "--"];
  return (await must(git, "compare the branches", own)).trim() !== "";
}

const HEADS = "refs/heads/";
const REMOTES = "refs/remotes/";

/** Exclusions for the next option: `--branches` wants names without their folder, `--glob` whole ones. */
const without = (names: readonly string[], folder: string, prefix: string): string[] =>
  names.filter((ref) => ref.startsWith(folder)).map((ref) =>
    `--exclude=${prefix}${ref.slice(folder.length)}`
  );

/** Every branch and remote-tracking ref, with what it is another name for. */
async function allRefs(git: Git): Promise<string[][]> {
  const how = ["for-each-ref", "--format=%(refname)%00%(symref)", "refs/heads", "refs/remotes"];
  return (await must(git, "list the branches", how)).split("\n").map((line) => line.split("\0"));
}

/** The refs that are symbolic and lead to the branch. */
const otherNames = (refs: readonly string[][], name: string): string[] =>
  refs.flatMap(([ref = "", target]) => target === `refs/heads/${name}` ? [ref] : []);

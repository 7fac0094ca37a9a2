import { fail } from "../../errors/errors.ts";
import { type Git, lastLine, must } from "../git/git.ts";

/** What a merge of one commit into another would come to. */
export type Preview =
  /** They have no commit in common. */
  | { readonly kind: "unrelated" }
  /** The base has it all. */
  | { readonly kind: "merged" }
  /** The base has nothing else: it only moves on. */
  | { readonly kind: "ahead" }
  /** Both have commits; without conflicts the files would be this tree. */
  | { readonly kind: "diverged"; readonly tree: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] }
  /** Both have commits, and this git (before 2.38) does not tell more without trying it. */
  | { readonly kind: "unknown" };

/** Commits that one side has and the other has not. */
export interface Distance {
  readonly ahead: number;
  readonly behind: number;
}

/** What `distance` asks. */
export const distanceQuestion = (base: string, commit: string): readonly string[] => [
  "rev-list",
  "--left-right",
  "--count",
  `${base}...${commit}`,
  "--",
];

export async function distance(git: Git, base: string, commit: string): Promise<Distance> {
  const told = await must(git, "compare the branches", distanceQuestion(base, commit));
  const [behind, ahead] = told.trim().split("\t").map(Number);
  return { ahead: ahead ?? 0, behind: behind ?? 0 };
}

/**
 * Merge two commits without touching any file.
 *
 * @param git in the checkout whose attributes count
 * @throws `git_failed`
 */
export async function preview(git: Git, base: string, commit: string): Promise<Preview> {
  const { ahead, behind } = await distance(git, base, commit);
  if (ahead === 0) return { kind: "merged" };
  if (behind === 0) return { kind: "ahead" };
  const how = ["merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", base, commit];
  const { status, out, err } = await git(how);
  const [tree = "", ...files] = out.split("\0").filter((part) => part !== "");
  if (status === 0) return { kind: "diverged", tree };
  if (status === 1) return { kind: "conflict", files: namesOf(files, [base, commit]) };
  if ((await git(["merge-base", base, commit])).status === 1) return { kind: "unrelated" };
  // How git says that it does not know an option.
  if (status === 129) return { kind: "unknown" };
  throw fail("git_failed", { action: "merge the branches", why: lastLine(err, status) });
}

/** Where a file meets a directory, or another kind of file, git names it after its side: `src~COMMIT`. */
function namesOf(files: readonly string[], commits: readonly string[]): string[] {
  const sides = new RegExp(`~(?:${commits.join("|")})(?:_\\d+)?$`);
  return [...new Set(files.map((path) => path.replace(sides, "")))];
}

/** What a merge changes in the files of the base, by path. */
export interface MergeChange {
  readonly path: string;
  readonly added: boolean;
  /** What it holds afterwards: the name of a blob, zeros where it is gone. */
  readonly blob: string;
  /** Whether it is a submodule afterwards: git leaves a repository that is there. */
  readonly submodule: boolean;
}

/** What `changesOf` asks. */
export const changesQuestion = (base: string, tree: string): readonly string[] => [
  "diff-tree",
  "-r",
  "-z",
  "--no-renames",
  "--raw",
  base,
  tree,
];

/** @param tree of the merge, or the commit that the base moves on to */
export async function changesOf(git: Git, base: string, tree: string): Promise<MergeChange[]> {
  const parts = (await must(git, "compare the branches", changesQuestion(base, tree))).split("\0");
  const found: MergeChange[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode, , blob = "", status] = (parts[at] ?? "").split(" ");
    found.push({ path: parts[at + 1] ?? "", added: status === "A", blob, submodule: mode === "160000" });
  }
  return found;
}

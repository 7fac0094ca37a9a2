import { fail } from "../../errors/errors.ts";
import { type Git } from "./git.ts";

/**
 * Check that a branch of that name can be made.
 *
 * @throws `branch_exists`, `branch_clash`
 */
export function refuseTaken(name: string, branches: readonly string[]): void {
  if (branches.includes(name)) throw fail("branch_exists", { branch: name });
  const other = clash(name, branches);
  if (other !== undefined) throw fail("branch_clash", { branch: name, other });
}

/** The branch above or below that name, if there is one: a ref cannot be a file and a directory at once. */
export const clash = (name: string, branches: readonly string[]): string | undefined =>
  branches.find((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));

/** What git takes for an object before it looks for a branch of that name (gitrevisions(7)). */
const OBJECT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;

/** @throws `bad_branch` for what git does not take for a branch's name */
export async function checkBranchName(git: Git, name: string): Promise<void> {
  // A leading dash is an option, and "@{-1}" would be expanded, so what is printed must be what was given.
  const { status, out } = await git(["check-ref-format", "--branch", name]);
  if (name.startsWith("-") || OBJECT.test(name) || status !== 0 || out.trim() !== name) {
    throw fail("bad_branch", { branch: name });
  }
}

import { statSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Environment } from "./git-environment.ts";
import { type Git, gitIn } from "./git.ts";
import { findRepository, type Repository } from "./repository.ts";

/** A repository and a session's worktree in it, each with its git. */
export interface Checkout {
  readonly main: Git;
  readonly repository: Repository;
  /** Git in the session's worktree. */
  readonly worktree: Git;
}

/**
 * The repository of a session with a worktree; null for one without.
 *
 * @throws `bad_directory` when it is gone; `worktree_refused` when the record's root is not its main checkout
 */
export async function checkoutOf(record: SessionRecord, environment: Environment): Promise<Checkout | null> {
  const { root, worktree } = record.project ?? {};
  if (root === undefined || worktree === undefined) return null;
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw fail("bad_directory", { path: root, why: "No such directory" });
  }
  const main = gitIn(root, environment);
  const repository = await findRepository(main);
  if (repository.root !== root) {
    throw fail("worktree_refused", { path: worktree, why: `${root} is not the root of its repository` });
  }
  return { main, repository, worktree: gitIn(worktree, environment) };
}

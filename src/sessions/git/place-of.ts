import { statSync } from "node:fs";
import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Place } from "../steps/destroy.ts";
import { type Environment } from "./git-environment.ts";
import { gitIn } from "./git.ts";
import { findRepository } from "./repository.ts";

/**
 * The repository of a session with a worktree; null for one without.
 *
 * @throws `bad_directory` when it is gone; `worktree_refused` when the record's root is not its main checkout
 */
export async function placeOf(record: SessionRecord, environment: Environment): Promise<Place | null> {
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

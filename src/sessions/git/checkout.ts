import { statSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Environment } from "./git-environment.ts";
import type { AskedAhead } from "./around.ts";
import { type CheckoutState, readState } from "./checkout-state.ts";
import { askAhead, type Git, gitIn } from "./git.ts";
import { LOOK } from "./look.ts";
import { isOwnWorktree, isPlainCheckout } from "./plain-worktree.ts";
import { findRepository, type Repository } from "./repository.ts";
import { adminDirectory } from "./worktree-directory.ts";

/** A repository and a session's worktree in it, each with its git. */
export interface Checkout {
  readonly main: Git;
  readonly repository: Repository;
  /** Git in the session's worktree. */
  readonly worktree: Git;
  /** The state of that from before git began to look at the files; null where it did not begin ahead. */
  readonly before: CheckoutState | null;
}

/** What is begun before it is waited for. */
export interface Beginnings {
  /** Whether the worktree is to be removed in a moment: git begins to look at it at once. */
  readonly removal?: boolean;
  /** What was asked already; of another project it says nothing. */
  readonly ahead?: AskedAhead | undefined;
}

/**
 * The repository of a session with a worktree; null for one without.
 *
 * @throws `bad_directory` when it is gone; `worktree_refused` when the record's root is not its main checkout
 */
export async function checkoutOf(
  record: SessionRecord,
  environment: Environment,
  { removal = false, ahead: asked }: Beginnings = {},
): Promise<Checkout | null> {
  const { root, worktree } = record.project ?? {};
  if (root === undefined || worktree === undefined) return null;
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw fail("bad_directory", { path: root, why: "No such directory" });
  }
  const { isPlain, answer } = asked?.root === root ? asked : {};
  const main = gitIn(root, environment, answer);
  const inWorktree = removal
    ? lookingAt(worktree, join(root, ".git"), environment)
    : { worktree: gitIn(worktree, environment), before: null };
  const repository = plainRepository(root, worktree, isPlain) ?? await findRepository(main);
  if (repository.root !== root) {
    throw fail("worktree_refused", { path: worktree, why: `${root} is not the root of its repository` });
  }
  return { main, repository, ...inWorktree };
}

/** What `findRepository` would find. @returns null where git is to be asked */
function plainRepository(root: string, worktree: string, isPlain = isPlainCheckout(root)): Repository | null {
  const commonDir = join(root, ".git");
  return isPlain && isOwnWorktree(commonDir, worktree)
    ? { root, top: root, bare: false, head: null, commonDir, around: null, remotes: [] }
    : null;
}

/**
 * Git in a session's worktree, already at work on what `look` is going to ask. It is asked nothing in a directory that may
 * be another repository's.
 */
function lookingAt(
  worktree: string,
  commonDir: string,
  environment: Environment,
): Pick<Checkout, "worktree" | "before"> {
  const admin = adminDirectory(commonDir, worktree);
  if (admin === null) return { worktree: gitIn(worktree, environment), before: null };
  const before = readState(admin);
  return { worktree: gitIn(worktree, environment, askAhead(worktree, environment, LOOK)), before };
}

/** The same, where git is to look at the worktree once more: it begins at once. */
export const lookAgain = ({ main, repository, worktree }: Checkout, environment: Environment): Checkout => ({
  main,
  repository,
  ...lookingAt(worktree.directory, repository.commonDir, environment),
});

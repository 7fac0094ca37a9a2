import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../errors/errors.ts";
import { type AskOptions, type Git, lastLine, must } from "./git.ts";
import { type Base } from "./base.ts";
import { refuseTaken } from "./branch-name.ts";
import { findAround, findBranch } from "./branch.ts";
import { reflogOf } from "./ref-files.ts";

/** The end of the reflog's line for a branch that was made for the session. */
const madeFor = (id: string): string => ` for ${id}`;

/**
 * Make a branch where there is none. `git worktree add -b` could do it, but would not say whether a branch of that name
 * is one it made or one that was there.
 *
 * @param id the session, which the branch's reflog names
 * @param marks variables that git carries meanwhile
 * @throws `branch_exists`, `branch_clash` where somebody made one since we looked; `git_failed`
 */
export async function createBranch(
  git: Git,
  name: string,
  base: Base,
  id: string,
  marks: Readonly<Record<string, string>>,
): Promise<void> {
  const reason = ["-m", `branch: Created from ${base.ref}${madeFor(id)}`];
  // The empty string is the value of a ref that is not there. What is another name for one must not make that one.
  const what = ["--no-deref", `refs/heads/${name}`, base.commit, ""];
  // A bare repository keeps no reflog by itself, and this line is what tells whose branch it is.
  const { status, err } = await git(["update-ref", "--create-reflog", ...reason, ...what], { marks });
  // Killed when it was through already.
  if (status === 0 || await isMadeAt(git, name, base.commit, id)) return;
  refuseTaken(name, await findAround(git, name));
  throw fail("git_failed", { action: `make branch ${name}`, why: lastLine(err, status) });
}

/** Whether there is the branch that was to be made for the session, as it was to be. */
const isMadeAt = async (git: Git, name: string, commit: string, id: string): Promise<boolean> =>
  (await findBranch(git, name))?.commit === commit && await isFresh(git, name, id);

/**
 * Whether the branch was made by `createBranch` for the session and did not move since. Without a reflog (a bare
 * repository, `core.logAllRefUpdates`) nobody can tell, and it is false.
 */
export async function isFresh(git: Git, name: string, id: string): Promise<boolean> {
  const newest = ["log", "--walk-reflogs", "--max-count=1", "--no-show-signature", "--format=%gs"];
  const out = await must(git, `read the reflog of ${name}`, [...newest, `refs/heads/${name}`, "--"]);
  return out.trimEnd().endsWith(madeFor(id));
}

/**
 * Whether the branch was made by `createBranch` for the session, wherever it stands and whatever it is called now: its
 * reflog goes with it when it is renamed.
 */
export async function isMadeFor(git: Git, name: string, id: string): Promise<boolean> {
  const lines = reflogOf(join(git.directory, ".git"), name);
  if (lines !== null) return lines.some((line) => line.endsWith(madeFor(id)));
  const all = ["log", "--walk-reflogs", "--no-show-signature", "--format=%gs"];
  const out = await must(git, `read the reflog of ${name}`, [...all, `refs/heads/${name}`, "--"]);
  return out.split("\n").some((line) => line.endsWith(madeFor(id)));
}

/** A branch that goes. */
export interface GoingBranch {
  readonly name: string;
  /** Where it stands. */
  readonly commit: string;
  /** A new ref that is to hold that commit from then on; null where none is wanted. */
  readonly keptAs: string | null;
}

/** A git that is there to delete a branch, and has done nothing yet. One of these is to be called, once. */
export interface Deletion {
  /** @throws `git_failed` when the branch moved meanwhile: nothing has changed then */
  readonly go: () => Promise<void>;
  readonly leave: () => Promise<void>;
}

/**
 * Delete the branch if it still stands at that commit: git compares, keeps and deletes in one transaction, in which it
 * makes new refs before old ones go, so that one that is stopped loses nothing. What the branch is another name for
 * stays in any case.
 */
export function beginDeletion(git: Git, { name, commit, keptAs }: GoingBranch): Deletion {
  const { promise, resolve } = Promise.withResolvers<string>();
  const how = ["update-ref", "--no-deref", "--stdin"];
  const ask = (options: AskOptions) => must(git, `delete branch ${name}`, how, options);
  const done = ask({ later: promise });
  // Where it cannot be started that is told when it is to go.
  done.catch(() => {});
  const isPlain = hasNoSection(git.directory);
  const keep = keptAs === null ? "" : `create ${keptAs} ${commit}\n`;
  const input = `${keep}delete refs/heads/${name} ${commit}\n`;
  return {
    async go() {
      resolve(input);
      // A ^C may have ended it while it waited. All or nothing is done each time.
      await done.catch(() => ask({ input }));
      if (isPlain) return;
      // What `git branch -D` would take with it; without a section this fails and nothing is lost.
      await git(["config", "--local", "--remove-section", `branch.${name}`]);
    },
    async leave() {
      resolve("");
      await done.catch(() => {});
    },
  };
}

/** As `beginDeletion`, at once. */
export const deleteBranch = (git: Git, name: string, commit: string): Promise<void> =>
  beginDeletion(git, { name, commit, keptAs: null }).go();

/** Whether the configuration beside a checkout says nothing of any branch. False where it is elsewhere. */
function hasNoSection(directory: string): boolean {
  try {
    return !/branch/i.test(readFileSync(join(directory, ".git", "config"), "utf8"));
  } catch {
    return false;
  }
}

/** As `deleteBranch`, where the branch is as we left it: at that commit, checked out nowhere, a branch of its own. */
export async function deleteLeft(git: Git, name: string, commit: string): Promise<void> {
  const found = await findBranch(git, name);
  if (found?.commit !== commit || found.checkedOutAt !== null || found.standsFor !== null) return;
  await deleteBranch(git, name, commit);
}

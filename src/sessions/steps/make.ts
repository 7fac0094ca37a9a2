import { clearStaleLock } from "../git/stale-lock.ts";
import { fail } from "../../errors/errors.ts";
import type { SessionRecord } from "../../store/record.ts";
import { adoptable, type Branch, findAround, findBranches } from "../git/branch.ts";
import { type Base, findBase } from "../git/base.ts";
import { checkBranchName, refuseTaken } from "../git/branch-name.ts";
import { createBranch } from "../git/branch-change.ts";
import { createSession } from "../workspace/create.ts";
import { type Git, gitAt } from "../git/git.ts";
import { onlyOnRemote, type RemoteBranch, track } from "../git/remote-branch.ts";
import { copyIncluded, type Included, NOTHING } from "../git/include.ts";
import type { Marker } from "../git/marker.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { branchOf } from "../model/name.ts";
import { worktreesFolder } from "../git/worktrees-folder.ts";
import { type UpdateAhead, updateAhead } from "../../store/update-ahead.ts";
import { readConfig } from "../../store/config.ts";
import { type Journal } from "../model/journal.ts";
import { checkPlace } from "../git/worktree-directory.ts";
import { worktreePath } from "../model/worktree-path.ts";
import type { Repository } from "../git/repository.ts";
import { change } from "../runs/runs.ts";
import { isPlainWorktree } from "../git/plain-worktree.ts";
import { addWorktree, checkWorktree, stepMarks } from "../git/worktree.ts";
import { removeRecord, undoMake } from "./undo-make.ts";
import { markerOf } from "../git/marker-of.ts";

export interface WorktreeSession {
  readonly name?: string;
  readonly role?: string;
  /** Whether an agent makes it for an agent of its own. */
  readonly forSubagent?: boolean;
  /** Where the new branch starts; HEAD of the current checkout without one. */
  readonly base?: string;
  /** The new branch's name, else `feature/<name>`. */
  readonly branch?: string;
  /** A branch to work on instead of a new one. */
  readonly existing?: string;
  /** What stands before the name in the name of a new branch. */
  readonly prefix?: string;
  /** Whether a command is to run in it at once. */
  readonly asked?: boolean;
}

/**
 * Make a session with branch and worktree.
 *
 * The record with its journal comes first, so a crash anywhere leaves something that `recover` can undo; everything
 * that can be wrong with the repository is found out before that.
 *
 * @param git in the user's current directory, whose HEAD is where the branch starts
 * @param main git in the repository's root
 * @returns the record, and the ignored files that were copied
 */
export async function makeWorktreeSession(
  deps: Dependencies,
  { git, main, repository }: { git: Git; main: Git; repository: Repository },
  wanted: WorktreeSession,
): Promise<{ record: SessionRecord } & Included> {
  const { root, commonDir } = repository;
  if (wanted.branch !== undefined) await checkBranchName(git, wanted.branch);
  const remote = wanted.existing === undefined ? null : await onlyOnRemote(git, wanted.existing);
  const head = wanted.base === undefined ? repository.head : null;
  const base = remote ?? (wanted.existing === undefined ? head ?? await findBase(git, wanted.base) : null);
  const record = await createSession(deps, {
    root,
    ...wanted.name === undefined ? {} : { name: wanted.name },
    ...wanted.role === undefined ? {} : { role: wanted.role },
    ...wanted.forSubagent === true ? { forSubagent: true } : {},
    branches: async (day) =>
      (await findBranches(git, [branchOf(`feature-${day}-*`, wanted.prefix)])).map(({ name }) => name),
    ...wanted.prefix === undefined ? {} : { prefix: wanted.prefix },
    ...wanted.asked === true ? { asked: true } : {},
    prepare: (draft) => prepare(deps, git, repository, wanted, base, remote, draft),
  });
  const marker = markerOf(record);
  const path = record.project?.worktree ?? "";
  if (base !== null) await makeBranch(deps, main, commonDir, marker, base);
  let end: UpdateAhead | undefined;
  try {
    if (remote !== null) await track(main, marker.branch, remote);
    await addWorktree(main, { root, commonDir, path, marker }, () => {
      end = updateAhead(deps.store, record.id, ended);
      return Promise.resolve();
    });
    if (!isPlainWorktree(commonDir, path)) await checkWorktree(gitAt(main, path));
    const included = repository.bare ? NOTHING : await copyIncluded(main, root, path);
    return { record: await (end?.settle() ?? finish(deps, record.id)), ...included };
  } catch (error) {
    end?.drop();
    await undoMake(deps, main, repository, record, true).catch(() => {
      // What could not be undone either is in the journal, for `doctor --fix`. The first failure is the one to tell.
    });
    throw error;
  }
}

/** Where it fails, a branch of that name is somebody else's, and there is only the record to take back. */
async function makeBranch(
  deps: Dependencies,
  main: Git,
  commonDir: string,
  { id, branch }: Marker,
  base: Base,
): Promise<void> {
  try {
    await createBranch(main, branch, base, id, stepMarks(id));
  } catch (error) {
    await clearStaleLock(commonDir, `refs/heads/${branch}`);
    await removeRecord(deps, id).catch(() => {
      // It is in the journal, as below.
    });
    throw error;
  }
}

/** What the session will have, checked against the repository while no other session can be made. */
async function prepare(
  deps: Dependencies,
  git: Git,
  { root, around, remotes }: Repository,
  { branch: given, existing, prefix }: WorktreeSession,
  base: Base | null,
  remote: RemoteBranch | null,
  draft: SessionRecord,
): Promise<void> {
  const branch = existing ?? given ?? branchOf(draft.name ?? "", prefix);
  const adopted: Branch | null = existing === undefined || remote !== null
    ? null
    : await adoptable(git, existing);
  if (adopted === null) refuseTaken(branch, around ?? await findAround(git, branch));
  const [found] = existing === undefined && given === undefined ? remotes : [];
  if (found !== undefined) throw fail("branch_on_remote", { branch, remote: found, name: draft.name ?? "" });
  const worktree = worktreePath(worktreesFolder(root, readConfig(deps.store)["worktrees.path"]), draft.id);
  if (checkPlace(root, worktree)) {
    throw fail("worktree_refused", { path: worktree, why: "something is there already" });
  }
  const baseRef = base?.ref ?? adopted?.commit ?? "";
  const baseCommit = base?.commit ?? adopted?.commit ?? "";
  draft.project = {
    root,
    worktree,
    branch,
    baseRef,
    baseCommit,
    ownsBranch: adopted === null,
    ...remote === null ? {} : { tracks: remote.ref },
  };
  const journal: Journal = { kind: "new", by: deps.self, base: base?.commit ?? null };
  draft["pending"] = journal;
}

/** The journal's end: everything is there. */
export const finish = (deps: Dependencies, id: string): Promise<SessionRecord> => change(deps, id, ended);

function ended(draft: SessionRecord): void {
  delete draft["pending"];
}

import { dirname } from "node:path";
import { BerthError, visible } from "../../../errors/errors.ts";
import { addLink } from "../../../sessions/git/readable-link.ts";
import { refuseUnfinished } from "../../../sessions/model/journal.ts";
import { uuidOf } from "../../../sessions/model/worktree-path.ts";
import { find } from "../../../sessions/workspace/query.ts";
import { createSession } from "../../../sessions/workspace/create.ts";
import { type Early, type Git, gitIn } from "../../../sessions/git/git.ts";
import { makeWorktreeSession, type WorktreeSession } from "../../../sessions/steps/make.ts";
import type { Dependencies } from "../../../sessions/model/dependencies.ts";
import { findRepository, findRepositoryIfAny } from "../../../sessions/git/repository.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { type Context, flag, type Input, outJson, text } from "../../command.ts";
import { directoryOf } from "../../line/given-directory.ts";
import { askForReport } from "./report.ts";
import { runHook } from "../hooks.ts";
import { dependenciesOf, uninterrupted } from "../../mean/sessions-dependencies.ts";
import { refuseSharedName } from "../../mean/shared-name.ts";

/** The branch that is to be made. */
interface NewBranch {
  /** Undefined where its name is not known yet. */
  readonly branch: string | undefined;
  /** What stands before a name that is made up. */
  readonly prefix: string | undefined;
}

/**
 * What `berth new` does when its command line is right.
 *
 * @param early git's answer about the directory that was given or that we are in
 * @returns the exit status
 */
export async function makeSession(
  context: Context,
  input: Input,
  { branch, prefix }: NewBranch,
  early: Early,
): Promise<number> {
  const git = gitIn(directoryOf(input), context.host.variables, early);
  const deps = await dependenciesOf(context, input, "new");
  await refuseSharedName(context, deps.store, input.args[0] ?? "");
  const { made, fresh } = await madeOrExisting(context, deps, input, git, { branch, prefix });
  if (fresh) await runHook(context, deps, made, "post-create", { skip: flag(input, "no-hooks") });
  const command = input.rest ?? [];
  const isDetached = flag(input, "detach");
  if (!isDetached && command.length === 0) return told(context, input, made);
  const { detached, runIn } = await import("../supervised.ts");
  return isDetached
    ? await detached(context, deps, { ...made, name: made.name ?? made.id }, command, true)
    : await runIn(context, deps, made, command);
}

function told(context: Context, input: Input, session: SessionRecord): number {
  const { root, worktree } = session.project ?? {};
  if (context.json) outJson(context, { session });
  else context.out(`${flag(input, "print-path") ? worktree ?? root : session.name}\n`);
  return 0;
}

async function madeOrExisting(
  context: Context,
  deps: Dependencies,
  input: Input,
  git: Git,
  branch: NewBranch,
): Promise<{ made: SessionRecord; fresh: boolean }> {
  const wanted = flag(input, "or-existing");
  // Not by the answer that was asked for ahead: that is to make it with, and is given once.
  const fresh = gitIn(git.directory, context.host.variables);
  const existing = wanted ? await existingOf(deps, input, fresh) : null;
  if (existing !== null) return { made: existing, fresh: false };
  try {
    return { made: await uninterrupted(() => make(context, deps, input, git, branch)), fresh: true };
  } catch (error) {
    // Somebody made it at this very moment.
    const taken = wanted && error instanceof BerthError && error.code === "name_taken";
    const other = taken ? await existingOf(deps, input, fresh) : null;
    if (other === null) throw error;
    return { made: other, fresh: false };
  }
}

/**
 * The session of that name in this project; null where there is none.
 *
 * @throws `session_unfinished`, `session_live`, `worktree_missing`, `worktree_refused` for one that nobody can work in
 */
async function existingOf(
  deps: Dependencies,
  input: Input,
  git: Git,
): Promise<SessionRecord | null> {
  const [name] = input.args;
  if (name === undefined) return null;
  const plain = flag(input, "no-worktree");
  const workspace = plain ? await plainRoot(input, git) : (await findRepository(git)).root;
  const [record] = find(deps.store, { name, workspace });
  if (record === undefined) return null;
  refuseUnfinished(deps.machine(), record, "use");
  const { directoryOf: directoryOfSession } = await import("../../../sessions/process/supervise.ts");
  directoryOfSession(record);
  return record;
}

async function make(
  context: Context,
  deps: Dependencies,
  input: Input,
  git: Git,
  { branch, prefix }: NewBranch,
): Promise<SessionRecord> {
  const [name] = input.args;
  const role = text(input, "role");
  const about = {
    ...name === undefined ? {} : { name },
    ...role === undefined ? {} : { role },
    ...flag(input, "for-subagent") ? { forSubagent: true } : {},
    ...(input.rest ?? []).length > 0 ? { asked: true } : {},
  };
  if (flag(input, "no-worktree")) {
    return await createSession(deps, { ...about, root: await plainRoot(input, git) });
  }
  const repository = await findRepository(git, branch);
  const main = gitIn(repository.root, context.host.variables);
  const report = askForReport(git.directory, repository, context.host.variables, text(input, "base"));
  const { record, copied, links } = await makeWorktreeSession(
    deps,
    { git, main, repository },
    { ...about, ...branchOptions(input), ...prefix === undefined ? {} : { prefix } },
  );
  if (!context.json) context.say(report(record));
  addLink(dirname(record.project?.worktree ?? ""), record.name ?? "", uuidOf(record.id) ?? "");
  if (copied.length > 0) context.say(`berth: copied by .worktreeinclude: ${copied.join(", ")}\n`);
  if (links.length > 0) {
    context.say(`berth: note: links are not copied: ${links.map(visible).join(", ")}\n`);
  }
  return record;
}

function branchOptions(input: Input): WorktreeSession {
  const [base, branch, existing] = ["base", "branch", "existing-branch"].map((name) => text(input, name));
  return {
    ...base === undefined ? {} : { base },
    ...branch === undefined ? {} : { branch },
    ...existing === undefined ? {} : { existing },
  };
}

/** The root of a session without a worktree: the directory given, else the repository's root, else this directory. */
async function plainRoot(input: Input, git: Git): Promise<string> {
  if (text(input, "path") !== undefined) return git.directory;
  return (await findRepositoryIfAny(git))?.root ?? git.directory;
}

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
import { detached, runIn } from "../supervised.ts";

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
  const made = await uninterrupted(() => make(context, deps, input, git, { branch, prefix }));
  await runHook(context, deps, made, "post-create", { skip: flag(input, "no-hooks") });
  const command = input.rest ?? [];
  if (flag(input, "detach")) {
    return await detached(context, deps, { ...made, name: made.name ?? made.id }, command, true);
  }
  if (command.length > 0) return await runIn(context, deps, made, command);
  if (context.json) outJson(context, { session: made });
  else context.out(`${made.name}\n`);
  return 0;
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
  };
  if (flag(input, "no-worktree")) {
    return await createSession(deps, { ...about, root: await plainRoot(input, git) });
  }
  const repository = await findRepository(git, branch);
  const main = gitIn(repository.root, context.host.variables);
  const report = askForReport(git.directory, repository, context.host.variables, text(input, "base"));
  const { record, copied } = await makeWorktreeSession(
    deps,
    { git, main, repository },
    { ...about, ...branchOptions(input), ...prefix === undefined ? {} : { prefix } },
  );
  if (!context.json) context.say(report(record));
  if (copied.length > 0) context.say(`berth: copied by .worktreeinclude: ${copied.join(", ")}\n`);
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

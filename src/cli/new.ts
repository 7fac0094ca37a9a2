import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { fail } from "../errors.ts";
import { createSession } from "../sessions/create.ts";
import { gitIn } from "../sessions/git.ts";
import { makeWorktreeSession, type WorktreeSession } from "../sessions/make.ts";
import type { Means } from "../sessions/means.ts";
import { checkName } from "../sessions/name.ts";
import { findRepository } from "../sessions/repository.ts";
import type { SessionRecord } from "../store/record.ts";
import { type Command, type Context, flag, type Input, outJson, text } from "./command.ts";
import { runHook } from "./hooks.ts";
import { WAIT } from "./session.ts";
import { meansOf, uninterrupted } from "./sessions-means.ts";
import { runIn } from "./supervised.ts";

export const newCommand: Command = {
  usage: "new [name] [-- command]",
  about: "Make a session with a branch and a worktree of its own",
  details: [
    "The branch is feature/NAME, from the commit that is checked out here, and the worktree is in .worktrees of",
    "the repository's root. Without a NAME one is made up, and printed. What stands behind -- runs in it. Files",
    "that git ignores and .worktreeinclude names are copied into the worktree.",
  ],
  options: [
    { flag: "--base <ref>", about: "Start the branch there" },
    { flag: "--branch <branch>", about: "Make this branch" },
    { flag: "--existing-branch <branch>", about: "Work on this branch instead of a new one" },
    { flag: "--no-worktree", about: "No branch and no worktree: run in the project's root" },
    { flag: "--role <role>", about: "What it is there for; one live session of a workspace has it" },
    { flag: "--path <dir>", about: "The project's root; otherwise the repository's, else this directory" },
    { flag: "--no-hooks", about: "Run no hooks of the project" },
    WAIT,
  ],
  examples: ["berth new auth -- claude", "berth new --base origin/main", "berth new notes --no-worktree"],
  async run(context, input) {
    const [name] = input.args;
    if (name !== undefined) checkName(name);
    refuseContradictions(input);
    const means = await meansOf(context, input, "new");
    const made = await uninterrupted(() => make(context, means, input, name));
    await runHook(context, means, made, "post-create", { skip: flag(input, "no-hooks") });
    const command = input.rest ?? [];
    if (command.length > 0) return await runIn(context, means, made, command);
    if (context.json) outJson(context, { session: made });
    else context.out(`${made.name}\n`);
    return 0;
  },
};

function refuseContradictions(input: Input): void {
  const given = (name: string) => input.options[name] !== undefined && input.options[name] !== false;
  const pairs = [
    ["existing-branch", "branch"],
    ["existing-branch", "base"],
    ["no-worktree", "branch"],
    ["no-worktree", "existing-branch"],
    ["no-worktree", "base"],
  ] as const;
  for (const [one, other] of pairs) {
    if (given(one) && given(other)) throw fail("options_exclude", { one: `--${one}`, other: `--${other}` });
  }
}

/** The directory that was given or that we are in, without symbolic links. @throws `bad_directory` */
export function directoryOf(input: Input): string {
  const path = resolve(text(input, "path") ?? process.cwd());
  try {
    if (statSync(path).isDirectory()) return realpathSync(path);
  } catch (error) {
    throw fail("bad_directory", { path, why: "No such directory, or you may not enter it" }, error);
  }
  throw fail("bad_directory", { path, why: "Not a directory" });
}

async function make(
  context: Context,
  means: Means,
  input: Input,
  name: string | undefined,
): Promise<SessionRecord> {
  const directory = directoryOf(input);
  const role = text(input, "role");
  const about = {
    ...name === undefined ? {} : { name },
    ...role === undefined ? {} : { role },
  };
  if (flag(input, "no-worktree")) {
    return await createSession(means, { ...about, root: await plainRoot(context, input, directory) });
  }
  const git = gitIn(directory, context.host.variables);
  const repository = await findRepository(git);
  const main = gitIn(repository.root, context.host.variables);
  const { record, copied } = await makeWorktreeSession(
    means,
    { git, main, repository },
    { ...about, ...branchOptions(input) },
  );
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

/** The root of a session without a worktree: the directory given, else the checkout we are in, else this directory. */
async function plainRoot({ host }: Context, input: Input, directory: string): Promise<string> {
  if (text(input, "path") !== undefined) return directory;
  try {
    return (await findRepository(gitIn(directory, host.variables))).top ?? directory;
  } catch {
    // No repository, or no git: neither is needed.
    return directory;
  }
}

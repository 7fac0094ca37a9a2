import { existsSync } from "node:fs";
import process from "node:process";
import { fail } from "../../../errors/errors.ts";
import { askAhead } from "../../../sessions/git/git.ts";
import { branchOf, checkName } from "../../../sessions/model/name.ts";
import { repositoryQuestion } from "../../../sessions/git/repository-question.ts";
import { type Command, flag, type Input, text } from "../../command.ts";
import { DETACH } from "../../line/detach-option.ts";
import { WAIT } from "../../line/wait-option.ts";

export const newCommand: Command = {
  usage: "new [name] [-- command]",
  about: "Make a session with a branch and a worktree of its own",
  details: [
    "The branch is feature/NAME, from the commit that is checked out here, and the worktree is in .worktrees of",
    "the repository's root, or where worktrees.path of the configuration says. Without a NAME one is made up, and printed. What stands behind -- runs in it. Files",
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
    { flag: "--or-existing", about: "Take the session of that name where the project has one" },
    { flag: "--print-path", about: "Print the worktree's path instead of the name" },
    DETACH,
    WAIT,
  ],
  examples: [
    "berth new auth -- claude",
    "berth new auth -d -- claude",
    "berth new --base origin/main",
    "berth new notes --no-worktree",
  ],
  async run(context, input) {
    const [name] = input.args;
    if (name !== undefined) checkName(name);
    refuseContradictions(input);
    if (flag(input, "detach") && (input.rest ?? []).length === 0) {
      throw fail("missing_argument", { command: "new", usage: "new [name] -d -- <command>" });
    }
    // Git looks while nearly all of this command is loaded: both take about as long.
    const prefix = await prefixOf(context.host.variables);
    const branch = branchToMake(input, prefix);
    const directory = await directoryToAsk(input);
    const early = askAhead(directory, context.host.variables, [repositoryQuestion(branch)]);
    const { makeSession } = await import("./new-session.ts");
    return await makeSession(context, input, { branch, prefix }, early);
  },
};

/** As `directoryOf` has it, which is loaded where there is something to look up. */
async function directoryToAsk(input: Input): Promise<string> {
  if (text(input, "path") === undefined) return process.cwd();
  const { directoryOf } = await import("../../line/given-directory.ts");
  return directoryOf(input);
}

/** The new branch; undefined where there will be none, or its name is yet to be made up. */
function branchToMake(input: Input, prefix: string | undefined): string | undefined {
  const [name] = input.args;
  if (flag(input, "no-worktree") || text(input, "existing-branch") !== undefined) return undefined;
  return text(input, "branch") ?? (name === undefined ? undefined : branchOf(name, prefix));
}

/** What the configuration says, which is loaded where there is one; undefined: what holds without. */
async function prefixOf(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const { findRoot } = await import("../../../store/root.ts");
  if (!existsSync(`${findRoot(variables, () => {})}/config.json`)) return undefined;
  const { readConfig } = await import("../../../store/config.ts");
  const { openStore } = await import("../../../store/open.ts");
  return readConfig(openStore({ environment: variables }))["branch.prefix"];
}

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

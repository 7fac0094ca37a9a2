import { refuseNone } from "../../sessions/git/own-worktree.ts";
import { gitIn } from "../../sessions/git/git.ts";
import { startOf } from "../../sessions/git/started.ts";
import { untrackedIndex } from "../../sessions/git/untracked-index.ts";
import { directoryOf } from "../../sessions/process/supervise.ts";
import type { Command, Context, Input } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { dependenciesOf, namedRecord } from "../mean/sessions-dependencies.ts";
import { gitColours, showBy } from "./git-shown.ts";

export const diff: Command = {
  usage: "diff [session] [-- git's own]",
  about: "Show what a session changed, uncommitted work included",
  details: [
    SESSION_HELP,
    "By git diff, from the commit where the session's branch and what it was made from parted to the files as they are,",
    "untracked ones too. What stands behind -- is given to git.",
  ],
  examples: ["berth diff auth", "berth diff auth -- --stat", "berth diff auth -- src"],
  async run(context, input) {
    const { worktree, start } = await compared(context, input, "diff");
    using index = await untrackedIndex(worktree);
    const more = index === null ? {} : { GIT_INDEX_FILE: index.file };
    return await showBy(context, ["git", "diff", ...gitColours(context), start, ...input.rest ?? []], {
      cwd: worktree.directory,
      more,
    });
  },
};

export const log: Command = {
  usage: "log [session] [-- git's own]",
  about: "Show the commits of a session",
  details: [
    SESSION_HELP,
    "By git log, from the commit where the session's branch and what it was made from parted. What stands behind -- is",
    "given to git.",
  ],
  examples: ["berth log auth", "berth log auth -- --oneline"],
  async run(context, input) {
    const { worktree, start } = await compared(context, input, "log");
    return await showBy(context, [
      "git",
      "log",
      ...gitColours(context),
      `${start}..HEAD`,
      ...input.rest ?? [],
    ], {
      cwd: worktree.directory,
    });
  },
};

async function compared(context: Context, input: Input, command: string) {
  const deps = await dependenciesOf(context, input, command);
  const record = namedRecord(context, deps, input, { given: input.args[0], effect: "look", action: command });
  const directory = directoryOf(record);
  refuseNone(record);
  const worktree = gitIn(directory, context.host.variables);
  return { worktree, start: await startOf(worktree, record) };
}

import process from "node:process";
import { askAround } from "../../../sessions/git/around.ts";
import { checkoutStatus } from "../../../sessions/git/status-call.ts";
import { type Command, flag } from "../../command.ts";
import { SESSION_HELP } from "../../line/session-help.ts";
import { WAIT } from "../../line/wait-option.ts";

export const finish: Command = {
  usage: "finish [session]",
  about: "Merge a session's branch into its base, then remove worktree, branch and session",
  details: [
    SESSION_HELP,
    "The base is the branch that the session was made from, else the default one. Nothing changes where something is not",
    "committed, where both changed the same lines, or where the base's checkout has work in the same files. Git merges",
    "as your settings say, with your hooks and your signing. berth restore brings the session back.",
  ],
  options: [
    { flag: "--into <branch>", about: "Merge into this branch" },
    { flag: "--merge", about: "Make a merge commit in any case" },
    { flag: "--squash", about: "Make one commit of all" },
    { flag: "--rebase", about: "Put the commits on top of the base" },
    { flag: "--ff", about: "Only where the base has nothing else" },
    { flag: "-m, --message <text>", about: "Say this in the commit that is made" },
    { flag: "--keep", about: "Only merge: session, worktree and branch stay" },
    {
      flag: "--force",
      about: "Also when its command runs (it is stopped), and past processes that stand there",
    },
    { flag: "--no-hooks", about: "Run no hooks of the project's .berth.json" },
    WAIT,
  ],
  examples: [
    "berth finish auth",
    "berth finish auth --squash -m 'Add login'",
    "berth finish auth --into develop --keep",
  ],
  async run(context, input) {
    // The base is nearly always checked out where it is merged from. What --force ends may be at work there.
    const questions = flag(input, "force") ? [] : [checkoutStatus];
    const ahead = askAround(process.cwd(), context.host.variables, questions);
    try {
      const { finishNamed } = await import("./finish-session.ts");
      await finishNamed(context, input, ahead);
    } finally {
      ahead?.drop?.();
    }
  },
};

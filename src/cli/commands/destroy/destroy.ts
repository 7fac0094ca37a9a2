import process from "node:process";
import { askAround } from "../../../sessions/git/around.ts";
import { type Command, flag } from "../../command.ts";
import { SESSION_HELP } from "../../line/session-help.ts";
import { WAIT } from "../../line/wait-option.ts";

export const destroy: Command = {
  usage: "destroy [session]",
  about: "End a session, and remove its worktree where that loses nothing",
  details: [
    SESSION_HELP,
    "Without --cleanup the session is archived, and worktree and branch stay. A worktree with changes, untracked",
    "files, commits on no branch or a lock is kept, and so is one in which processes stand, unless --force says",
    "otherwise; a branch with commits that no other branch and no remote has, unless --force-branch does. Whatever",
    'goes by force is kept in the repository, and "berth restore NAME --worktree" brings it back. What is mounted',
    "in a worktree keeps it in any case. Stashes are never touched.",
  ],
  options: [
    { flag: "--cleanup", about: "Remove the worktree too" },
    { flag: "--delete-branch", about: "Delete the branch too, if berth made it" },
    { flag: "--force", about: "Also when it runs, and with work in the worktree; that is kept for an undo" },
    { flag: "--force-branch", about: "With --delete-branch: also with commits that nothing else has" },
    { flag: "-n, --dry-run", about: "Only say what would happen" },
    { flag: "--no-hooks", about: "Run no hooks of the project" },
    WAIT,
  ],
  examples: ["berth destroy auth", "berth destroy auth --cleanup --delete-branch"],
  async run(context, input) {
    const asks = flag(input, "cleanup") || flag(input, "delete-branch");
    const ahead = asks ? askAround(process.cwd(), context.host.variables) : undefined;
    const { destroyNamed } = await import("./destroy-session.ts");
    await destroyNamed(context, input, ahead);
  },
};

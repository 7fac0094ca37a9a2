import { directoryOf } from "../../sessions/process/supervise.ts";
import { type Command, outJson } from "../command.ts";
import { checkHook } from "./hook.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { dependenciesOf, namedRecord } from "../mean/sessions-dependencies.ts";
import { sendShell } from "../say/shell-directory.ts";

export const cd: Command = {
  usage: "cd <session>",
  about: "Go into a session's worktree",
  details: [
    SESSION_HELP,
    'With the shell\'s hook (see "berth help init") your shell goes there, and "berth cd -" goes back. Without it the',
    "path is printed.",
  ],
  examples: ["berth cd auth", "berth cd -", 'cd "$(berth path --worktree auth)"'],
  async run(context, input) {
    // A shell's own way back, which nobody else knows.
    if (input.args[0] === "-") checkHook(context, "cd");
    const deps = await dependenciesOf(context, input, "cd");
    const path = directoryOf(
      namedRecord(context, deps, input, { given: input.args[0], effect: "look", action: "go into" }),
    );
    const goes = sendShell(context, path);
    if (context.json) return outJson(context, { path });
    if (goes) return;
    context.out(`${path}\n`);
    context.say('berth: note: only the shell\'s hook can take you there, see "berth help init"\n');
  },
};

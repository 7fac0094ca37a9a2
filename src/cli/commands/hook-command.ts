import { fail } from "../../errors/errors.ts";
import { type Hook, HOOKS } from "../../sessions/project-hooks/hooks-file.ts";
import type { Command } from "../command.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, namedRecord } from "../mean/sessions-dependencies.ts";
import { runHook } from "./hooks.ts";

const USAGE = "hook run <session> <hook>";

export const hookCommand: Command = {
  usage: "hook <action> [session] [hook]",
  about: "Run a hook of a session's project, such as one that was skipped",
  details: [
    "run SESSION HOOK  run it in the session's worktree, if its file is trusted, and print the end of its output",
    `Hooks: ${HOOKS.join(", ")}. "berth help trust" says what they are.`,
  ],
  options: [WAIT],
  examples: ["berth hook run auth post-create"],
  async run(context, input) {
    const [action, given, hook, ...more] = input.args;
    if (action !== "run" || given === undefined || hook === undefined || more.length > 0) {
      throw fail("missing_argument", { command: "hook", usage: USAGE });
    }
    const deps = await dependenciesOf(context, input, "hook");
    const record = namedRecord(context, deps, input, { given, effect: "change", action: "run a hook of" });
    if (!isHook(hook)) throw fail("no_such_hook", { hook, session: record.name });
    await runHook(context, deps, record, hook, { skip: false, asked: true });
  },
};

const isHook = (word: string): word is Hook => (HOOKS as readonly string[]).includes(word);

import { fail } from "../../errors/errors.ts";
import { type Command, flag, type Input } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, namedRecord } from "../mean/sessions-dependencies.ts";
import { DETACH } from "../line/detach-option.ts";
import { detached, runIn } from "./supervised.ts";

export const runSession: Command = {
  usage: "run [session] -- <command>",
  about: "Run a command in a session's worktree",
  details: [
    SESSION_HELP,
    "The exit status is the command's; 126: it cannot be executed, 127: there is no such program. One command at a time runs in a session.",
  ],
  options: [DETACH, WAIT],
  examples: ["berth run auth -- claude --resume", "berth run auth -d -- npm test"],
  async run(context, input) {
    const command = input.rest ?? [];
    if (command.length === 0) {
      throw fail("missing_argument", { command: "run", usage: "run [session] -- <command>" });
    }
    const deps = await dependenciesOf(context, input, "run");
    const record = namedRecord(context, deps, input, meaning(input, "run in"));
    return flag(input, "detach")
      ? await detached(context, deps, record, command)
      : await runIn(context, deps, record, command);
  },
};

export const resume: Command = {
  usage: "resume [session]",
  about: "Run a session's last command again",
  details: [SESSION_HELP],
  options: [DETACH, WAIT],
  examples: ["berth resume auth", "berth resume auth -d"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "resume");
    const record = namedRecord(context, deps, input, meaning(input, "resume"));
    const command = record.run?.command ?? [];
    if (command.length === 0) throw fail("no_command", { session: record.name });
    return flag(input, "detach")
      ? await detached(context, deps, record, command)
      : await runIn(context, deps, record, command);
  },
};

const meaning = ({ args: [given] }: Input, action: string) => ({ given, action, effect: "change" }) as const;

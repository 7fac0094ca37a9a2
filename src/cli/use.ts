import { fail } from "../errors.ts";
import { formatLabel, shortId } from "../identity/label.ts";
import { type Command, type Context, flag, outJson } from "./command.ts";
import { checkHook, ownTerminal, tellHook } from "./hook.ts";

export const use: Command = {
  usage: "use [session]",
  about: "Let this terminal mean another session",
  details: [
    "Every command typed in this terminal from now on, and every program started from it, means SESSION. Another",
    "terminal opened from here does not. It ends with the shell; --none ends it before. Needs the shell's hook",
    `(see "berth help init"). BERTH_SESSION and --session-id count before it.`,
  ],
  options: [{ flag: "--none", about: "Let this terminal mean its own session again" }],
  examples: ["berth use review", "berth use --none"],
  run(context, input) {
    const none = flag(input, "none");
    const [given] = input.args;
    if (none && given !== undefined) {
      throw fail("unexpected_argument", { command: "use", given, usage: "use --none" });
    }
    if (!none && given === undefined) {
      throw fail("missing_argument", { command: "use", usage: "use <session>" });
    }
    checkHook(context, "use");
    const terminal = ownTerminal(context);
    if (none) return choose(context, "", terminal.id, terminal.binding());
    const id = sessionId(context, given ?? "");
    checkNotGiven(context);
    choose(context, id, id, terminal.binding());
  },
};

function choose(context: Context, use: string, id: string, binding: string): void {
  const given = context.facts.variables.BERTH_SESSION;
  // `use --none` below BERTH_SESSION: the label still is what counts here.
  tellHook(context, use, given === undefined ? id : formatLabel(given, context.means.sha256), binding);
  if (context.json) outJson(context, { id, use: use === "" ? null : use });
  context.say(
    use === ""
      ? `This terminal means its own session again: ${shortId(id)}\n`
      : `This terminal now means session ${shortId(id)}\n`,
  );
}

function checkNotGiven(context: Context): void {
  const label = context.facts.variables.BERTH_SESSION;
  if (label !== undefined) throw fail("session_given", { label });
}

/** The ID of the session that the user means. @throws BerthError a usage error for what can be no session's name */
function sessionId(context: Context, given: string): string {
  return formatLabel(given, context.means.sha256);
}

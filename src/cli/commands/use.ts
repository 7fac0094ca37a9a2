import { BerthError, fail } from "../../errors/errors.ts";
import { shortId } from "../../identity/id.ts";
import { formatLabel } from "../../identity/label.ts";
import { selectSession } from "../../store/select.ts";
import { type Command, type Context, flag, type Input, outJson } from "../command.ts";
import { checkHook, ownTerminal, tellHook } from "./hook.ts";
import { SESSION_HELP } from "../mean/selected.ts";
import { storeOf } from "../mean/session.ts";

export const use: Command = {
  usage: "use [session]",
  about: "Let this terminal mean another session",
  details: [
    "Every command typed in this terminal from now on, and every program started from it, means SESSION. Another",
    "terminal opened from here does not. It ends with the shell; --none ends it before. Needs the shell's hook",
    `(see "berth help init"). BERTH_SESSION and --session-id count before it.`,
    `${SESSION_HELP};`,
    "a label that no session has yet begins one.",
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
    const id = sessionId(context, input, given ?? "");
    checkNotGiven(context);
    choose(context, id, id, terminal.binding());
  },
};

function choose(context: Context, use: string, id: string, binding: string): void {
  const { source, id: counted } = context.resolution();
  // `use --none` below BERTH_SESSION: that still is what counts here.
  tellHook(context, use, source === "explicit-env" ? counted : id, binding);
  if (context.json) outJson(context, { id, use: use === "" ? null : use });
  context.say(
    use === ""
      ? `This terminal means its own session again: ${shortId(id)}\n`
      : `This terminal now means session ${shortId(id)}\n`,
  );
}

function checkNotGiven(context: Context): void {
  const { source, id } = context.resolution();
  if (source !== "explicit-env") return;
  throw fail("session_given", { label: context.facts.variables.BERTH_SESSION ?? id });
}

/**
 * The ID of the session that the user means: one that the store has, else the one that a label will be.
 *
 * @throws BerthError ambiguous_session, or a usage error for what can be no session's name
 */
function sessionId(context: Context, input: Input, given: string): string {
  try {
    return selectSession(storeOf(context, input, "use"), given);
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "no_such_session") throw error;
    return formatLabel(given, context.deps.sha256);
  }
}

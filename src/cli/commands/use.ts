import { BerthError, fail } from "../../errors/errors.ts";
import { shortId } from "../../identity/id.ts";
import { formatLabel } from "../../identity/label.ts";
import { type Command, type Context, flag, type Input, outJson } from "../command.ts";
import { checkHook, ownTerminal, tellHook } from "./hook.ts";
import { userDirectory } from "../mean/directory.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { meantBy, worktreeSession } from "../mean/selected.ts";
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
  options: [
    { flag: "--here", about: "Mean the session in whose worktree this directory is" },
    { flag: "--none", about: "Let this terminal mean its own session again" },
  ],
  examples: ["berth use review", "berth use --here", "berth use --none"],
  run(context, input) {
    const none = flag(input, "none");
    const [given] = input.args;
    checkArguments(input);
    checkHook(context, "use");
    const terminal = ownTerminal(context);
    if (none) return choose(context, "", terminal.id, terminal.binding());
    const id = flag(input, "here") ? idHere(context, input) : sessionId(context, input, given ?? "");
    checkNotGiven(context);
    choose(context, id, id, terminal.binding());
  },
};

function checkArguments(input: Input): void {
  const [given] = input.args;
  const [none, here] = [flag(input, "none"), flag(input, "here")];
  if (none && here) throw fail("options_exclude", { one: "--here", other: "--none" });
  if (given !== undefined && (none || here)) {
    throw fail("unexpected_argument", { command: "use", given, usage: none ? "use --none" : "use --here" });
  }
  if (given === undefined && !none && !here) {
    throw fail("missing_argument", { command: "use", usage: "use <session>" });
  }
}

/** @throws `no_session_here` */
function idHere(context: Context, input: Input): string {
  const record = worktreeSession(context, storeOf(context, input, "use"));
  if (record === null) throw fail("no_session_here", { directory: userDirectory(context) });
  return record.id;
}

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
    return meantBy(context, storeOf(context, input, "use"), input, given, "look");
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "no_such_session") throw error;
    return formatLabel(given, context.deps.sha256);
  }
}

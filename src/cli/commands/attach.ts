import { fail } from "../../errors/errors.ts";
import { keptLog } from "../../sessions/background/log.ts";
import { captured, type Pane, paneOf, sessionOfPane } from "../../sessions/background/pane.ts";
import { type Tmux, tmuxBy, tmuxEnvironment } from "../../sessions/background/tmux.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Command, outJson } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { dependenciesOf, namedRecord } from "../mean/sessions-dependencies.ts";
import { showPane } from "./jump/tmux.ts";

export const attach: Command = {
  usage: "attach [session]",
  about: "Go to where a session's command runs in the background",
  details: [
    SESSION_HELP,
    "Inside of tmux this client goes there; elsewhere tmux is attached to, until you detach.",
  ],
  examples: ["berth attach auth"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "attach");
    const record = namedRecord(context, deps, input, {
      given: input.args[0],
      effect: "look",
      action: "attach to",
    });
    const tmux = tmuxBy(tmuxEnvironment(context.host.variables));
    const { pane, session } = await found(tmux, record);
    if (context.json) outJson(context, { session: record });
    return await showPane(context, tmux, { ...pane, session });
  },
};

export const logs: Command = {
  usage: "logs [session]",
  about: "Print what a session's command shows in the background, or showed last",
  details: [SESSION_HELP, "After its end the last 256 KiB of what its pane showed are kept."],
  examples: ["berth logs auth", "berth logs auth | tail"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "logs");
    const record = namedRecord(context, deps, input, {
      given: input.args[0],
      effect: "look",
      action: "read",
    });
    const pane = paneOf(record);
    const tmux = tmuxBy(tmuxEnvironment(context.host.variables));
    const shown = pane !== null && isRunning(record) ? await captured(tmux, pane).catch(() => null) : null;
    // What stays of a pane when its command has ended is tmux's, and so is what is shown by another server.
    const isOurs = shown !== null && pane !== null && await sessionOfPane(tmux, pane) !== null;
    const text = isOurs ? shown : keptLog(deps.store, record.id);
    if (text === null) throw fail("no_log", { session: record.name });
    context.out(text);
  },
};

/** Whether the pane of its last run is still the run's: somebody else may have started something there since. */
const isRunning = ({ run }: SessionRecord): boolean =>
  run !== undefined && run.state !== "CLEANED" && run.state !== "CREATED";

/** @throws `not_in_background` where there is nowhere to go to */
async function found(
  tmux: Tmux,
  record: SessionRecord & { name: string },
): Promise<{ pane: Pane; session: string }> {
  const { name, run } = record;
  const pane = paneOf(record);
  const running = isRunning(record);
  if (pane === null) {
    const why = running ? `process ${run?.pid} runs in the foreground of a terminal` : "nothing runs in it";
    throw fail("not_in_background", { session: name, why, running });
  }
  const session = running ? await sessionOfPane(tmux, pane) : null;
  if (session === null) {
    const why = running ? "the tmux that it was in is gone" : "its command has ended";
    throw fail("not_in_background", { session: name, why, running, alone: running });
  }
  return { pane, session };
}

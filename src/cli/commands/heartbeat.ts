import { recordActivity } from "../../sessions/runs/runs.ts";
import { type Command, flag, outJson } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, terminalRecord } from "../mean/sessions-dependencies.ts";

export const heartbeat: Command = {
  usage: "heartbeat [session]",
  about: "Note that a session's command is at work",
  details: [SESSION_HELP, "Without SESSION the one of this place is meant. Refused once the run is ending."],
  options: [{ flag: "--message", about: "Count a message as well" }, WAIT],
  examples: ["berth heartbeat", "berth heartbeat auth --message"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "heartbeat");
    const { id } = terminalRecord(context, deps, input, { given: input.args[0], effect: "change" });
    const { lastActivity, messageCount } = await recordActivity(deps, id, flag(input, "message") ? 1 : 0);
    if (context.json) outJson(context, { id, lastActivity, messageCount });
  },
};

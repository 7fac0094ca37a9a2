import { picklist, safeParse } from "valibot";
import { fail } from "../../errors/errors.ts";
import { change } from "../../sessions/runs/runs.ts";
import { STATUSES } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { type Command, type Context, flag, type Input, outJson } from "../command.ts";
import { runHook } from "./hooks.ts";
import { agentAtLength, everyAgentIn } from "../mean/agents.ts";
import { coloursOf, statusMarked } from "../say/colours.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import type { Purpose } from "../mean/selected.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, localOrShared } from "../mean/sessions-dependencies.ts";

const WANTED = "active, waiting, idle, error or stopped";
const STATUS = picklist(STATUSES);

export const status: Command = {
  usage: "status [session] [status]",
  about: "Say how a session is doing: active, waiting, idle, error or stopped",
  details: [
    SESSION_HELP,
    "Without SESSION the one whose worktree this is, else the terminal's. berth wait waits for it. Without STATUS it is shown, with what the session's agents are doing and what says so",
    "(see berth help agent): that is found out each time, and not set here.",
  ],
  options: [{ flag: "--no-hooks", about: "Run no hooks of the project" }, WAIT],
  examples: ["berth status auth waiting", 'berth status "$BERTH_SESSION" active'],
  async run(context, input) {
    const alone = input.args.length === 1 && safeParse(STATUS, input.args[0]).success;
    const [given, value] = alone ? [undefined, input.args[0]] : input.args;
    if (value === undefined) return await showStatus(context, input, given);
    const wanted = safeParse(STATUS, value);
    if (!wanted.success) throw fail("bad_option_value", { option: "status", value, wanted: WANTED });
    const { deps, record: { id }, isShared } = await meant(context, input, given, "change");
    let old = "";
    const record = await change(deps, id, (draft) => {
      old = draft.status;
      draft.status = wanted.output;
      if (old !== wanted.output) remember(draft, deps.clock(), "status", { from: old, to: wanted.output });
    });
    if (old !== record.status && !isShared) {
      const variables = { BERTH_OLD_STATUS: old, BERTH_STATUS: record.status };
      await runHook(context, deps, record, "status-change", { skip: flag(input, "no-hooks"), variables });
    }
    if (context.json) outJson(context, { id, status: record.status, from: old });
  },
};

async function meant(context: Context, input: Input, given: string | undefined, effect: Purpose) {
  const deps = await dependenciesOf(context, input, "status");
  return await localOrShared(context, deps, input, { given, effect }, "status");
}

async function showStatus(context: Context, input: Input, given: string | undefined): Promise<void> {
  const { deps, record: { id, status }, isShared } = await meant(context, input, given, "look");
  const agents = isShared ? [] : await everyAgentIn(context, deps.store, id);
  if (context.json) return outJson(context, { id, status, agents });
  const colours = coloursOf(context.host);
  const doing = agents.map((agent) =>
    statusMarked(colours, agent.status, agentAtLength(agent, context.now()))
  );
  const lines = [statusMarked(colours, status), ...doing];
  context.out(lines.map((line) => `${line}\n`).join(""));
}

import { fail } from "../../../errors/errors.ts";
import { type Command, type Context, type Input } from "../../command.ts";

type Action = (context: Context, input: Input, words: readonly string[]) => Promise<number | void>;

/** What `berth agent` does, each loaded when it is asked for. */
const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  hook: async () => (await import("./hook.ts")).hook,
};

export const agent: Command = {
  usage: "agent <action> [...agents]",
  about: "Let coding agents tell what they are doing, and know their session",
  details: [
    "hook AGENT [EVENT]  what an agent calls at each event, with the event as JSON on standard input",
  ],
  options: [],
  examples: [],
  async run(context, input) {
    const [action = "", ...words] = input.args;
    if (!Object.hasOwn(ACTIONS, action)) {
      throw fail("unknown_agent_action", { given: action, known: Object.keys(ACTIONS) });
    }
    return await (await ACTIONS[action]?.())?.(context, input, words);
  },
};

import { readRecord } from "../../store/read.ts";
import { valuesOf } from "../../store/state.ts";
import { type Command, outJson, text } from "../command.ts";
import { here, SCRIPT } from "../mean/session.ts";

export const keys: Command = {
  usage: "keys",
  about: "Print the keys of this session's values",
  options: [SCRIPT],
  examples: ["berth keys", "berth keys --script deploy"],
  async run(context, input) {
    const { store, id } = await here(context, input, "keys");
    const names = Object.keys(valuesOf(readRecord(store, id), text(input, "script")) ?? {}).sort();
    if (context.json) outJson(context, { id, keys: names });
    else context.out(names.map((name) => `${name}\n`).join(""));
  },
};

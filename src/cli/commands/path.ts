import { recordName } from "../../store/names.ts";
import { type Command, outJson } from "../command.ts";
import { selected, SESSION_HELP } from "../mean/selected.ts";

export const path: Command = {
  usage: "path [session]",
  about: "Print where a session is kept",
  details: [SESSION_HELP, "The file of this session is there after its first write."],
  examples: ["berth path", "berth path auth"],
  run(context, input) {
    const { store, id } = selected(context, input, "path", input.args[0]);
    const file = store.backend.locate(recordName(id));
    if (context.json) outJson(context, { path: file });
    else context.out(`${file}\n`);
  },
};

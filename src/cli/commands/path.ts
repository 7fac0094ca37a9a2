import { recordName } from "../../store/names.ts";
import { type Command, flag, outJson } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { selected } from "../mean/selected.ts";

export const path: Command = {
  usage: "path [session]",
  about: "Print where a session is kept, or its worktree",
  details: [SESSION_HELP, "The file of this session is there after its first write."],
  options: [{ flag: "--worktree", about: "The directory that its commands run in" }],
  examples: ["berth path", "berth path auth", "berth path --worktree auth"],
  async run(context, input) {
    if (flag(input, "worktree")) {
      const { dependenciesOf, namedRecord } = await import("../mean/sessions-dependencies.ts");
      const { directoryOf } = await import("../../sessions/process/supervise.ts");
      const deps = await dependenciesOf(context, input, "path");
      const directory = directoryOf(
        namedRecord(context, deps, input, {
          given: input.args[0],
          effect: "look",
          action: "find the worktree of",
        }),
      );
      if (context.json) outJson(context, { path: directory });
      else context.out(`${directory}\n`);
      return;
    }
    const { store, id } = await selected(context, input, "path", { given: input.args[0], effect: "look" });
    const file = store.backend.locate(recordName(id));
    if (context.json) outJson(context, { path: file });
    else context.out(`${file}\n`);
  },
};

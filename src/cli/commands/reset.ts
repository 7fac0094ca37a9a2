import { resetSession } from "../../store/archive.ts";
import { refuseUnfinished } from "../../sessions/model/journal.ts";
import { type Command, flag, outJson } from "../command.ts";
import { refuseLive } from "../mean/guard.ts";
import { machineOf } from "../mean/machine.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { currentId, selected } from "../mean/selected.ts";
import { WAIT } from "../mean/session.ts";

export const reset: Command = {
  usage: "reset [session]",
  about: "Archive what a session keeps, and start it anew",
  details: [SESSION_HELP, "It keeps its ID, name, role and project. The archive's name is printed."],
  options: [{ flag: "--force", about: "Also while a process uses it" }, WAIT],
  examples: ["berth reset", "berth reset auth --force"],
  async run(context, input) {
    const { store, id } = await selected(context, input, "reset", { given: input.args[0], effect: "change" });
    const machine = machineOf(context, store);
    const live = refuseLive(machine, "reset", currentId(context), flag(input, "force"));
    const archive = await resetSession(store, id, (record) => {
      // The journal would be gone, and with it what a crash left to be put right.
      refuseUnfinished(machine, record, "reset");
      live(record);
    });
    if (context.json) outJson(context, { id, archive });
    else context.out(`${archive}\n`);
  },
};

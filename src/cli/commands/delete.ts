import { fail } from "../../errors/errors.ts";
import { deleteSession, type Guard } from "../../store/archive.ts";
import type { Store } from "../../store/open.ts";
import { readRecord } from "../../store/read.ts";
import { type Command, flag, outJson } from "../command.ts";
import { refuseLive } from "../mean/guard.ts";
import { machineOf } from "../mean/machine.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { currentId, meantBy, sharedMeant } from "../mean/selected.ts";
import { storeOf, WAIT } from "../mean/session.ts";

export const deleteCommand: Command = {
  usage: "delete <...sessions>",
  about: "Delete sessions and all they keep, for good",
  details: [SESSION_HELP, "A named session with a worktree is left to berth destroy."],
  options: [
    { flag: "-n, --dry-run", about: "Only say what would be deleted" },
    { flag: "-y, --yes", about: "Accepted for scripts: nothing is asked" },
    { flag: "-f, --force", about: "Also while a process uses it" },
    WAIT,
  ],
  examples: ["berth delete ex--build_5d", "berth delete --dry-run 3f0c 91ab"],
  async run(context, input) {
    const local = storeOf(context, input, "delete");
    const dryRun = flag(input, "dry-run");
    const guard = guards(
      refuseLive(machineOf(context, local), "delete", currentId(context), flag(input, "force")),
    );
    const meant = new Map<string, Store>();
    for (const given of input.args) {
      const { store, id } = await sharedMeant(context, local, given, "delete") ??
        { store: local, id: meantBy(context, local, input, given, "change") };
      meant.set(id, store);
    }
    const ids = [...meant.keys()];
    // All are looked at before the first one goes.
    for (const [id, store] of meant) {
      const record = readRecord(store, id);
      if (record !== null) guard(record);
    }
    if (!dryRun) { for (const [id, store] of meant) await deleteSession(store, id, guard); }
    if (context.json) return outJson(context, { id: ids[0], ids, dryRun });
    context.say(ids.map((id) => `berth: ${dryRun ? "would delete" : "deleted"} ${id}\n`).join(""));
  },
};

const guards = (live: Guard): Guard => (record) => {
  const { id, name, project } = record;
  if (name !== undefined && project?.worktree !== undefined) throw fail("session_named", { id, name });
  live(record);
};

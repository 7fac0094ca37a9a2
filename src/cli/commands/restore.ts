import { restoreSession } from "../../sessions/workspace/restore.ts";
import { shortArchive } from "../../store/archive.ts";
import { type Command, flag, outJson } from "../command.ts";
import { refuseLive } from "../mean/guard.ts";
import { machineOf } from "../mean/machine.ts";
import { currentId } from "../mean/selected.ts";
import { storeOf, WAIT } from "../mean/session.ts";

export const restore: Command = {
  usage: "restore <archive>",
  about: "Bring an archived session back",
  details: [
    `ARCHIVE is a name that "berth archives" lists. The session's ID is printed. A session of "berth new" comes back`,
    "within the limit of its project only, and while nobody else there has its name or holds its role.",
  ],
  options: [{ flag: "--force", about: "Archive a session that is there meanwhile" }, WAIT],
  examples: ["berth restore ex--build_5d--reset--2026-03-01T09-30-00Z--000"],
  async run(context, input) {
    const archive = input.args[0] ?? "";
    const store = storeOf(context, input, "restore");
    const replace = flag(input, "force")
      ? refuseLive(machineOf(context, store), "replace", currentId(context), true)
      : null;
    const deps = { store, machine: () => machineOf(context, store), clock: context.now };
    const id = await restoreSession(deps, archive, replace);
    if (context.json) outJson(context, { id, archive: shortArchive(archive) });
    else context.out(`${id}\n`);
  },
};

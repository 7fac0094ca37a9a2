import { checkoutOf } from "../../sessions/git/checkout.ts";
import { branchOf } from "../../sessions/model/name.ts";
import { readConfig } from "../../store/config.ts";
import { renameSession } from "../../sessions/steps/rename.ts";
import { type Command, flag, outJson } from "../command.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { WAIT } from "../mean/session.ts";
import { dependenciesOf, namedRecord, uninterrupted } from "../mean/sessions-dependencies.ts";
import { refuseSharedName } from "../mean/shared-name.ts";

export const rename: Command = {
  usage: "rename [session] <name>",
  about: "Give a session another name",
  details: [SESSION_HELP, "What runs in it goes on. The directory of its worktree stays where it is."],
  options: [{ flag: "--branch", about: "Rename its branch too, if berth made it" }, WAIT],
  examples: ["berth rename auth login", "berth rename auth login --branch"],
  async run(context, input) {
    const [given, name = ""] = input.args.length < 2 ? [undefined, input.args[0]] : input.args;
    const deps = await dependenciesOf(context, input, "rename");
    await refuseSharedName(context, deps.store, name);
    const meaning = { given, effect: "change", action: "rename", then: " <name>" } as const;
    const record = namedRecord(context, deps, input, meaning);
    const checkout = flag(input, "branch") ? await checkoutOf(record, context.host.variables) : null;
    const branch = checkout === null ? null : branchOf(name, readConfig(deps.store)["branch.prefix"]);
    const session = await uninterrupted(() => renameSession(deps, record, name, checkout, branch));
    if (context.json) return outJson(context, { session });
    context.say(`berth: ${record.name} is now ${name}${branch === null ? "" : `, its branch ${branch}`}\n`);
  },
};

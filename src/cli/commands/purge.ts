import { findLeftovers, removeLeftovers } from "../../store/leftovers.ts";
import { purge as purgeStore } from "../../store/purge.ts";
import { DRY_OPTIONS, isDry, leftoverAction, printActions } from "../say/actions.ts";
import type { Command } from "../command.ts";
import { storeOf } from "../mean/session.ts";

export const purge: Command = {
  usage: "purge",
  about: "Delete archives and quarantined files beyond the limits, for good",
  details: [`Nothing is done without --yes; "berth config" sets the limits.`],
  options: DRY_OPTIONS,
  examples: ["berth purge", "berth purge --yes"],
  async run(context, input) {
    const store = storeOf(context, input, "purge");
    const dryRun = isDry(input);
    const verdicts = await purgeStore(store, dryRun);
    const leftovers = dryRun ? await findLeftovers(store) : await removeLeftovers(store);
    const files = verdicts.map(({ item, action, reason }) => ({
      file: store.backend.locate(item.key),
      action,
      reason,
      bytes: item.bytes,
    }));
    const actions = [...files, ...leftovers.map((one) => leftoverAction(store, one))];
    printActions(context, actions, { dryRun, command: "purge" });
  },
};

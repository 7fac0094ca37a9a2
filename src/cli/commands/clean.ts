import { cleanSessions } from "../../store/clean.ts";
import { findLeftovers, removeLeftovers } from "../../store/leftovers.ts";
import { listRecords } from "../../store/list.ts";
import type { Store } from "../../store/open.ts";
import type { Verdict } from "../../store/retention.ts";
import { type Action, DRY_OPTIONS, isDry, leftoverAction, printActions } from "../say/actions.ts";
import type { Command } from "../command.ts";
import { machineOf } from "../mean/machine.ts";
import { currentId } from "../mean/selected.ts";
import { storeOf } from "../mean/session.ts";

export const clean: Command = {
  usage: "clean",
  about: "Archive the sessions beyond the limits of age, number and size",
  details: [
    `Nothing is done without --yes. A live, current or named session is never touched; "berth config" sets the limits.`,
  ],
  options: DRY_OPTIONS,
  examples: ["berth clean", "berth clean --yes"],
  async run(context, input) {
    const store = storeOf(context, input, "clean");
    const dryRun = isDry(input);
    const current = new Set([currentId(context) ?? []].flat());
    const verdicts = await cleanSessions(store, { machine: machineOf(context, store), current, dryRun });
    const leftovers = dryRun ? await findLeftovers(store) : await removeLeftovers(store);
    const actions = [
      ...verdicts.map(sessionAction),
      ...damaged(store),
      ...leftovers.map((one) => leftoverAction(store, one)),
    ];
    printActions(context, actions, { dryRun, command: "clean" });
  },
};

const sessionAction = ({ item, action, reason }: Verdict): Action => ({
  id: item.key,
  action,
  reason,
  bytes: item.bytes,
});

function damaged(store: Store): Action[] {
  return [...listRecords(store)].flatMap((listed) =>
    "record" in listed ? [] : [{
      file: store.backend.locate(listed.name),
      action: "keep" as const,
      reason: `${listed.newer ? "newer" : "damaged"}: ${listed.reason}`,
      bytes: listed.bytes,
    }]
  );
}

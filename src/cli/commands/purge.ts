import { findLeftovers, removeLeftovers } from "../../store/leftovers.ts";
import { purge as purgeStore } from "../../store/purge.ts";
import { DRY_OPTIONS, isDry, leftoverAction, printActions } from "../say/actions.ts";
import type { Store } from "../../store/open.ts";
import { find } from "../../sessions/workspace/query.ts";
import { forgetRemoved } from "../../sessions/undo/forget.ts";
import { removedOf } from "../../sessions/undo/removed.ts";
import type { Command, Context } from "../command.ts";
import { type Archived, archivesIn } from "../mean/archived.ts";
import { storeOf } from "../mean/session.ts";

export const purge: Command = {
  usage: "purge",
  about: "Delete archives and quarantined files beyond the limits, for good",
  details: [
    `Nothing is done without --yes; "berth config" sets the limits. With the archive of a session goes what its`,
    "repository keeps of its removed worktree.",
  ],
  options: DRY_OPTIONS,
  examples: ["berth purge", "berth purge --yes"],
  async run(context, input) {
    const store = storeOf(context, input, "purge");
    const dryRun = isDry(input);
    const before = dryRun ? [] : archivesIn(store);
    const verdicts = await purgeStore(store, dryRun);
    await forget(context, store, before);
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

/** What is kept for an undo goes with the last record that names it. */
async function forget(context: Context, store: Store, before: readonly Archived[]): Promise<void> {
  const left = [...archivesIn(store).map(({ record }) => record), ...find(store)];
  const named = new Set(left.map((record) => removedOf(record)?.ref));
  for (const { record } of before) {
    if (!named.has(removedOf(record)?.ref)) await forgetRemoved(record, context.host.variables);
  }
}

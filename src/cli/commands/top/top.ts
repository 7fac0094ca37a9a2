import { openWatch } from "../../../events/follow.ts";
import { type Command, type Context, flag, type Input, outJson } from "../../command.ts";
import { storeOf } from "../../mean/session.ts";
import { jsonOf, tableOf } from "./once.ts";
import { byAttention } from "./order.ts";
import type { QueueRow } from "./row.ts";
import { openWorld } from "./world.ts";

export const top: Command = {
  usage: "top",
  about: "Show who needs you: sessions and their agents, the longest waiting first",
  details: [
    "Who waits for you comes first, then what failed, what finished and was not looked at, what works, what is idle. Rows",
    "keep their places while you read: what changed is marked, and the order settles at the next key or after 2 s.",
    "Keys: n the next that needs you, Enter goes there, a was looked at, s stop, d diff, x finish or destroy, / filter,",
    "? help, q quit. Without a terminal, and with --json, it is printed once.",
  ],
  options: [
    { flag: "--once", about: "Print the queue as a table, and end" },
    { flag: "--watch", about: "Print it again whenever something has changed, until ^C" },
  ],
  examples: ["berth top", "berth top --once", "berth top --watch --json"],
  async run(context, input) {
    const isScreen = !context.json && !flag(input, "once") && !flag(input, "watch") &&
      context.host.isTerminal(0) && context.host.isTerminal(1);
    if (isScreen) {
      const { runScreen } = await import("./screen/loop.ts");
      return await runScreen(context, input);
    }
    return await print(context, input);
  },
};

async function print(context: Context, input: Input): Promise<void> {
  const store = storeOf(context, input, "top");
  using world = await openWorld(context, store, true);
  const write = (rows: readonly QueueRow[]) =>
    context.json ? outJson(context, { rows: rows.map(jsonOf) }) : context.out(tableOf(rows, context));
  const look = async () => (await world.rows()).toSorted(byAttention);
  const first = await look();
  write(first);
  if (!flag(input, "watch") || flag(input, "once")) {
    if (first.length === 0 && !context.json) context.say("berth: no sessions with anything to tell\n");
    return;
  }
  using watcher = openWatch(store.backend.locate("events"));
  for (let last = JSON.stringify(first.map(jsonOf));;) {
    await watcher.change();
    const rows = await look();
    const now = JSON.stringify(rows.map(jsonOf));
    if (now === last) continue;
    last = now;
    if (!context.json) context.out("\n");
    write(rows);
  }
}

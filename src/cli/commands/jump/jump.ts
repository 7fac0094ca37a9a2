import { BerthError, fail } from "../../../errors/errors.ts";
import type { Dependencies } from "../../../sessions/model/dependencies.ts";
import { nameOf } from "../../../sessions/model/journal.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { markSeen } from "../../../store/seen.ts";
import { type Command, type Context, outJson } from "../../command.ts";
import { SESSION_HELP } from "../../line/session-help.ts";
import { currentId } from "../../mean/selected.ts";
import { dependenciesOf, recordOf } from "../../mean/sessions-dependencies.ts";
import { byAttention, nextOf } from "../top/order.ts";
import type { QueueRow } from "../top/row.ts";
import { openWorld } from "../top/world.ts";
import { goTo } from "./go.ts";

export const jump: Command = {
  usage: "jump [session]",
  about: "Go to a session's terminal; without SESSION to the next one that needs you",
  details: [
    SESSION_HELP,
    "In tmux this client goes to its pane, also where that is another session's; from elsewhere tmux is attached to. GNU",
    "screen, zellij, kitty (with remote control) and WezTerm are told to show its window. Where none of them has it you are",
    "told where it is. Who needs you: see berth help top. The session counts as looked at.",
  ],
  examples: ["berth jump", "berth jump auth"],
  async run(context, input) {
    const deps = await dependenciesOf(context, input, "jump");
    using world = await openWorld(context, deps.store, true);
    const rows = await world.rows();
    const [given] = input.args;
    const row = given === undefined ? nextOf(rows, world.seenAt, currentId(context)) : null;
    if (given === undefined && row === null) throw fail("nobody_calls", {});
    const record = row === null
      ? recordOf(context, deps, input, { given, effect: "look" })
      : world.record(row.id);
    if (record === undefined) throw fail("nobody_calls", {});
    return await jumpTo(context, deps, record, row ?? bestOf(rows, record.id));
  },
};

/** Of a session's agents the one that calls the loudest. */
const bestOf = (rows: readonly QueueRow[], id: string): QueueRow | null =>
  rows.filter((row) => row.id === id).toSorted(byAttention)[0] ?? null;

/** Go there, and note that its person is there. @returns exit status */
export async function jumpTo(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  row: QueueRow | null,
): Promise<number> {
  const agent = row !== null && row.agent !== null ? row : null;
  // Before a terminal is handed over for as long as somebody stays there.
  if (context.json) outJson(context, { id: record.id });
  else context.say(`berth: ${nameOf(record)}\n`);
  return await goTo(context, deps.machine(), record, agent, () => noteSeen(context, deps, record.id));
}

/** Where nothing can be written the jump is none the worse. */
export async function noteSeen(context: Context, { store }: Dependencies, id: string): Promise<void> {
  try {
    await markSeen(store, id);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    context.say(`berth: warning: not noted that you were there: ${error.message}\n`);
  }
}

import { fail } from "../../errors/errors.ts";
import type { Ended } from "../../sessions/process/child.ts";
import { processAlive } from "../../store/liveness.ts";
import { readNow } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { updateSession } from "../../store/update.ts";
import type { Command, Context } from "../command.ts";
import { machineOf } from "../mean/machine.ts";
import { type Here, here, storeOf, WAIT } from "../mean/session.ts";
import { startHere } from "./start-here.ts";
import { leave } from "./leave.ts";
import { publishingMeanwhile } from "./meanwhile.ts";

type Holder = NonNullable<SessionRecord["holders"]>[number];

export const hold: Command = {
  usage: "hold -- <command>",
  about: "Run a command, and let others see this session live meanwhile",
  details: ["Others may still write to the session. The exit status is the command's, as a shell has it."],
  options: [WAIT],
  examples: ["berth hold -- make -j8", "berth --session-id build hold -- ./build.sh"],
  async run(context, { args: _, ...input }) {
    const command = input.rest ?? [];
    if (command.length === 0) throw fail("missing_argument", { command: "hold", usage: "hold -- <command>" });
    const place = await here(context, { args: [], ...input }, "hold");
    const holder = ourselves(context, place, command[0] ?? "");
    await register(context, place, holder);
    let ended: Ended;
    await using _published = publishingMeanwhile(context, storeOf(context, { args: [], ...input }, "hold"));
    try {
      ended = await (await startHere(context, command, { BERTH_SESSION: place.id })).ended;
    } finally {
      // The command's exit status is what counts; an entry that stays is known by its PID to be gone.
      await unregister(place, holder).catch((error: unknown) =>
        context.say(`berth: warning: ${String(error)}\n`)
      );
    }
    return leave(ended);
  },
};

function ourselves({ facts }: Context, { store }: Here, command: string): Holder {
  const us = facts.process(facts.self);
  const { boot, pidNamespace } = facts;
  if (!us.ok || !boot.ok || !pidNamespace.ok) {
    throw fail("no_stable_session", { why: "our own process cannot be read" });
  }
  const { pid, start } = us.value;
  const since = store.now().toISOString();
  return { pid, start, bootId: boot.value, pidNamespace: pidNamespace.value, command, since };
}

async function register(context: Context, { store, id, origin }: Here, holder: Holder): Promise<void> {
  const machine = machineOf(context, store);
  await updateSession(store, id, (draft) => {
    const living = (draft.holders ?? []).filter((other) => processAlive(machine, other) !== false);
    draft.holders = [...living, holder];
  }, { origin });
}

async function unregister({ store, id }: Here, { pid, start, bootId }: Holder): Promise<void> {
  // Deleted meanwhile: there is nothing to unregister from.
  if (await readNow(store, id) === null) return;
  await updateSession(store, id, (draft) => {
    const others = (draft.holders ?? []).filter((other) =>
      other.pid !== pid || other.start !== start || other.bootId !== bootId
    );
    if (others.length > 0) draft.holders = others;
    else delete draft.holders;
  }, { create: false });
}

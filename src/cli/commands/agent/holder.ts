import type { Process } from "../../../facts/facts.ts";
import { processAlive } from "../../../store/liveness.ts";
import type { Store } from "../../../store/open.ts";
import { readRecord } from "../../../store/read.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { updateSession } from "../../../store/update.ts";
import type { Context } from "../../command.ts";
import { machineOf } from "../../mean/machine.ts";

type Holder = NonNullable<SessionRecord["holders"]>[number];

const isOf = ({ pid, start }: Process) => (holder: Holder): boolean =>
  holder.pid === pid && holder.start === start;

/** Let a session count as live for as long as an agent's process lives, since that works in its worktree. */
export async function holdFor(
  context: Context,
  store: Store,
  id: string,
  agent: string,
  process: Process,
  waitMs?: number,
): Promise<void> {
  const { boot, pidNamespace } = context.facts;
  const record = readRecord(store, id);
  if (record === null || !boot.ok || !pidNamespace.ok || (record.holders ?? []).some(isOf(process))) return;
  const { pid, start } = process;
  const since = store.now().toISOString();
  const holder: Holder = {
    pid,
    start,
    bootId: boot.value,
    pidNamespace: pidNamespace.value,
    command: agent,
    since,
  };
  const machine = machineOf(context, store);
  await updateSession(store, id, (draft) => {
    const living = (draft.holders ?? []).filter((other) => processAlive(machine, other) !== false);
    draft.holders = [...living, holder];
  }, { create: false, ...waitMs === undefined ? {} : { waitMs } });
}

/** The agent itself asks for the worktree's end. */
export async function releaseFor(store: Store, id: string, process: Process): Promise<void> {
  const record = readRecord(store, id);
  if (!(record?.holders ?? []).some(isOf(process))) return;
  await updateSession(store, id, (draft) => {
    const others = (draft.holders ?? []).filter((holder) => !isOf(process)(holder));
    if (others.length > 0) draft.holders = others;
    else delete draft.holders;
  }, { create: false, activity: false });
}

import { BerthError } from "../errors/errors.ts";
import { archiveLocked } from "./archive.ts";
import { type Config, readConfig } from "./config.ts";
import { listRecords } from "./list.ts";
import { type Machine, sessionAlive } from "./liveness.ts";
import { giveBack, lockScope } from "./locks.ts";
import { fileName } from "./names.ts";
import type { Store } from "./open.ts";
import { inspect } from "./read.ts";
import type { SessionRecord } from "./record.ts";
import { type Item, plan, type Verdict } from "./retention.ts";

export interface Cleaning {
  readonly machine: Machine;
  /** Sessions that are in use by whoever cleans, whatever their records say. */
  readonly current: ReadonlySet<string>;
  /** Only say what would happen. */
  readonly dryRun: boolean;
}

/**
 * Archive the sessions beyond the limits. Each one is looked at again under its lock before it goes, so a session
 * that woke up meanwhile stays, and two cleaners at once do the work of one.
 *
 * @returns for every session what happened (or would happen) and why
 */
export async function cleanSessions(store: Store, cleaning: Cleaning): Promise<Verdict[]> {
  if (cleaning.dryRun) return verdicts(store, readConfig(store), cleaning);
  await using _lock = await lockScope(store, { kind: "global" });
  const done: Verdict[] = [];
  for (const verdict of verdicts(store, readConfig(store), cleaning)) {
    done.push(verdict.action === "keep" ? verdict : await archiveIfStill(store, verdict, cleaning));
  }
  return done;
}

function verdicts(store: Store, config: Config, cleaning: Cleaning): Verdict[] {
  const items: Item[] = [];
  for (const listed of listRecords(store)) {
    if (!("record" in listed)) continue;
    const { record, bytes } = listed;
    const at = Date.parse(record.lastActivity);
    items.push({ key: record.id, bytes, at, protectedBy: protection(record, cleaning) });
  }
  return plan(items, config, store.now().getTime());
}

/** Why a session must not be removed, null when it may be. */
export function protection(
  record: SessionRecord,
  { machine, current }: Omit<Cleaning, "dryRun">,
): string | null {
  if (current.has(record.id)) return "the current session";
  if (record.name !== undefined) return "a named session";
  const alive = sessionAlive(machine, record);
  if (alive === null) return "it cannot be told whether it is live";
  return alive ? "live" : null;
}

async function archiveIfStill(store: Store, verdict: Verdict, cleaning: Cleaning): Promise<Verdict> {
  const { item } = verdict;
  const keep = (reason: string): Verdict => ({ item, action: "keep", reason });
  try {
    const lock = await lockScope(store, { kind: "session", id: item.key }, 0);
    try {
      const reason = changed(store, item, cleaning);
      if (reason !== null) return keep(reason);
      archiveLocked(store, item.key);
      return verdict;
    } finally {
      await giveBack(store, lock, fileName(item.key));
    }
  } catch (error) {
    // One session that cannot be archived (in use, permissions) must not keep the others.
    if (error instanceof BerthError) return keep(error.message);
    throw error;
  }
}

/** Why the session must stay after all, as it is under its lock. */
function changed(store: Store, item: Item, cleaning: Cleaning): string | null {
  const found = inspect(store, item.key);
  if (found === null) return "it is gone already";
  if (found.kind !== "record") return "it became unreadable";
  if (Date.parse(found.record.lastActivity) !== item.at) return "it was used meanwhile";
  return protection(found.record, cleaning);
}

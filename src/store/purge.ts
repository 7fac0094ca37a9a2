import { readConfig } from "./config.ts";
import { lockScope } from "./locks.ts";
import { TEMP_END } from "./names.ts";
import type { Store } from "./open.ts";
import { type Item, plan, type Verdict } from "./retention.ts";

/** The time in the name of an archive or a quarantined file. */
const STAMP = /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z/g;

/**
 * Delete the archives and quarantined files beyond the limits, each of the two folders by itself.
 *
 * @param dryRun only say what would happen
 */
export async function purge(store: Store, dryRun: boolean): Promise<Verdict[]> {
  if (dryRun) return verdicts(store);
  await using _lock = await lockScope(store, { kind: "global" });
  return verdicts(store).map((verdict) => {
    if (verdict.action === "keep" || store.backend.remove(verdict.item.key)) return verdict;
    return { ...verdict, action: "keep", reason: "it is gone already" };
  });
}

function verdicts(store: Store): Verdict[] {
  const config = readConfig(store);
  const now = store.now().getTime();
  return ["archive", "quarantine"].flatMap((folder) => plan(items(store, folder), config, now));
}

function items(store: Store, folder: string): Item[] {
  return store.backend.list(folder).filter((base) => !base.endsWith(TEMP_END)).flatMap((base) => {
    const key = `${folder}/${base}`;
    const found = store.backend.stat(key);
    // An empty archive is a name that is being filled.
    if (found === null || (folder === "archive" && found.bytes === 0)) return [];
    return [{ key, bytes: found.bytes, at: archivedAt(base) ?? found.changed, protectedBy: null }];
  });
}

/** When it was put there, ms since 1970; null for a file that somebody else put there. */
export function archivedAt(base: string): number | null {
  const last = [...base.matchAll(STAMP)].at(-1);
  if (last === undefined) return null;
  const [, day, hours, minutes, seconds] = last;
  const at = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(at) ? null : at;
}

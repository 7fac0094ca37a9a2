import { listRecords } from "../../store/list.ts";
import type { Store } from "../../store/open.ts";
import { dayOf, highestNumber } from "../model/name.ts";
import { readWorkspace, type Workspace, writeWorkspace } from "./workspace.ts";

/**
 * Take the next number for a made-up name, above every one that was given and every one that is there. It is kept
 * before the session is: one that does not come about leaves a gap, and never a name twice. Under the workspace's lock.
 *
 * @param names of the workspace's sessions and branches
 */
export function takeNumber(store: Store, root: string, at: Date, names: Iterable<string>): number {
  const workspace = readWorkspace(store, root);
  const n = Math.max(keptNumber(store, workspace, dayOf(at)), highestNumber(dayOf(at), names)) + 1;
  writeWorkspace(store, { ...workspace, named: { day: dayOf(at), n } });
  return n;
}

/**
 * Keep that names were given which look like a made-up one of this day, so that none of them is made up later. Any
 * other name costs nothing. Under the workspace's lock.
 */
export function keepNumbers(store: Store, root: string, at: Date, names: Iterable<string>): void {
  const n = highestNumber(dayOf(at), names);
  if (n === 0) return;
  const workspace = readWorkspace(store, root);
  if (n > keptNumber(store, workspace, dayOf(at))) {
    writeWorkspace(store, { ...workspace, named: { day: dayOf(at), n } });
  }
}

/** Where nothing is kept, it may be lost: the sessions tell that were destroyed since. */
const keptNumber = (store: Store, { root, named }: Workspace, day: string): number =>
  named?.day === day ? named.n : highestNumber(day, archivedNames(store, root, day));

/** Names of the workspace's sessions that were archived on that day; those of other days are not even read. */
function* archivedNames(store: Store, root: string, day: string): Generator<string> {
  for (const listed of listRecords(store, "archive", (base) => base.includes(`--reset--${day}T`))) {
    if ("record" in listed && listed.record.project?.root === root) yield listed.record.name ?? "";
  }
}

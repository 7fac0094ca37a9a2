import type { Store } from "../store/open.ts";
import { dayOf, highestNumber } from "./name.ts";
import { readWorkspace, type Workspace, writeWorkspace } from "./workspace.ts";

/**
 * Take the next number for a made-up name, above every one that was given and every one that is there. It is kept
 * before the session is: one that does not come about leaves a gap, and never a name twice. Under the workspace's lock.
 *
 * @param names of the workspace's sessions and branches
 */
export function takeNumber(store: Store, root: string, at: Date, names: Iterable<string>): number {
  const workspace = readWorkspace(store, root);
  const n = Math.max(keptNumber(workspace, dayOf(at)), highestNumber(dayOf(at), names)) + 1;
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
  if (n > keptNumber(workspace, dayOf(at))) {
    writeWorkspace(store, { ...workspace, named: { day: dayOf(at), n } });
  }
}

const keptNumber = ({ named }: Workspace, day: string): number => named?.day === day ? named.n : 0;

import type { Store } from "../../store/open.ts";
import { LOCK_END } from "../../store/names.ts";
import { moveAway } from "../../store/quarantine.ts";
import { isWorkspace } from "./workspace.ts";

const FOLDER = "workspaces";
const END = ".json";

/** The workspace documents that `readWorkspace` refuses, by their names in the store. */
export function damagedWorkspaces(store: Store): string[] {
  return store.backend.list(FOLDER).filter((base) => base.endsWith(END)).map((base) => `${FOLDER}/${base}`)
    .filter((name) => !isWorkspace(store, name));
}

/**
 * Move a damaged workspace document into quarantine, under the workspace's lock and after another look. With it goes
 * what the user trusted there: hooks are asked for anew.
 *
 * @returns its new name; null when it is not damaged any more
 */
export async function repairWorkspace(store: Store, name: string): Promise<string | null> {
  const stem = name.slice(FOLDER.length + 1, -END.length);
  const request = { waitMs: store.waitMs, what: name, command: store.command };
  await using _lock = await store.backend.lock(`locks/workspace-${stem}${LOCK_END}`, request);
  return isWorkspace(store, name) ? null : moveAway(store, name, `workspace-${stem}`, "not-a-record");
}

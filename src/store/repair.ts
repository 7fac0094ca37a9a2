import { BerthError } from "../errors/errors.ts";
import { readConfig } from "./config.ts";
import { decode } from "./decode.ts";
import { giveBack, lockScope } from "./locks.ts";
import { CONFIG, fileName, LOCK_END, stem } from "./names.ts";
import type { Store } from "./open.ts";
import { ready } from "./observe.ts";
import { moveAway } from "./quarantine.ts";

/**
 * Move a damaged session or archive into quarantine, under the lock of the session that its name stands for and after
 * another look.
 *
 * @param name `sessions/…` or `archive/…`
 * @returns its new name; null when it is in use, or not damaged any more
 */
export async function repairRecord(store: Store, name: string): Promise<string | null> {
  const file = stem(name).replace(/--reset--[0-9TZ-]+--\d{3}$/, "");
  const request = { waitMs: store.waitMs, what: name, command: store.command };
  try {
    await ready(store);
    const lock = await store.backend.lock(`sessions/${file}.session${LOCK_END}`, request);
    try {
      const content = store.backend.read(name, "only");
      const found = content === null ? null : decode(content, (id) => fileName(id) === file);
      return found?.kind === "damaged" ? moveAway(store, name, stem(name), found.reason) : null;
    } finally {
      await giveBack(store, lock, file);
    }
  } catch (error) {
    if (error instanceof BerthError && error.code === "locked") return null;
    throw error;
  }
}

/**
 * Move a damaged config.json into quarantine, so that the defaults hold, under the store's lock and after another look.
 *
 * @returns its new name; null when it is not damaged any more
 */
export async function repairConfig(store: Store): Promise<string | null> {
  await using _lock = await lockScope(store, { kind: "global" });
  try {
    readConfig(store);
    return null;
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "corrupt_record") throw error;
    return moveAway(store, CONFIG, "config", "not-a-record");
  }
}

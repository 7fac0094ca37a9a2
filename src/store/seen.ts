import { BerthError } from "../errors/errors.ts";
import { LOG_LOCK, SEEN } from "./names.ts";
import type { Store } from "./open.ts";

/** Sessions that are remembered, the ones looked at last. */
const MOST = 2000;
const VERSION = 1;

/** When the person of each session was there last: ISO 8601 UTC by the session's ID. What cannot be read is as good as none. */
export function readSeen(store: Store): Map<string, string> {
  try {
    const content = store.backend.read(SEEN, "only");
    if (content?.kind !== "bytes") return new Map();
    const found: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
    return isDocument(found) ? new Map(found.seen.filter(isEntry)) : new Map();
  } catch (error) {
    if (error instanceof BerthError || error instanceof SyntaxError) return new Map();
    throw error;
  }
}

function isDocument(value: unknown): value is { readonly seen: readonly unknown[] } {
  return typeof value === "object" && value !== null && "v" in value && value.v === VERSION &&
    "seen" in value && Array.isArray(value.seen);
}

const isEntry = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" &&
  typeof value[1] === "string" && !Number.isNaN(Date.parse(value[1]));

/**
 * Note that the session's person is there now.
 *
 * @throws `locked`, `write_failed` and the like where the store cannot be written
 */
export async function markSeen(store: Store, id: string): Promise<void> {
  await using _lock = await store.backend.lock(LOG_LOCK, {
    waitMs: store.waitMs,
    what: "the log",
    command: store.command,
  });
  const seen = readSeen(store);
  // The last one at the end.
  seen.delete(id);
  seen.set(id, store.now().toISOString());
  store.backend.write(SEEN, `${JSON.stringify({ v: VERSION, seen: [...seen].slice(-MOST) })}\n`);
}

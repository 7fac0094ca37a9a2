import { BerthError } from "../errors/errors.ts";
import type { Lock } from "./backend.ts";
import { CONFIG, GLOBAL_LOCK, LOCK_END, LOG_LOCK, RECORD_END, TEMP_END } from "./names.ts";
import type { Store } from "./open.ts";

/** Something that a killed process left behind. It is in nobody's way and costs space only. */
export interface Leftover {
  readonly name: string;
  readonly kind: "temporary" | "lock" | "reservation";
  readonly bytes: number;
  /** The lock under which it was made: who holds that may remove it. */
  readonly lock: string;
}

const SESSION_LOCK_END = `.session${LOCK_END}`;
/** `<file>--reset--<time>--<count>.session.json`, and what a temporary file has behind it. */
const ARCHIVE = /^(.+)--reset--[0-9TZ-]+--\d{3}\.session\.json/;

/**
 * Temporary files, locks of no session, and names reserved in the archive. All were made under a lock that is
 * free now, so their maker is gone, whatever their age.
 */
export async function findLeftovers(store: Store): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const one of suspects(store)) {
    if (!(await inUse(store, one.lock))) found.push(one);
  }
  return found;
}

/** Remove the leftovers, each under its lock, and say which went. */
export async function removeLeftovers(store: Store): Promise<Leftover[]> {
  const removed: Leftover[] = [];
  for (const one of suspects(store)) {
    const lock = await tryLock(store, one.lock);
    if (lock === null) continue;
    try {
      if (removeHeld(store, one)) removed.push(one);
    } finally {
      if (isOrphan(store, one.lock)) await lock.discard();
      else await lock.release();
    }
  }
  return removed;
}

function removeHeld(store: Store, { kind, name }: Leftover): boolean {
  // The lock file itself goes with the lock. What was reserved may have been filled by now.
  if (kind === "lock") return isOrphan(store, name);
  if (kind === "reservation" && store.backend.stat(name)?.bytes !== 0) return false;
  return store.backend.remove(name);
}

function* suspects(store: Store): Generator<Leftover> {
  for (const base of store.backend.list("sessions")) {
    const name = `sessions/${base}`;
    if (base.endsWith(TEMP_END)) yield* temporary(store, name, sessionLock(base));
    else if (base.endsWith(SESSION_LOCK_END) && isOrphan(store, name)) {
      yield leftover(store, "lock", name, name);
    }
  }
  for (const base of store.backend.list("archive")) {
    const name = `archive/${base}`;
    const file = ARCHIVE.exec(base)?.[1];
    if (file === undefined) continue;
    const lock = `sessions/${file}${SESSION_LOCK_END}`;
    if (base.endsWith(TEMP_END)) yield* temporary(store, name, lock);
    else if (store.backend.stat(name)?.bytes === 0) yield leftover(store, "reservation", name, lock);
  }
  for (const base of store.backend.list("events")) {
    if (base.endsWith(TEMP_END)) yield* temporary(store, `events/${base}`, LOG_LOCK);
  }
  for (const base of store.backend.list("background")) yield* ofBackground(store, base);
  for (const base of store.backend.list("")) {
    if (base.startsWith(`${CONFIG}.`) && base.endsWith(TEMP_END)) yield* temporary(store, base, GLOBAL_LOCK);
  }
}

const leftover = (store: Store, kind: Leftover["kind"], name: string, lock: string): Leftover => ({
  name,
  kind,
  lock,
  bytes: store.backend.stat(name)?.bytes ?? 0,
});

function* temporary(store: Store, name: string, lock: string | null): Generator<Leftover> {
  if (lock !== null) yield leftover(store, "temporary", name, lock);
}

function sessionLock(temp: string): string | null {
  const end = temp.indexOf(RECORD_END);
  return end < 0 ? null : `sessions/${temp.slice(0, end)}${SESSION_LOCK_END}`;
}

/** Whether this is a session's lock and there is no such session. */
/** Who was asked to run something has this long to take what was handed over, and far longer than it needs. */
const HANDED_MS = 60_000;
/** `<file>.log`, `<file>.<uuid>.json`, and the latter with `.failed` behind it. */
const BACKGROUND = /^(.+?)\.(?:(log)|[0-9a-f-]{36}\.json(?:\.failed)?)$/;

/** A command that was handed over and that nobody took, with its environment; what a session showed that is gone. */
function* ofBackground(store: Store, base: string): Generator<Leftover> {
  const [, file, log] = BACKGROUND.exec(base) ?? [];
  if (file === undefined) return;
  const name = `background/${base}`;
  const lock = `sessions/${file}${SESSION_LOCK_END}`;
  if (log === undefined) {
    const found = store.backend.stat(name);
    if (found !== null && store.now().getTime() - found.changed > HANDED_MS) {
      yield leftover(store, "temporary", name, lock);
    }
  } else if (
    isOrphan(store, lock) && !store.backend.list("archive").some((one) => one.startsWith(`${file}--`))
  ) {
    yield leftover(store, "temporary", name, lock);
  }
}

function isOrphan(store: Store, lock: string): boolean {
  if (!lock.endsWith(SESSION_LOCK_END)) return false;
  return store.backend.stat(`${lock.slice(0, -SESSION_LOCK_END.length)}${RECORD_END}`) === null;
}

async function inUse(store: Store, lock: string): Promise<boolean> {
  // Without a file nobody holds it, and none is made just to look.
  if (store.backend.stat(lock) === null) return false;
  const held = await tryLock(store, lock, true);
  await held?.release();
  return held === null;
}

async function tryLock(store: Store, name: string, only = false): Promise<Lock | null> {
  try {
    return await store.backend.lock(name, { waitMs: 0, what: name, command: store.command, only });
  } catch (error) {
    if (error instanceof BerthError && error.code === "locked") return null;
    throw error;
  }
}

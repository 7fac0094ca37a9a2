import { CONFIG, GLOBAL_LOCK, HOSTS_LOCK, LOCK_END, LOG_LOCK, RECORD_END, TEMP_END } from "./names.ts";
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
/** `<file>.log`, `<file>.<uuid>.json`, and the latter with `.failed` behind it. */
const BACKGROUND = /^(.+?)\.(?:(log)|[0-9a-f-]{36}\.json(?:\.failed)?)$/;

/** What is written under no lock is written at once: older than this, in milliseconds, its writer is gone. */
const WRITTEN_MS = 60_000;
/** Who was asked to run something has this long to take what was handed over, and far longer than it needs. */
const HANDED_MS = 60_000;

/** What may be a leftover: it is one when its lock is free. */
export function* suspects(store: Store): Generator<Leftover> {
  yield* inSessions(store);
  yield* inArchive(store);
  yield* temporaries(store, "events", () => LOG_LOCK);
  yield* temporaries(store, "hosts", () => HOSTS_LOCK);
  yield* temporaries(store, "workspaces", (base) => `locks/workspace-${beginning(base)}${LOCK_END}`);
  for (const folder of ["agents", "fleet", "background"]) {
    yield* temporaries(
      store,
      folder,
      (base) => isOld(store, `${folder}/${base}`, WRITTEN_MS) ? GLOBAL_LOCK : null,
    );
  }
  for (const base of store.backend.list("background")) yield* handedOver(store, base);
  yield* temporaries(store, "", (base) => base.startsWith(`${CONFIG}.`) ? GLOBAL_LOCK : null);
}

function* inSessions(store: Store): Generator<Leftover> {
  yield* temporaries(store, "sessions", sessionLock);
  for (const base of store.backend.list("sessions")) {
    const name = `sessions/${base}`;
    if (base.endsWith(SESSION_LOCK_END) && isOrphan(store, name)) yield leftover(store, "lock", name, name);
  }
}

function* inArchive(store: Store): Generator<Leftover> {
  const lockOf = (base: string) => {
    const file = ARCHIVE.exec(base)?.[1];
    return file === undefined ? null : `sessions/${file}${SESSION_LOCK_END}`;
  };
  yield* temporaries(store, "archive", lockOf);
  for (const base of store.backend.list("archive")) {
    const [name, lock] = [`archive/${base}`, lockOf(base)];
    if (lock === null || base.endsWith(TEMP_END) || store.backend.stat(name)?.bytes !== 0) continue;
    yield leftover(store, "reservation", name, lock);
  }
}

/** @param lockOf the lock of a file by its name in the folder, null where nobody can tell whose it is */
function* temporaries(
  store: Store,
  folder: string,
  lockOf: (base: string) => string | null,
): Generator<Leftover> {
  for (const base of store.backend.list(folder)) {
    const lock = base.endsWith(TEMP_END) ? lockOf(base) : null;
    if (lock !== null) yield leftover(store, "temporary", folder === "" ? base : `${folder}/${base}`, lock);
  }
}

/** A command that was handed over and that nobody took, with its environment; what a session showed that is gone. */
function* handedOver(store: Store, base: string): Generator<Leftover> {
  const [, file, log] = BACKGROUND.exec(base) ?? [];
  if (file === undefined) return;
  const name = `background/${base}`;
  const lock = `sessions/${file}${SESSION_LOCK_END}`;
  const isNobodys = log === undefined
    ? isOld(store, name, HANDED_MS)
    : isOrphan(store, lock) && !store.backend.list("archive").some((one) => one.startsWith(`${file}--`));
  if (isNobodys) yield leftover(store, "temporary", name, lock);
}

const leftover = (store: Store, kind: Leftover["kind"], name: string, lock: string): Leftover => ({
  name,
  kind,
  lock,
  bytes: store.backend.stat(name)?.bytes ?? 0,
});

const beginning = (base: string): string => base.slice(0, base.indexOf("."));

function sessionLock(temp: string): string | null {
  const end = temp.indexOf(RECORD_END);
  return end < 0 ? null : `sessions/${temp.slice(0, end)}${SESSION_LOCK_END}`;
}

function isOld(store: Store, name: string, ms: number): boolean {
  const found = store.backend.stat(name);
  return found !== null && store.now().getTime() - found.changed > ms;
}

/** Whether this is a session's lock and there is no such session. */
export function isOrphan(store: Store, lock: string): boolean {
  if (!lock.endsWith(SESSION_LOCK_END)) return false;
  return store.backend.stat(`${lock.slice(0, -SESSION_LOCK_END.length)}${RECORD_END}`) === null;
}

/**
 * What other programs import: the session of the place they run in, and the state that belongs to it. Whole on Bun
 * and on Deno. Node finds the session and reads by itself, and writes by the program: the one of `BERTH_BINARY`, of the
 * npm package for this machine, or of the PATH; without one, and on Windows, writing fails with `no_locks`.
 *
 * ```ts
 * import { resolveSession, updateSession } from "@berth-cli/library";
 *
 * const { id } = await resolveSession();
 * await updateSession(id, (session) => {
 *   session.sharedState.builds = Number(session.sharedState.builds ?? 0) + 1;
 * });
 * ```
 *
 * @module
 */
import { openFacts } from "./facts/open.ts";
import { openHost } from "./facts/open-host.ts";
import { type MachineIdentity, machineIdentity } from "./facts/machine-identity.ts";
import { deps } from "./identity/dependencies.ts";
import { resolve } from "./identity/resolve.ts";
import type { Resolution, Scope } from "./identity/resolution.ts";
import process from "node:process";
import { hostOf } from "./store/hosts.ts";
import { newsOf } from "./events/derive.ts";
import { lineOf } from "./events/event.ts";
import { logObserver } from "./events/observe.ts";
import { type OpenOptions, openStore as open, type Store } from "./store/open.ts";
import type { SessionRecord } from "./store/record.ts";
import { type Change, type UpdateOptions, updateSession as update } from "./store/update.ts";

export { BerthError, type Code, type ExitStatus } from "./errors/errors.ts";
export type { Process } from "./facts/facts.ts";
export type { Binding } from "./identity/binding.ts";
export type { Hint, Resolution, Scope, Source } from "./identity/resolution.ts";
export {
  type Confinement,
  deleteFile,
  type FileContent,
  fileExists,
  type FileStat,
  fileStat,
  type FileType,
  glob,
  isDir,
  isFile,
  listDir,
  mkdirP,
  type Part,
  type ProjectRoot,
  projectRoot,
  readFile,
  type ReadOptions,
  validatePath,
  writeFile,
} from "./sandbox/files.ts";
export { type LuaData, type LuaLimits, type LuaOutcome, type LuaRequest, runLua } from "./sandbox/lua.ts";
export { openRoot, resetLua, runInSession, type SessionScript, type Subject } from "./sandbox/session.ts";
export type { Dropped } from "./sandbox/lua/encode.ts";
export { deleteSession, type Guard, resetSession, restoreArchive } from "./store/archive.ts";
export type {
  Backend,
  Content,
  Documents,
  DocumentStat,
  Holder,
  Lock,
  LockRequest,
  Prepared,
  Reach,
} from "./store/backend.ts";
export { type ListedRecord, listRecords } from "./store/list.ts";
export { type LockScope, lockScope } from "./store/locks.ts";
export { memoryBackend } from "./store/memory-backend.ts";
export type { Warn } from "./store/directory.ts";
export type { OpenOptions, Store } from "./store/open.ts";
export type { BerthEvent, Stamp } from "./events/event.ts";
export { readNow, readRecord } from "./store/read.ts";
export type {
  Anchor,
  HistoryEntry,
  Origin,
  ProcessId,
  Project,
  Run,
  RunState,
  SessionHolder,
  SessionRecord,
  Status,
} from "./store/record.ts";
export { type Selection, selectSession, type Site } from "./store/select.ts";
export type { Change, UpdateOptions } from "./store/update.ts";

/** What `resolveSession` may be told. */
export interface ResolveOptions {
  /** A label or an ID that is to count, as `--session-id` gives it. */
  readonly label?: string;
  /** How much of a multiplexer is one session; `session` where nothing is said. */
  readonly scope?: Scope;
}

/**
 * Find the session of the place that this process runs in, by the same rules as `berth id`. Look at `stable` before
 * you keep anything: where it is false, the ID is a random one, and another at the next call.
 *
 * @returns the ID, where it came from, and what was believed and why
 * @throws BerthError a usage error (exit 2) for a label that can be none
 */
export async function resolveSession({ label, scope = "session" }: ResolveOptions = {}): Promise<Resolution> {
  const host = await openHost();
  return resolve(await openFacts(host), { scope, ...label === undefined ? {} : { label } }, deps(host));
}

/**
 * Change what is kept of a session, under its lock; the session is made by its first change.
 *
 * @param id a session's ID, of `resolveSession()`, a record, or `berth id`
 * @param change changes the draft it is given, and may wait for something; `false` says that nothing is to be
 *   written. When it throws, nothing is written either
 * @param options `store`: where to keep it, otherwise the user's own store; `waitMs`: how long to wait for the lock
 * @returns the record as it is now kept
 * @throws BerthError `locked` (5), `record_too_large` (6), `corrupt_record` or `newer_record` (7), `bad_record`,
 *   `write_failed` (1). The old record is whole in each case
 */
export async function updateSession(
  id: string,
  change: Change,
  { store = openStore(), ...options }: UpdateOptions & { readonly store?: Store } = {},
): Promise<SessionRecord> {
  return await update(store, id, change, options);
}

/**
 * Open the user's store, or another one. What changes in one that keeps files is written into its log of events.
 *
 * @throws BerthError `store_refused` (6) when the directory is a symbolic link, no directory, or another user's
 */
export function openStore(options?: OpenOptions): Store;
/**
 * Open the store in a PostgreSQL database that several machines share; its tables are made by `berth shared init`.
 *
 * @param options `shared.url`: `postgres://USER@HOST/DATABASE`, with the password in `~/.pgpass`; `shared.store`: its name
 *   there, otherwise the role's. To read, take `readNow`; a process that is done closes it (`await using`)
 * @throws BerthError `bad_shared_url` (2), `open_password_file` (6); nothing is asked before the first use
 */
export function openStore(
  options: OpenOptions & { readonly shared: SharedPlace },
): Promise<Store & AsyncDisposable>;
export function openStore(
  { shared, ...options }: OpenOptions & { readonly shared?: SharedPlace } = {},
): Store | Promise<Store & AsyncDisposable> {
  const store = open(options);
  if (shared !== undefined) return openSharedStore(store, shared);
  if (options.backend !== undefined) return store;
  let identity: MachineIdentity | null = null;
  const hosted: Store = { ...store, hosting: { identity: () => identity } };
  const load = async () => {
    const host = await openHost();
    const facts = await openFacts(host);
    identity = machineIdentity(host, facts);
    return await logObserver(hosted, facts.boot);
  };
  return { ...hosted, observing: { load } };
}

/** Where a shared store is. */
export interface SharedPlace {
  /** Where the database is: `postgres://user@host/database`. */
  readonly url: string;
  /** Which store in it; the role's own without one. */
  readonly store?: string;
}

async function openSharedStore(local: Store, { url, store = undefined }: SharedPlace) {
  const { openShared } = await import("./fleet/open-shared.ts");
  const host = await openHost();
  const identity = machineIdentity(host, await openFacts(host));
  const hosted: Store = { ...local, hosting: { identity: () => identity } };
  await hostOf(hosted);
  const place = { url, namespaces: [], known: true, store: store ?? null, idleMs: 60_000 };
  const shared = openShared(hosted, place, {
    variables: process.env,
    eventsOf: (told) => {
      const stamp = { time: local.now().toISOString(), host: null, boot: null };
      return newsOf(told).map((news) => lineOf(0, stamp, news).trimEnd());
    },
  });
  return { ...shared, [Symbol.asyncDispose]: () => shared.backend[Symbol.asyncDispose]() };
}

/** Files and Lua of a session: its project root and its Lua state, as its record has them. */
import { realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { is } from "valibot";
import { fail, quote } from "../errors/errors.ts";
import type { Store } from "../store/open.ts";
import { readRecord } from "../store/read.ts";
import { remember } from "../store/state.ts";
import type { Origin, SessionRecord } from "../store/record.ts";
import { sha256 } from "../facts/sha256.ts";
import { updateSession } from "../store/update.ts";
import { luaData } from "./lua/data.ts";
import type { LuaData, LuaLimits, LuaOutcome, LuaRequest } from "./lua.ts";
import { type ProjectRoot, projectRoot } from "./files.ts";

/** A session as these commands mean it: its ID, and what a first write of it would say. */
export interface Subject {
  /** Where the session is kept. */
  readonly store: Store;
  /** The session's ID. */
  readonly id: string;
  /** Where the ID came from, for a session that the call makes. */
  readonly origin?: Origin;
  /** A project root from the command line, for a session that has none of its own. */
  readonly root?: string;
  /** The directory whose files are meant, whatever the record says: an MCP server's, named by who started it. */
  readonly served?: string;
}

function isSameDirectory(a: string, b: string): boolean {
  try {
    return realpathSync.native(a) === realpathSync.native(b);
  } catch {
    return false;
  }
}

/**
 * The directory that a session's files are confined to, null when it has none: its worktree, else its project.
 * What the record says counts; no argument of a call overrides it, or there would be no confinement.
 *
 * @throws `root_is_fixed` when another root was asked for
 */
export function rootOf(record: SessionRecord | null, { id, root, served }: Subject): string | null {
  if (served !== undefined) return served;
  const own = record?.project?.worktree ?? record?.project?.root;
  if (own === undefined) return root ?? null;
  if (root !== undefined && !isSameDirectory(own, root)) {
    throw fail("root_is_fixed", { session: id, root: own });
  }
  if (!isAbsolute(own)) throw fail("invalid_path", { path: own, why: "a project root is an absolute path" });
  return own;
}

/**
 * Open the directory that a session's files are confined to: its worktree, else its project's root.
 *
 * @throws BerthError `no_project_root` for a session without one; `root_is_fixed`; or why it cannot be one
 */
export async function openRoot(subject: Subject): Promise<ProjectRoot> {
  const path = rootOf(readRecord(subject.store, subject.id), subject);
  if (path === null) throw fail("no_project_root", { session: subject.id });
  return await projectRoot(path);
}

/** Wait until no other script of the session runs, for as long as the store was opened to wait. */
async function takeTurn({ store, id }: Subject): Promise<AsyncDisposable> {
  const name = `locks/lua-${sha256(id).slice(0, 16)}.lock`;
  const { waitMs, command } = store;
  const lock = await store.backend.lock(name, { waitMs, what: `Lua of session ${quote(id)}`, command });
  return { [Symbol.asyncDispose]: async () => await lock.discard() };
}

type Globals = { readonly [key: string]: LuaData };

/**
 * What the last script left; empty at first.
 *
 * @throws `corrupt_lua_state` when the record holds what no script can have left
 */
export function luaGlobals(record: SessionRecord | null): Globals {
  const globals = record?.lua?.globals ?? {};
  if (!is(luaData, globals)) throw fail("corrupt_lua_state", { session: record?.id ?? "" });
  return globals as Globals;
}

function isEqual(a: LuaData, b: LuaData): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Keep what a script left, and nothing else of the record: it may have changed while the script ran.
 *
 * @param create whether the session may be made by this; one that was deleted meanwhile stays deleted
 */
async function keep(
  { store, id, origin }: Subject,
  { globals, bytes }: LuaOutcome,
  create: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const change = (draft: SessionRecord) => {
    signal?.throwIfAborted();
    if (isEqual(luaGlobals(draft), globals)) return false;
    draft.lua = { ...draft.lua, globals: globals as Globals, bytes };
    remember(draft, store.now(), "lua", { bytes });
  };
  await updateSession(store, id, change, { create, ...origin === undefined ? {} : { origin } });
}

/** A script to be run in a session. */
export interface SessionScript {
  /** Its text; bytes need not be UTF-8. */
  readonly code: string | Uint8Array;
  /** Its name in messages; null for code that comes from no file. */
  readonly file: string | null;
  /** What it may take; the defaults of `runLua` where nothing is said. */
  readonly limits?: Partial<LuaLimits>;
  /** Whether it may write files and delete them; it may, where nothing is said. */
  readonly permissions?: { readonly write: boolean; readonly delete: boolean };
  /** Called with what the script prints, as it prints it. */
  readonly onPrint?: (text: string) => void;
  /** When it fires, the script is killed and nothing is kept; the call then fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Run a script with the session's root and Lua state. Scripts of one session run one after the other, so no
 * state is lost; the session's own lock is held only to keep the result, so `berth set` never waits for a script.
 *
 * @throws `locked` when another script does not end in time, and what `runLua` throws
 */
export async function runInSession(subject: Subject, script: SessionScript): Promise<LuaOutcome> {
  const { store, id } = subject;
  const { runLua } = await import("./lua.ts");
  await using _turn = await takeTurn(subject);
  script.signal?.throwIfAborted();
  const record = readRecord(store, id);
  const path = rootOf(record, subject);
  using root = path === null ? null : await projectRoot(path);
  const request: LuaRequest = { ...script, root, session: id, globals: luaGlobals(record) };
  const outcome = await runLua(request);
  await keep(subject, outcome, record === null, script.signal);
  return outcome;
}

/** Forget the Lua state. @returns the bytes that it took */
export async function resetLua(subject: Subject): Promise<number> {
  const { store, id } = subject;
  await using _turn = await takeTurn(subject);
  let bytes = 0;
  await updateSession(store, id, (draft) => {
    if (draft.lua === undefined) return false;
    bytes = draft.lua.bytes;
    delete draft.lua;
    remember(draft, store.now(), "lua-reset", { bytes });
  }, { create: false });
  return bytes;
}

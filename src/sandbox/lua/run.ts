/**
 * Run a script in a child process and watch it. The child's own checks are the polite ones; what holds is that it
 * is a process, and is killed with SIGKILL: no Lua in WebAssembly can be stopped from inside (a loop that catches
 * every error, a pattern that backtracks).
 */
import type { LuaData } from "./data.ts";
import type { Dropped } from "./encode.ts";
import { fail, visible } from "../../errors/errors.ts";
import type { ProjectRoot } from "../files.ts";
import { Conversation } from "./conversation.ts";
import { DEFAULT_LIMITS, type LuaLimits, MB } from "./limits.ts";
import { Watch } from "./watch.ts";
import type { Fault, Message, ScriptRequest } from "./protocol.ts";

/** A script, and what it may use. */
export interface LuaRequest {
  /** Its text; bytes need not be UTF-8. */
  readonly code: string | Uint8Array;
  /** The script's name in messages; null for code from the command line. */
  readonly file: string | null;
  /** The project root; null for a script without files. */
  readonly root: ProjectRoot | null;
  /** ID of the session. */
  readonly session: string;
  /** What the last script left; `{}` at first. */
  readonly globals: LuaData;
  /** What it may take; 30 s, 64 MiB, 1 MiB of output, 256 KiB of globals where nothing is said. */
  readonly limits?: Partial<LuaLimits>;
  /** Whether it may write files and delete them; it may, where nothing is said. */
  readonly permissions?: { readonly write: boolean; readonly delete: boolean };
  /** Called with what the script prints, as it prints it. */
  readonly onPrint?: (text: string) => void;
  /** When it fires, the child is killed and `runLua` fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What became of a script that ended by itself. */
export interface LuaOutcome {
  /** What the script returned. */
  readonly values: readonly LuaData[];
  /** What it left in its globals, to be kept. */
  readonly globals: LuaData;
  /** Of the globals as JSON. */
  readonly bytes: number;
  /** What cannot be kept, and why. */
  readonly dropped: readonly Dropped[];
}

const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** As Lua's own interpreter takes a file: without a byte order mark, and without a first line that begins with `#`,
 * which is for the shell; its line number stays. */
function sourceOf(code: string | Uint8Array): Buffer {
  const given = Buffer.from(code);
  const marked = given.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const source = given.subarray(marked ? BYTE_ORDER_MARK.length : 0);
  if (source[0] !== 0x23) return source;
  const end = source.indexOf("\n");
  return end < 0 ? Buffer.alloc(0) : source.subarray(end);
}

function describe(request: LuaRequest, limits: LuaLimits): ScriptRequest {
  const { file, root, session, globals } = request;
  return {
    code: sourceOf(request.code).toString("base64"),
    chunk: file === null ? "=code" : `@${file}`,
    root: root && { path: root.path, identity: root.identity },
    session,
    globals,
    permissions: request.permissions ?? { write: true, delete: true },
    limits,
  };
}

function failure(fault: Fault, message: string, limits: LuaLimits): Error {
  switch (fault) {
    case "script":
      return fail("lua_error", { message: visible(message) });
    case "memory":
      return fail("lua_memory_limit", { limit: limits.memory });
    case "output":
      return fail("lua_output_limit", { limit: limits.output });
    case "state":
      return fail("lua_state_limit", { limit: limits.state });
  }
}

/** Without threads or memory the runtime ends itself before a line of ours runs; its report says nothing to people. */
function withoutAnswer(child: Conversation, begun: boolean): Error {
  const { endedBy } = child;
  if (begun || endedBy === null) return fail("lua_crashed", { why: child.lastWords() });
  return fail("lua_not_started", { why: `it was ended by ${endedBy} before the script began` });
}

/**
 * Run a script. An error or a limit leaves nothing of it but the files that it wrote.
 *
 * @returns what it returned and what is to be kept
 * @throws `lua_error`, `lua_time_limit`, `lua_memory_limit`, `lua_output_limit`, `lua_state_limit`, `lua_crashed`
 */
export async function runLua(request: LuaRequest): Promise<LuaOutcome> {
  const limits = { ...DEFAULT_LIMITS, ...request.limits };
  const described = describe(request, limits);
  // What is printed is at most six times as long in JSON (\u0000), and each call has a frame around it.
  const child = new Conversation(described, limits.output * 64 + limits.state * 8 + 16 * MB);
  const watch = new Watch(child, limits);
  const cancel = () => child.kill(request.signal?.reason);
  request.signal?.addEventListener("abort", cancel, { once: true });
  let outcome: LuaOutcome | undefined;
  let begun = false;
  const hear = (message: Message) => {
    if (message.kind === "ready") {
      begun = true;
      watch.begin();
    } else if (message.kind === "print") request.onPrint?.(message.text);
    else if (message.kind === "done") outcome = message;
    else throw failure(message.fault, message.message, limits);
  };
  try {
    await child.finish(hear);
  } finally {
    watch.end();
    request.signal?.removeEventListener("abort", cancel);
  }
  if (outcome === undefined) throw withoutAnswer(child, begun);
  const { values, globals, bytes, dropped } = outcome;
  return { values, globals, bytes, dropped };
}

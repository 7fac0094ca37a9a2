/**
 * Run a script in a child process and watch it. The child's own checks are the polite ones; what holds is that it
 * is a process, and is killed with SIGKILL: no Lua in WebAssembly can be stopped from inside (a loop that catches
 * every error, a pattern that backtracks).
 */
import type { LuaData } from "./data.ts";
import type { Dropped } from "./encode.ts";
import { fail } from "../../errors/errors.ts";
import type { ProjectRoot } from "../files.ts";
import { Conversation } from "./conversation.ts";
import { Watch } from "./watch.ts";
import type { Fault, Message, Request } from "./protocol.ts";

const MB = 1024 * 1024;

export interface LuaLimits {
  /** Seconds from the script's first instruction to its last. */
  readonly time: number;
  /** Bytes that Lua may hold. */
  readonly memory: number;
  /** Bytes that may be printed. */
  readonly output: number;
  /** Bytes that the globals may take as JSON. */
  readonly state: number;
  /**
   * Resident bytes that the child may take on top of `memory` while the script runs: strings on their way, the
   * runtime's own slack.
   */
  readonly overhead: number;
}

export const DEFAULT_LIMITS: LuaLimits = {
  time: 30,
  memory: 64 * MB,
  output: MB,
  state: 256 * 1024,
  overhead: 128 * MB,
};

/** The least that a machine with its libraries needs. */
export const MIN_MEMORY = MB;

export interface LuaRequest {
  readonly code: string | Uint8Array;
  /** The script's name in messages; null for code from the command line. */
  readonly file: string | null;
  /** The project root; null for a script without files. */
  readonly root: ProjectRoot | null;
  /** ID of the session. */
  readonly session: string;
  /** What the last script left; `{}` at first. */
  readonly globals: LuaData;
  readonly limits?: Partial<LuaLimits>;
  readonly permissions?: { readonly write: boolean; readonly delete: boolean };
  /** Called with what the script prints, as it prints it. */
  readonly onPrint?: (text: string) => void;
}

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

/** A first line that begins with `#` is for the shell, as in Lua's own interpreter; its line number stays. */
function sourceOf(code: string | Uint8Array): Buffer {
  const source = Buffer.from(code);
  if (source[0] !== 0x23) return source;
  const end = source.indexOf("\n");
  return end < 0 ? Buffer.alloc(0) : source.subarray(end);
}

function describe(request: LuaRequest, limits: LuaLimits): Request {
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
      return fail("lua_error", { message });
    case "memory":
      return fail("lua_memory_limit", { limit: limits.memory });
    case "output":
      return fail("lua_output_limit", { limit: limits.output });
    case "state":
      return fail("lua_state_limit", { limit: limits.state });
  }
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
  let outcome: LuaOutcome | undefined;
  const hear = (message: Message) => {
    if (message.kind === "ready") watch.begin();
    else if (message.kind === "print") request.onPrint?.(message.text);
    else if (message.kind === "done") outcome = message;
    else throw failure(message.fault, message.message, limits);
  };
  try {
    await child.finish(hear);
  } finally {
    watch.end();
  }
  if (outcome === undefined) throw fail("lua_crashed", { why: child.lastWords() });
  const { values, globals, bytes, dropped } = outcome;
  return { values, globals, bytes, dropped };
}

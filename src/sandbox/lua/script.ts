/** One script in one machine: what it finds, what becomes of it, what is left. */
import type { Bridge } from "./bridge.ts";
import { type LuaData, tagged } from "./data.ts";
import { pairsOf, setPairs } from "./decode.ts";
import { type Dropped, Encoder, TooMuchData } from "./encode.ts";
import { type LuaMachine, MULTIPLE_RESULTS, OUT_OF_MEMORY, Type } from "./machine.ts";
import { PRELUDE } from "./prelude.ts";
import type { Fault, ScriptRequest } from "./protocol.ts";

/** Bytes of an error message that are passed on. */
const MAX_MESSAGE = 4096;

/** Why a script has no result. */
export class ScriptFault extends Error {
  constructor(readonly fault: Fault, message: string) {
    super(message);
  }
}

export interface ScriptResult {
  readonly values: LuaData[];
  readonly globals: LuaData;
  /** Of the globals as JSON. */
  readonly bytes: number;
  readonly dropped: Dropped[];
}

export class Script {
  /** The names that every script finds, and what was behind them. */
  readonly #given = new Map<string, number>();

  constructor(
    readonly machine: LuaMachine,
    bridge: Bridge,
    print: (bytes: Uint8Array) => void,
    readonly request: ScriptRequest,
  ) {
    this.#prelude(bridge, print);
    machine.pushGlobals();
    this.#noteGiven();
    setPairs(machine, pairsOf(request.globals));
    machine.pop(1);
  }

  /** Leaves on the stack, for good, the function that stops the collector. */
  #prelude(bridge: Bridge, print: (bytes: Uint8Array) => void): void {
    const { machine } = this;
    this.#check(machine.load(new TextEncoder().encode(PRELUDE), "=berth"));
    machine.pushFunction((state) => (print(machine.bytes(1, state)), 0));
    machine.pushFunction((state) => bridge.call(state));
    this.#check(machine.call(2, 1));
    this.#setSession();
  }

  #setSession(): void {
    const { lua, state } = this.machine;
    lua.lua_getglobal(state, "berth");
    setPairs(this.machine, [["session_id", this.request.session]]);
    this.machine.pop(1);
  }

  #noteGiven(): void {
    const { lua, state } = this.machine;
    lua.lua_pushnil(state);
    while (lua.lua_next(state, -2)) {
      const name = new TextDecoder().decode(this.machine.bytes(-2));
      this.#given.set(name, lua.lua_topointer(state, -1));
      this.machine.pop(1);
    }
  }

  /** Run it; what it returns is left on the stack. */
  run(): void {
    const source = Buffer.from(this.request.code, "base64");
    this.#check(this.#load(source));
    this.#check(this.machine.call(0, MULTIPLE_RESULTS));
  }

  /** An expression is a script too, as at Lua's own prompt: `1 + 1` is tried as `return 1 + 1` first. */
  #load(source: Uint8Array): number {
    const { machine, request: { chunk } } = this;
    if (chunk.startsWith("=")) {
      if (machine.load(Buffer.concat([Buffer.from("return "), source]), chunk) === 0) return 0;
      machine.pop(1);
    }
    return machine.load(source, chunk);
  }

  #check(status: number): void {
    if (status === 0) return;
    if (status === OUT_OF_MEMORY) throw new ScriptFault("memory", "it needs more memory than it may have");
    throw new ScriptFault("script", this.#message());
  }

  /** The error on top. Only texts are read: a `__tostring` would be the script going on. */
  #message(): string {
    const type = this.machine.type(-1);
    if (type === Type.string) {
      return new TextDecoder().decode(this.machine.bytes(-1).subarray(0, MAX_MESSAGE));
    }
    const { lua, state } = this.machine;
    if (type === Type.number) return String(lua.lua_tonumberx(state, -1, null));
    return `(error object is a ${lua.lua_typename(state, type)} value)`;
  }

  /** What the script returned and what is left in its globals. Nothing of the script runs from here on. */
  result(): ScriptResult {
    const { lua, state } = this.machine;
    const count = lua.lua_gettop(state) - 1;
    // A script can return as many values as its stack holds, which leaves no room to look at them.
    if (!lua.lua_checkstack(state, 8)) throw new ScriptFault("output", "it returns too many values");
    lua.lua_pushvalue(state, 1);
    this.#check(this.machine.call(0, 0));
    return { values: this.#values(count), ...this.#globals() };
  }

  /** What cannot be data is shown by its kind. All values share one limit. */
  #values(count: number): LuaData[] {
    const { lua, state } = this.machine;
    return this.#limited("output", (max) => {
      const encoder = new Encoder(this.machine, max);
      return Array.from({ length: count }, (_, i) => {
        lua.lua_pushvalue(state, i + 2);
        const kind = lua.lua_typename(state, this.machine.type(-1));
        const value = encoder.top("");
        this.machine.pop(1);
        return value === undefined ? tagged(kind) : value;
      });
    });
  }

  #globals(): Omit<ScriptResult, "values"> {
    this.machine.pushGlobals();
    return this.#limited("state", (max) => {
      const encoder = new Encoder(this.machine, max);
      const globals = encoder.globals((key) => this.#isOwn(key, encoder));
      const bytes = Buffer.byteLength(JSON.stringify(globals));
      if (bytes > max) throw new TooMuchData();
      return { globals, bytes, dropped: encoder.dropped };
    });
  }

  /** Whether a global, whose value is on top, is the script's and not one that every script finds. */
  #isOwn(key: LuaData, encoder: Encoder): boolean {
    const given = typeof key === "string" ? this.#given.get(key) : undefined;
    if (given === undefined) return true;
    const changed = this.machine.lua.lua_topointer(this.machine.state, -1) !== given;
    if (changed) encoder.drop(String(key), "a name of the library is what it was again in the next script");
    return false;
  }

  #limited<T>(limit: "output" | "state", encode: (max: number) => T): T {
    const max = this.request.limits[limit];
    try {
      return encode(max);
    } catch (error) {
      if (!(error instanceof TooMuchData)) throw error;
      const what = limit === "state" ? "it leaves" : "it returns";
      throw new ScriptFault(limit, `${what} more than ${max} bytes`);
    }
  }
}

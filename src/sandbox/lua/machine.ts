/**
 * A Lua 5.4 machine in WebAssembly, by its C interface. wasmoon's own bridge, which hands JavaScript objects to
 * scripts, is not used: nothing but nil, booleans, numbers, strings and tables ever crosses, by value.
 *
 * Upstream: https://www.lua.org/manual/5.4/manual.html#4
 */
import { LuaWasm } from "wasmoon";
import { wasmPath } from "./wasm.ts";

/** `LUA_T…` of lua.h. */
export const Type = {
  nil: 0,
  boolean: 1,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;
/** `LUA_ERRMEM` of lua.h. */
export const OUT_OF_MEMORY = 4;
export const MULTIPLE_RESULTS = -1;
/** `-LUAI_MAXSTACK - 1000` of luaconf.h. */
const REGISTRY = -1_001_000;
const LIBRARIES = ["base", "string", "table", "math", "utf8", "coroutine"] as const;

/** The raw export beside wasmoon's wrapper, which would read the string as UTF-8. */
interface RawStrings {
  _lua_tolstring(state: number, index: number, length: number): number;
}

export class LuaMachine {
  /** The state that is worked on: the main one, or the coroutine's that called us. */
  state: number;
  /** Bytes that the script holds now; the prelude's are among them. */
  used = 0;
  /** An allocation was refused: the likeliest reason when the machine breaks down without a message. */
  refused = false;
  readonly #length: number;

  constructor(readonly lua: LuaWasm, readonly maxBytes: number) {
    const allocate = lua.module.addFunction(this.#allocate.bind(this), "iiiii");
    this.state = lua.lua_newstate(allocate, null);
    if (!this.state) throw new Error("no memory for a Lua state");
    this.#length = lua.module._malloc(4);
    for (const name of LIBRARIES) this.#open(name);
  }

  /** `lua_Alloc`. Every byte that a script makes Lua take is counted here; there is no other way to take one. */
  #allocate(_: number, pointer: number, oldSize: number, newSize: number): number {
    const { module } = this.lua;
    // For a new block `oldSize` is the kind of object that it is for.
    const delta = pointer ? newSize - oldSize : newSize;
    if (newSize === 0) {
      if (pointer) module._free(pointer);
      if (pointer) this.used -= oldSize;
      return 0;
    }
    if (delta > 0 && this.used + delta > this.maxBytes) return this.#refuse();
    const block = module._realloc(pointer, newSize);
    if (!block) return this.#refuse();
    this.used += delta;
    return block;
  }

  #refuse(): number {
    this.refused = true;
    return 0;
  }

  #open(name: (typeof LIBRARIES)[number]): void {
    const open = this.lua.module.addFunction((state: number) => this.lua[`luaopen_${name}`](state), "ii");
    this.lua.luaL_requiref(this.state, name === "base" ? "_G" : name, open, 1);
    this.pop(1);
  }

  /** Work on the state of the coroutine that called. */
  onState(state: number, work: () => void): void {
    const own = this.state;
    this.state = state;
    try {
      work();
    } finally {
      this.state = own;
    }
  }

  pop(count: number): void {
    this.lua.lua_settop(this.state, -count - 1);
  }

  type(index: number): number {
    return this.lua.lua_type(this.state, index);
  }

  /** The bytes of the string at an index. Only for strings: a number there would be changed into one. */
  bytes(index: number, state: number = this.state): Uint8Array {
    const { module } = this.lua;
    const start = (module as unknown as RawStrings)._lua_tolstring(state, index, this.#length);
    const length = module.getValue(this.#length, "i32");
    return module.HEAPU8.slice(start, start + length);
  }

  pushBytes(bytes: Uint8Array, state: number = this.state): void {
    const { module } = this.lua;
    const start = module._malloc(bytes.length + 1);
    if (!start) throw new Error("no memory for a string");
    module.HEAPU8.set(bytes, start);
    try {
      this.lua.lua_pushlstring(state, start, bytes.length);
    } finally {
      module._free(start);
    }
  }

  pushText(text: string, state: number = this.state): void {
    this.pushBytes(new TextEncoder().encode(text), state);
  }

  /** Push a function of ours. It gets the state that called it, which may be a coroutine's. */
  pushFunction(call: (state: number) => number): void {
    this.lua.lua_pushcclosure(this.state, this.lua.module.addFunction(call, "ii"), 0);
  }

  pushGlobals(): void {
    this.lua.lua_rawgeti(this.state, REGISTRY, 2n); // LUA_RIDX_GLOBALS
  }

  /** Compile source text, never bytecode, and leave the function. @returns the status, 0 when it went well */
  load(source: Uint8Array, name: string): number {
    const { module } = this.lua;
    const start = module._malloc(source.length + 1);
    module.HEAPU8.set(source, start);
    const label = module.stringToNewUTF8(name);
    const status = this.lua.luaL_loadbufferx(this.state, start, source.length, label, "t");
    module._free(start);
    module._free(label);
    return status;
  }

  /** Call the function below its arguments. @returns the status; when it is not 0 the error is on the stack */
  call(args: number, results: number): number {
    return this.lua.lua_pcallk(this.state, args, results, 0, 0, null);
  }
}

/** @param maxBytes what scripts may hold at once */
export async function openMachine(maxBytes: number): Promise<LuaMachine> {
  return new LuaMachine(await LuaWasm.initialize(await wasmPath()), maxBytes);
}

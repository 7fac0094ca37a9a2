/**
 * Lua into data. The stack is read raw: no metamethod runs, so a script cannot interfere with what is kept of it.
 */
import { type LuaData, MAX_DEPTH, tagged } from "./data.ts";
import { type LuaMachine, Type } from "./machine.ts";
import { byKey, join, ofPairs, type Pair, taggedPairs } from "./pairs.ts";

/** What is not kept, and why, by a name such as `config.on_exit`. */
export interface Dropped {
  /** Where it stands: `config.on_exit`. */
  readonly name: string;
  /** Why it cannot be kept, in words for people. */
  readonly reason: string;
}

/** How many of them are named. */
const MAX_DROPPED = 100;

/** The data would be larger than it may be. */
export class TooMuchData extends Error {}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

function ofFloat(value: number): LuaData {
  if (Number.isFinite(value) && !Number.isInteger(value)) return value;
  if (Number.isNaN(value)) return tagged("float", { value: "nan" });
  if (!Number.isFinite(value)) return tagged("float", { value: value > 0 ? "inf" : "-inf" });
  return tagged("float", { value: Object.is(value, -0) ? "-0" : String(value) });
}

function ofInteger(value: bigint): LuaData {
  const plain = Number(value);
  return Number.isSafeInteger(plain) ? plain : tagged("integer", { value: value.toString() });
}

export class Encoder {
  readonly dropped: Dropped[] = [];
  readonly #path = new Set<number>();
  #left: number;

  /** @param maxBytes what the data may take as JSON; counted on the way, so that no bomb is unfolded first */
  constructor(readonly machine: LuaMachine, maxBytes: number) {
    this.#left = maxBytes;
  }

  #spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new TooMuchData();
  }

  drop(name: string, reason: string): undefined {
    if (this.dropped.length < MAX_DROPPED) this.dropped.push({ name, reason });
    return undefined;
  }

  /** The value on top of the stack, which stays there; undefined when it cannot be kept, which is noted. */
  top(name: string): LuaData | undefined {
    const { lua, state } = this.machine;
    const type = this.machine.type(-1);
    this.#spend(type === Type.string ? Number(lua.lua_rawlen(state, -1)) + 3 : 6);
    switch (type) {
      case Type.nil:
        return null;
      case Type.boolean:
        return lua.lua_toboolean(state, -1) !== 0;
      case Type.number:
        return this.#number();
      case Type.string:
        return this.#string();
      case Type.table:
        return this.#table(name);
    }
    return this.drop(name, `a ${lua.lua_typename(state, type)} cannot be kept`);
  }

  #number(): LuaData {
    const { lua, state } = this.machine;
    if (lua.lua_isinteger(state, -1)) return ofInteger(BigInt(lua.lua_tointegerx(state, -1, null)));
    return ofFloat(lua.lua_tonumberx(state, -1, null));
  }

  #string(): LuaData {
    const bytes = this.machine.bytes(-1);
    return textOf(bytes) ?? tagged("bytes", { value: Buffer.from(bytes).toString("base64") });
  }

  #table(name: string): LuaData | undefined {
    const { lua, state } = this.machine;
    const pointer = lua.lua_topointer(state, -1);
    if (this.#path.has(pointer)) return this.drop(name, "a table that contains itself cannot be kept");
    if (this.#path.size >= MAX_DEPTH) {
      return this.drop(name, `tables deeper than ${MAX_DEPTH} levels cannot be kept`);
    }
    if (lua.lua_getmetatable(state, -1)) {
      this.machine.pop(1);
      this.drop(name, "its metatable cannot be kept; its content is");
    }
    this.#path.add(pointer);
    const pairs = this.pairs(name, () => true);
    this.#path.delete(pointer);
    return ofPairs(pairs);
  }

  /** The pairs of the table on top that are wanted and can be kept, sorted: equal tables are equal text. */
  pairs(name: string, wanted: (key: LuaData) => boolean): Pair[] {
    const { lua, state } = this.machine;
    const pairs: Pair[] = [];
    if (!lua.lua_checkstack(state, 4)) throw new TooMuchData();
    lua.lua_pushnil(state);
    while (lua.lua_next(state, -2)) {
      const pair = this.#pair(name, wanted);
      if (pair) pairs.push(pair);
      this.machine.pop(1);
    }
    return pairs.sort(byKey);
  }

  /** The key and value on top. */
  #pair(name: string, wanted: (key: LuaData) => boolean): Pair | undefined {
    const { lua, state } = this.machine;
    lua.lua_pushvalue(state, -2);
    const isPlain = [Type.boolean, Type.number, Type.string].some((type) => type === this.machine.type(-1));
    const key = isPlain ? this.top(name) : undefined;
    this.machine.pop(1);
    if (key === undefined) {
      return this.drop(name, "a key that is no string, number or boolean cannot be kept");
    }
    if (!wanted(key)) return undefined;
    const value = this.top(join(name, key));
    return value === undefined ? undefined : { key, value };
  }

  /** The table on top as an object, tagged where it has to be, without what is not wanted. */
  globals(wanted: (key: LuaData) => boolean): LuaData {
    const pairs = this.pairs("", wanted);
    const data = ofPairs(pairs);
    return Array.isArray(data) ? taggedPairs(pairs) : data;
  }
}

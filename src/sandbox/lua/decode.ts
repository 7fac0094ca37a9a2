/** Data into Lua: what was kept becomes the script's globals. */
import { type LuaData, tagOf } from "./data.ts";
import type { LuaMachine } from "./machine.ts";

type DataObject = { readonly [key: string]: LuaData };

/** Push a value. Its tables are new ones, without a metatable. */
export function push(machine: LuaMachine, data: LuaData): void {
  const { lua, state } = machine;
  lua.luaL_checkstack(state, 4, "too deep");
  if (data === null) lua.lua_pushnil(state);
  else if (typeof data === "boolean") lua.lua_pushboolean(state, Number(data));
  else if (typeof data === "string") machine.pushText(data);
  else if (typeof data === "number") pushNumber(machine, data);
  else if (Array.isArray(data)) pushSequence(machine, data);
  else pushObject(machine, data as DataObject);
}

function pushNumber({ lua, state }: LuaMachine, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) lua.lua_pushinteger(state, BigInt(value));
  else lua.lua_pushnumber(state, value);
}

function pushSequence(machine: LuaMachine, items: readonly LuaData[]): void {
  machine.lua.lua_createtable(machine.state, items.length, 0);
  items.forEach((item, i) => {
    push(machine, item);
    machine.lua.lua_rawseti(machine.state, -2, BigInt(i + 1));
  });
}

/** Set pairs in the table that is on top. A nil key cannot be, and is passed over. */
export function setPairs(machine: LuaMachine, pairs: Iterable<readonly [LuaData, LuaData]>): void {
  for (const [key, value] of pairs) {
    if (key === null) continue;
    push(machine, key);
    push(machine, value);
    machine.lua.lua_rawset(machine.state, -3);
  }
}

/** The pairs of a table that was written as an object or as a list of pairs. */
export function pairsOf(data: LuaData): (readonly [LuaData, LuaData])[] {
  if (data === null || typeof data !== "object") return [];
  if (Array.isArray(data)) return data.map((value, i) => [i + 1, value]);
  const object = data as DataObject;
  if (tagOf(object) !== "table") return Object.entries(object);
  const pairs = Array.isArray(object.pairs) ? object.pairs : [];
  return pairs.flatMap((pair) => Array.isArray(pair) ? [[pair[0] ?? null, pair[1] ?? null] as const] : []);
}

function pushObject(machine: LuaMachine, object: DataObject): void {
  const { lua, state } = machine;
  const text = String(object.value);
  switch (tagOf(object)) {
    case "float":
      return lua.lua_pushnumber(state, FLOATS[text] ?? Number(text));
    case "integer":
      return lua.lua_pushinteger(state, BigInt(text));
    case "bytes":
      return machine.pushBytes(Buffer.from(text, "base64"));
  }
  lua.lua_createtable(state, 0, 0);
  setPairs(machine, pairsOf(object));
}

const FLOATS: Readonly<Record<string, number>> = { inf: Infinity, "-inf": -Infinity, nan: NaN };

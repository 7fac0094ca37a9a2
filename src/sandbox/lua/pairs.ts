/** The pairs of a table as data. */
import { isSafeKey, type LuaData, tagged } from "./data.ts";

export interface Pair {
  readonly key: LuaData;
  readonly value: LuaData;
}

/** Numbers before everything else, then by their JSON. */
export function byKey({ key: a }: Pair, { key: b }: Pair): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [s, t] = [JSON.stringify(a), JSON.stringify(b)];
  return s < t ? -1 : s > t ? 1 : 0;
}

/** Write a table down in its simplest form. */
export function ofPairs(pairs: Pair[]): LuaData {
  if (pairs.length > 0 && pairs.every(({ key }, i) => key === i + 1)) return pairs.map(({ value }) => value);
  if (pairs.every(({ key }) => typeof key === "string" && isSafeKey(key))) {
    return Object.fromEntries(pairs.map(({ key, value }) => [String(key), value]));
  }
  return taggedPairs(pairs);
}

export function taggedPairs(pairs: readonly Pair[]): LuaData {
  return tagged("table", { pairs: pairs.map(({ key, value }) => [key, value]) });
}

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/** The path of a value inside a table, as Lua would write it. */
export function join(path: string, key: LuaData): string {
  if (typeof key !== "string") return `${path}[${JSON.stringify(key)}]`;
  if (!IDENTIFIER.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

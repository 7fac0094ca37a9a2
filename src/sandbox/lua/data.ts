/**
 * Lua values as JSON: what the session's record keeps between scripts.
 *
 * A sequence is an array, a table whose keys are all plain strings an object. What JSON cannot tell is tagged:
 * `{"$lua": "float", "value": "1"}` (1.0 is no integer in Lua), `integer` beyond 2^53, `bytes` (base64) for a
 * string that is not UTF-8, `table` with a list of pairs for any other table. Keys that mean something to
 * JavaScript (`__proto__`, `constructor`, `prototype`) are never an object's keys: such a table is pairs.
 */
import * as v from "valibot";

/** A value of Lua's, as JSON; what JSON cannot tell is an object with the member `$lua`. */
export type LuaData = null | boolean | number | string | readonly LuaData[] | {
  readonly [key: string]: LuaData;
};

/** How deep tables may lie in one another to be kept. */
export const MAX_DEPTH = 100;

const TAG = "$lua";
const UNSAFE: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype", TAG]);

export const isSafeKey = (key: string): boolean => !UNSAFE.has(key);

export const tagged = (kind: string, rest: Readonly<Record<string, LuaData>> = {}): LuaData => ({
  [TAG]: kind,
  ...rest,
});

/** The kind of a tagged value, null for one that stands for itself. */
export function tagOf(data: { readonly [key: string]: LuaData }): string | null {
  const kind = Object.hasOwn(data, TAG) ? data[TAG] : undefined;
  return typeof kind === "string" ? kind : null;
}

/** Whether what is tagged can be what its tag says. */
function isTagged({ [TAG]: kind, value }: Record<string, unknown>): boolean {
  if (kind === "integer") return typeof value === "string" && /^-?\d{1,19}$/.test(value);
  if (kind === "float" || kind === "bytes") return typeof value === "string";
  return typeof kind === "string";
}

function isData(value: unknown, depth: number): value is LuaData {
  if (depth > MAX_DEPTH * 3) return false;
  if (value === null || typeof value === "boolean" || typeof value === "string") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every((item) => isData(item, depth + 1));
  if (Object.hasOwn(value, TAG) && !isTagged(value as Record<string, unknown>)) return false;
  return Object.entries(value).every(([key, item]) =>
    (key === TAG || isSafeKey(key)) && isData(item, depth + 1)
  );
}

/** Data from outside the process: the record, the child's answer. */
export const luaData = v.custom<LuaData>((value) => isData(value, 0), "no Lua data");

/** A value as `berth lua` prints it: a string as it is, a number as Lua writes it, a table as JSON. */
export function show(data: LuaData): string {
  if (data === null) return "nil";
  if (typeof data !== "object") return String(data);
  if (Array.isArray(data)) return JSON.stringify(data);
  const object = data as { readonly [key: string]: LuaData };
  switch (tagOf(object)) {
    case null:
    case "table":
      return JSON.stringify(data);
    case "float":
      return showFloat(String(object.value));
    case "integer":
      return String(object.value);
    case "bytes":
      return new TextDecoder().decode(Buffer.from(String(object.value), "base64"));
    default:
      return `(${tagOf(object)})`;
  }
}

const showFloat = (text: string): string => /^-?\d+$/.test(text) ? `${text}.0` : text;

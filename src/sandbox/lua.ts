/** Run Lua scripts, each in a process of its own that is killed at its limit. */
export { type LuaData, luaData, show } from "./lua/data.ts";
export { pairsOf } from "./lua/decode.ts";
export { type LuaOutcome, type LuaRequest, runLua } from "./lua/run.ts";
export { DEFAULT_LIMITS, type LuaLimits, MIN_MEMORY } from "./lua/limits.ts";

/** Run Lua scripts, each in a process of its own that is killed at its limit. */
export { type LuaData, luaData, show } from "./lua/data.ts";
export { pairsOf } from "./lua/decode.ts";
export {
  DEFAULT_LIMITS,
  type LuaLimits,
  type LuaOutcome,
  type LuaRequest,
  MIN_MEMORY,
  runLua,
} from "./lua/run.ts";

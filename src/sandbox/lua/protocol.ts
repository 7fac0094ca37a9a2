/** What parent and child say to each other: one request on standard input, lines of JSON on standard output. */
import * as v from "valibot";
import { luaData } from "./data.ts";

export { CHILD_WORD } from "./word.ts";

export const requestSchema = v.object({
  /** Base64 of the source. */
  code: v.string(),
  /** As Lua names a chunk: `@file` or `=name`. */
  chunk: v.string(),
  /** The project root, by its real path and its identity; null for a script without files. */
  root: v.nullable(v.object({ path: v.string(), identity: v.string() })),
  permissions: v.object({ write: v.boolean(), delete: v.boolean() }),
  /** The session's ID, for `berth.session_id`. */
  session: v.string(),
  globals: luaData,
  limits: v.object({
    /** Seconds. */
    time: v.number(),
    /** Bytes, each. */
    memory: v.number(),
    output: v.number(),
    state: v.number(),
  }),
});

export type ScriptRequest = v.InferOutput<typeof requestSchema>;

const dropped = v.array(v.object({ name: v.string(), reason: v.string() }));

export const messageSchema = v.variant("kind", [
  /** The script begins now. */
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("print"), text: v.string() }),
  v.object({
    kind: v.literal("done"),
    values: v.array(luaData),
    globals: luaData,
    bytes: v.number(),
    dropped,
  }),
  v.object({
    kind: v.literal("fault"),
    fault: v.picklist(["script", "memory", "output", "state"]),
    message: v.string(),
  }),
]);

export type Message = v.InferOutput<typeof messageSchema>;
export type Fault = Extract<Message, { kind: "fault" }>["fault"];

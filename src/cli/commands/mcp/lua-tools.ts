import * as v from "valibot";
import { BerthError } from "../../../errors/errors.ts";
import { luaGlobals, runInSession } from "../../../sandbox/session.ts";
import { readRecord } from "../../../store/read.ts";
import { optional, text } from "./schema.ts";
import { type Data, tool, type ToolCall } from "./tool.ts";

const MB = 1024 * 1024;
/** Seconds. A client gives up long before. */
const MAX_TIMEOUT = 300;
/** Of what is printed, of the values, and of the globals: what fits into one answer to a model. */
const SHOWN = 64 * 1024;

const runInput = v.strictObject({
  code: text("A script or an expression"),
  timeout: optional(
    v.pipe(v.number(), v.gtValue(0), v.maxValue(MAX_TIMEOUT), v.description("Seconds; 30 by default")),
  ),
  memory: optional(
    v.pipe(v.number(), v.minValue(MB), v.maxValue(1024 * MB), v.description("Bytes; 64 MB by default")),
  ),
});

/** What was printed before a script failed belongs to its failure. */
function withOutput(error: unknown, output: string): unknown {
  if (!(error instanceof BerthError) || output === "") return error;
  const message = `${error.message}\nprinted before: ${output}`;
  return new BerthError(error.code, message, error.hint, error.exit, { cause: error });
}

/** What a script gave, cut where it is too long; what it left is kept in any case. */
function shown(values: readonly unknown[], output: string, printed: number): Data {
  const bytes = Buffer.byteLength(JSON.stringify(values));
  return {
    values: bytes > SHOWN ? [] : values,
    output,
    ...bytes > SHOWN ? { valuesBytes: bytes } : {},
    ...printed > output.length ? { printed } : {},
    ...bytes > SHOWN || printed > output.length ? { truncated: true } : {},
  };
}

async function run(
  { subject, service, signal }: ToolCall,
  input: v.InferOutput<typeof runInput>,
): Promise<Data> {
  let [output, printed] = ["", 0];
  const onPrint = (text: string) => {
    printed += text.length;
    output += text.slice(0, Math.max(0, SHOWN - output.length));
  };
  const { code, timeout, memory } = input;
  const limits = {
    ...timeout === undefined ? {} : { time: timeout },
    ...memory === undefined ? {} : { memory },
  };
  const permissions = { write: true, delete: service.allowDelete };
  const script = { code, file: null, limits, permissions, onPrint, signal };
  try {
    const { values, dropped } = await service.scripts.run(signal, () => runInSession(subject, script));
    return { ...shown(values, output, printed), dropped: [...dropped] };
  } catch (error) {
    throw withOutput(error, output);
  }
}

/** The globals that fit; of the others the names. */
function fitting(globals: Data): Data {
  const kept: [string, unknown][] = [];
  const omitted: string[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(globals)) {
    const size = Buffer.byteLength(JSON.stringify(value));
    if (bytes + size > SHOWN) omitted.push(name);
    else {
      bytes += size;
      kept.push([name, value]);
    }
  }
  return { globals: Object.fromEntries(kept), ...omitted.length === 0 ? {} : { truncated: true, omitted } };
}

export const LUA_TOOLS = [
  tool({
    name: "lua_run",
    about: "Run a Lua 5.4 script in this session. Globals of plain data last. " +
      "Files: berth.read_file, write_file, list_dir, file_exists, is_file, is_dir, file_stat, mkdir_p, glob, " +
      "confined to the project; a failure gives nil, message, code. No os, io, require",
    effect: "replaces",
    idempotent: false,
    mayReach: true,
    input: runInput,
    run,
  }),
  tool({
    name: "lua_globals",
    about: "The globals that the last Lua script of this session left",
    effect: "reads",
    input: v.strictObject({ name: optional(text("Only this one")) }),
    run({ subject: { store, id } }, { name }) {
      const record = readRecord(store, id);
      const globals = luaGlobals(record) as Data;
      const wanted = name === undefined
        ? fitting(globals)
        : { globals: Object.hasOwn(globals, name) ? { [name]: globals[name] } : {} };
      return { ...wanted, bytes: record?.lua?.bytes ?? 0 };
    },
  }),
];

import type { McpServer } from "@modelcontextprotocol/server";
import * as v from "valibot";
import { BerthError } from "../../../errors/errors.ts";
import { luaGlobals, runInSession } from "../../../sandbox/session.ts";
import { readRecord } from "../../../store/read.ts";
import { offer, type Service } from "./tool.ts";

const MB = 1024 * 1024;
/** Seconds. A client gives up long before. */
const MAX_TIMEOUT = 300;

const dropped = v.array(v.object({ name: v.string(), reason: v.string() }));
const runInput = v.strictObject({
  code: v.pipe(v.string(), v.description("A script, or an expression whose value is wanted")),
  timeout: v.exactOptional(
    v.pipe(v.number(), v.gtValue(0), v.maxValue(MAX_TIMEOUT), v.description("Seconds; 30 by default")),
  ),
  memory: v.exactOptional(
    v.pipe(v.number(), v.minValue(MB), v.maxValue(1024 * MB), v.description("Bytes; 64 MB by default")),
  ),
});

/** What was printed before a script failed belongs to its failure. */
function withOutput(error: unknown, output: string): unknown {
  if (!(error instanceof BerthError) || output === "") return error;
  const message = `${error.message}\nprinted before: ${output}`;
  return new BerthError(error.code, message, error.hint, error.exit, { cause: error });
}

async function run(service: Service, { code, timeout, memory }: v.InferOutput<typeof runInput>) {
  let output = "";
  const onPrint = (text: string) => void (output += text);
  const limits = {
    ...timeout === undefined ? {} : { time: timeout },
    ...memory === undefined ? {} : { memory },
  };
  const permissions = { write: true, delete: service.allowDelete };
  try {
    const outcome = await runInSession(service.subject, { code, file: null, limits, permissions, onPrint });
    return { values: [...outcome.values], output, dropped: [...outcome.dropped] };
  } catch (error) {
    throw withOutput(error, output);
  }
}

export function offerLuaTools(server: McpServer, service: Service): void {
  const { subject: { store, id } } = service;
  offer(server, service, "lua_run", {
    title: "Run Lua",
    about:
      "Run a Lua 5.4 script in this session. Globals that are plain data are there again in the next script. Files: " +
      "berth.read_file, write_file, list_dir, file_exists, is_file, is_dir, file_stat, mkdir_p, glob, confined to the " +
      "project; a failure gives nil, message, code. No os, io, require",
    effect: "writes",
    input: runInput,
    output: v.object({ values: v.array(v.unknown()), output: v.string(), dropped }),
    run: (input) => run(service, input),
  });
  offer(server, service, "lua_globals", {
    title: "Show Lua state",
    about: "The globals that the last Lua script of this session left",
    effect: "reads",
    input: v.strictObject({}),
    output: v.object({ globals: v.unknown(), bytes: v.number() }),
    run() {
      const record = readRecord(store, id);
      return { globals: luaGlobals(record), bytes: record?.lua?.bytes ?? 0 };
    },
  });
}

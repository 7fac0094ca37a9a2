import { readFileSync } from "node:fs";
import { check, pipe, regex, string } from "valibot";
import { fail, quote } from "../errors.ts";
import { type LuaData, show } from "../sandbox/lua.ts";
import { MIN_MEMORY } from "../sandbox/lua/run.ts";
import { luaGlobals, resetLua, runInSession, type Script, type Subject } from "../sandbox/session.ts";
import { readRecord } from "../store/read.ts";
import { readInput } from "./bytes.ts";
import { type Command, type Context, flag, type Input, outJson, text } from "./command.ts";
import { ROOT_OPTION, subjectOf } from "./subject.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const SIZE = /^(\d+)([KMG]?)B?$/i;
const MAX_SOURCE = 10 * 1024 * 1024;
/** Seconds. A timer of the runtime takes no more than 2^31 ms. */
const MAX_SECONDS = 86_400;

function bytesOf(size: string): number {
  const [, count = "", unit = ""] = SIZE.exec(size) ?? [];
  return Number(count) * (UNITS[unit.toUpperCase()] ?? NaN);
}

const seconds = pipe(
  string(),
  regex(/^\d+(\.\d+)?$/),
  check((s) => Number(s) > 0 && Number(s) <= MAX_SECONDS),
);
const size = pipe(string(), regex(SIZE), check((s) => bytesOf(s) >= MIN_MEMORY && bytesOf(s) <= 1024 ** 3));
const wait = pipe(string(), regex(/^\d+(\.\d+)?$/), check((s) => Number(s) <= MAX_SECONDS));

function sourceOf(file: string): Uint8Array {
  if (file === "-") return readInput(MAX_SOURCE);
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw fail("read_failed", { what: `script ${quote(file)}`, why }, error);
  }
}

function scriptOf(input: Input, file: string | undefined): Pick<Script, "code" | "file"> {
  const code = text(input, "execute");
  const usage = command.usage;
  if (code !== undefined && file !== undefined) {
    throw fail("unexpected_argument", { command: "lua", given: file, usage });
  }
  if (code !== undefined) return { code, file: null };
  if (file === undefined) throw fail("missing_argument", { command: "lua", usage: "lua <session> <file>" });
  return { code: sourceOf(file), file: file === "-" ? "stdin" : file };
}

function limitsOf(input: Input): NonNullable<Script["limits"]> {
  const [time, memory] = [text(input, "timeout"), text(input, "memory")];
  return {
    ...time === undefined ? {} : { time: Number(time) },
    ...memory === undefined ? {} : { memory: bytesOf(memory) },
  };
}

function waitOf(input: Input): { waitMs?: number } {
  const given = text(input, "wait");
  return given === undefined ? {} : { waitMs: Number(given) * 1000 };
}

/** The names of the globals, also where they had to be written as pairs. */
function namesOf(globals: LuaData): string[] {
  if (globals === null || typeof globals !== "object" || Array.isArray(globals)) return [];
  const object = globals as { readonly [key: string]: LuaData };
  if (object.$lua !== "table" || !Array.isArray(object.pairs)) return Object.keys(object);
  return object.pairs.map((pair: LuaData) => String(Array.isArray(pair) ? pair[0] : ""));
}

async function execute(
  context: Context,
  input: Input,
  subject: Subject,
  file: string | undefined,
): Promise<void> {
  let output = "";
  const onPrint = (text: string) => context.json ? void (output += text) : void context.host.write(2, text);
  const script = { ...scriptOf(input, file), ...waitOf(input), limits: limitsOf(input), onPrint };
  const { values, globals, dropped } = await runInSession(subject, script);
  if (context.json) {
    return outJson(context, { id: subject.id, values, output, kept: namesOf(globals), dropped });
  }
  context.out(values.map((value) => `${show(value)}\n`).join(""));
  for (const { name, reason } of dropped) context.say(`berth: not kept: ${name}: ${reason}\n`);
}

function showState(context: Context, { store, id }: Subject): void {
  const record = readRecord(store, id);
  const globals = luaGlobals(record);
  if (context.json) return outJson(context, { id, globals, bytes: record?.lua?.bytes ?? 0 });
  const lines = Object.entries(globals).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  context.out(lines.join(""));
}

async function reset(context: Context, input: Input, subject: Subject): Promise<void> {
  const bytes = await resetLua(subject, waitOf(input).waitMs);
  if (context.json) outJson(context, { id: subject.id, bytes });
  else context.say(bytes === 0 ? "There was no Lua state\n" : `Forgot ${bytes} bytes of Lua state\n`);
}

const command: Command = {
  usage: "lua <session> [file]",
  about: "Run a Lua script in a session: its own files, its own state",
  details: [
    "The script runs in a process of its own, which is killed at its limit. Globals that are plain data are there",
    "again in the session's next script; what cannot be kept is said. An error or a limit keeps nothing, but files",
    "that were written stay. FILE - is standard input. What print prints goes to standard error.",
    "Files: berth.read_file write_file list_dir file_exists is_file is_dir file_stat mkdir_p delete_file glob; a",
    "failure gives nil, message, code. There is no os, io, package, require or debug.",
  ],
  options: [
    ROOT_OPTION,
    { flag: "-e, --execute <code>", about: "Run this code; an expression gives its value" },
    {
      flag: "--timeout <seconds>",
      about: "Stop it after so long (default 30)",
      schema: seconds,
      wanted: "seconds, more than 0 and at most 86400",
    },
    {
      flag: "--memory <size>",
      about: "Memory it may hold (default 64MB)",
      schema: size,
      wanted: "a size from 1MB to 1GB",
    },
    {
      flag: "--wait <seconds>",
      about: "Wait so long for another script of the session (default 5)",
      schema: wait,
      wanted: "seconds, at most 86400",
    },
    { flag: "--show", about: "Print the state that is kept" },
    { flag: "--reset", about: "Forget the state" },
  ],
  examples: [
    "berth lua my-session -e 'count = (count or 0) + 1 return count'",
    "berth lua my-session job.lua --timeout 5 --memory 128MB",
    "berth lua my-session --show --json",
  ],
  async run(context, input) {
    const [session = "", ...files] = [...input.args, ...input.rest ?? []];
    const [file, extra] = files;
    const { usage } = command;
    if (extra !== undefined) throw fail("unexpected_argument", { command: "lua", given: extra, usage });
    const subject = subjectOf(context, input, "lua", session);
    if (flag(input, "show")) return showState(context, subject);
    if (flag(input, "reset")) return await reset(context, input, subject);
    await execute(context, input, subject, file);
  },
};

export { command as lua };

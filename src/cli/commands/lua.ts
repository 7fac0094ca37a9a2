import { visible } from "../../errors/errors.ts";
import { type LuaData, pairsOf, show } from "../../sandbox/lua.ts";
import { luaGlobals, resetLua, runInSession, type Subject } from "../../sandbox/session.ts";
import { readRecord } from "../../store/read.ts";
import { type Command, type Context, flag, type Input, outJson } from "../command.ts";
import { limitsOf, LUA_OPTIONS, scriptOf } from "./lua-options.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { WAIT } from "../mean/session.ts";
import { ROOT_OPTION, subjectOf } from "../mean/subject.ts";

/** The globals by name, also where they had to be written as pairs. */
const named = (globals: LuaData) => pairsOf(globals).map(([name, value]) => [String(name), value] as const);

async function execute(
  context: Context,
  input: Input,
  subject: Subject,
  file: string | undefined,
): Promise<void> {
  let output = "";
  const onPrint = (text: string) => context.json ? void (output += text) : void context.host.write(2, text);
  const script = { ...scriptOf(input, file), limits: limitsOf(input), onPrint };
  const { values, globals, dropped } = await runInSession(subject, script);
  if (context.json) {
    return outJson(context, {
      id: subject.id,
      values,
      output,
      kept: named(globals).map(([name]) => name),
      dropped,
    });
  }
  context.out(values.map((value) => `${show(value)}\n`).join(""));
  for (const { name, reason } of dropped) context.say(`berth: not kept: ${visible(name)}: ${reason}\n`);
}

function showState(context: Context, { store, id }: Subject): void {
  const record = readRecord(store, id);
  const globals = luaGlobals(record);
  if (context.json) return outJson(context, { id, globals, bytes: record?.lua?.bytes ?? 0 });
  const lines = named(globals).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  context.out(lines.join(""));
}

async function reset(context: Context, subject: Subject): Promise<void> {
  const bytes = await resetLua(subject);
  if (context.json) outJson(context, { id: subject.id, bytes });
  else context.say(bytes === 0 ? "There was no Lua state\n" : `Forgot ${bytes} bytes of Lua state\n`);
}

export const lua: Command = {
  usage: "lua <session> [file]",
  about: "Run a Lua script in a session: its own files, its own state",
  threads: true,
  details: [
    `${SESSION_HELP}.`,
    "The script runs in a process of its own, which is killed at its limit. Globals that are plain data are there",
    "again in the session's next script; what cannot be kept is said. An error or a limit keeps nothing, but files",
    "that were written stay. FILE - is standard input. What print prints goes to standard error.",
    "Files: berth.read_file write_file list_dir file_exists is_file is_dir file_stat mkdir_p delete_file glob; a",
    "failure gives nil, message, code. There is no os, io, package, require or debug.",
  ],
  options: [
    ROOT_OPTION,
    ...LUA_OPTIONS,
    WAIT,
    { flag: "--show", about: "Print the state that is kept" },
    { flag: "--reset", about: "Forget the state" },
  ],
  examples: [
    "berth lua my-session -e 'count = (count or 0) + 1 return count'",
    "berth lua my-session job.lua --timeout 5 --memory 128MB",
    "berth lua my-session --show --json",
  ],
  async run(context, input) {
    const [session, file] = input.args;
    const subject = await subjectOf(context, input, "lua", session);
    if (flag(input, "show")) return showState(context, subject);
    if (flag(input, "reset")) return await reset(context, subject);
    await execute(context, input, subject, file);
  },
};

import { BerthError, fail } from "../errors/errors.ts";
import { openFacts } from "../facts/open.ts";
import type { Host } from "../facts/host.ts";
import type { Request, Resolution, Scope } from "../identity/resolution.ts";
import { type Command, type Context, type Decide, flag, type Input, text } from "./command.ts";
import { GLOBAL_OPTIONS } from "./line/globals.ts";
import { CHILD_WORD } from "../sandbox/lua/word.ts";
import { LOCK_WORD } from "../store/lock-word.ts";
import { deps } from "../identity/dependencies.ts";
import { nearest } from "./line/nearest.ts";
import { isDashed, plainInput, spellings, takesCommand } from "./line/plain.ts";
import { ownWords } from "./say/own-words.ts";
import { report, writeOut } from "./say/report.ts";
import { findCommand, type FoundCommand } from "./line/find-command.ts";
import { COMMANDS } from "./table.ts";

/** The machine as node's API shows it. */
export const plainHost = async (): Promise<Host> => (await import("../facts/host-node.ts")).nodeHost;

/** Do what the command line says. @returns the exit status */
export async function run(host: Host, argv: readonly string[], decide: Decide): Promise<number> {
  // The other end of `berth lua`, started by itself.
  if (argv[0] === CHILD_WORD) await (await import("../sandbox/lua/child.ts")).runChild();
  // Errors of the command line itself come as JSON too where the user asked for it.
  let json = argv.slice(0, end(argv)).includes("--json");
  let log = false;
  try {
    // For a process that cannot lock files itself.
    if (argv[0] === LOCK_WORD) return (await import("../store/lock-input.ts")).lockInput();
    const { word, words, rest } = split(argv);
    const { name, entry } = chosen(word, words, rest);
    const command = await entry.load();
    if (mayBeChanged(argv, host.variables["BERTH_SESSION"])) {
      // What stands behind `--` is then a program's, and gets there byte by byte.
      const ours = takesCommand(command) ? end(argv) : argv.length;
      (await import("./line/utf8.ts")).refuseChanged(argv, ours, host.variables["BERTH_SESSION"]);
    }
    const input = plainInput(command, words, rest) ??
      (await import("./line/arguments.ts")).parseArguments(name, command, words, rest);
    json = flag(input, "json");
    log = text(input, "log-format") === "json";
    if (flag(input, "help")) return await showHelp(host, input, name, decide);
    if (flag(input, "version")) return await showVersion(host, input, decide);
    if (command.threads === true && host.threadless === true) throw fail("no_threads", { command: name });
    const context = await contextOf(host, input, decide);
    return await carriedOut(context, input, name, command);
  } catch (error) {
    return report(host, error, json ? "json" : log ? "log" : "text");
  }
}

async function carriedOut(context: Context, input: Input, name: string, command: Command): Promise<number> {
  const started = context.host.clock();
  try {
    const status = await command.run(context, input) ?? 0;
    context.debug("done", { command: name, status, ms: Math.round(context.host.clock() - started) });
    return status;
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "no_such_session") throw error;
    throw (await import("./mean/shared-instead.ts")).orNotShared(context, input, name, error);
  } finally {
    await context.settle();
  }
}

/** Whether the runtime may have put U+FFFD for bytes that are no UTF-8. */
const mayBeChanged = (argv: readonly string[], label: string | undefined): boolean =>
  label?.includes("\ufffd") === true || argv.some((argument) => argument.includes("\ufffd"));

const end = (argv: readonly string[]): number => argv.includes("--") ? argv.indexOf("--") : argv.length;

/** The command word, and the words around it that are options and arguments. */
function split(
  argv: readonly string[],
): { word: string | undefined; words: string[]; rest: string[] | undefined } {
  const words = argv.slice(0, end(argv));
  const rest = words.length < argv.length ? argv.slice(words.length + 1) : undefined;
  const at = words.findIndex((word, index) => !isDashed(word) && !isValue(words, index));
  return at < 0 ? { word: undefined, words, rest } : { word: words[at], words: words.toSpliced(at, 1), rest };
}

/** Whether a word in front of the command is the value of the option before it, and not the command. */
function isValue(words: readonly string[], at: number): boolean {
  const before = words[at - 1] ?? "";
  if (!before.startsWith("-") || before.includes("=")) return false;
  const known = GLOBAL_OPTIONS.find((option) => spellings(option).includes(before));
  // An option of the command's own stands in front of it; which one that is is not known yet.
  return known === undefined
    ? findCommand(COMMANDS, words[at] ?? "") === undefined
    : known.flag.includes("<");
}

/** A word as it is typed in a shell. */
const typed = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

function chosen(
  word: string | undefined,
  words: readonly string[],
  rest: readonly string[] | undefined,
): FoundCommand {
  if (word === undefined && rest !== undefined && rest.length > 0) {
    throw fail("unexpected_argument", { command: "", given: "--", usage: rest.map(typed).join(" ") });
  }
  if (word === undefined) {
    const name = words.some((other) => other === "--version" || other === "-V")
      ? "version"
      : words.some((other) => other === "--help" || other === "-h")
      ? "help"
      : "";
    return findCommand(COMMANDS, name) ?? { name, entry: WHERE };
  }
  const found = findCommand(COMMANDS, word);
  if (found !== undefined) return found;
  const near = nearest(word, Object.keys(COMMANDS));
  throw fail("unknown_command", { given: word, near });
}

/** `berth` alone. */
const WHERE = { about: "Say where you are", load: async () => (await import("./commands/where.ts")).where };

async function showHelp(host: Host, input: Input, name: string, decide: Decide): Promise<number> {
  const { help } = await import("./commands/help.ts");
  const args = name === "help" ? input.args : [name];
  return await help.run(await contextOf(host, { ...input, args }, decide), { ...input, args }) ?? 0;
}

async function showVersion(host: Host, input: Input, decide: Decide): Promise<number> {
  const { version } = await import("./commands/version.ts");
  return await version.run(await contextOf(host, input, decide), input) ?? 0;
}

async function contextOf(host: Host, input: Input, decide: Decide): Promise<Context> {
  const facts = await openFacts(host);
  const label = text(input, "session-id");
  const scope = (text(input, "scope") ?? "session") as Scope;
  const request: Request = { scope, ...label === undefined ? {} : { label } };
  let resolution: Resolution | undefined;
  const words = ownWords(host, { format: text(input, "log-format") ?? "text", quiet: flag(input, "quiet") });
  return {
    host,
    facts,
    commands: COMMANDS,
    deps: deps(host),
    now: () => new Date(),
    json: flag(input, "json"),
    request,
    decide,
    resolution() {
      if (resolution !== undefined) return resolution;
      resolution = decide(facts, request, deps(host));
      words.debug("session found", { id: resolution.id, source: resolution.source });
      return resolution;
    },
    out: (data) => writeOut(host, data),
    ...words,
    ...afterwards(),
  };
}

/** Long enough for a short command to print its answer, in milliseconds. */
const SOON_MS = 20;

type Work = () => void | Promise<void>;

async function workOff(works: Work[]): Promise<void> {
  for (let work = works.shift(); work !== undefined; work = works.shift()) {
    try {
      await work();
    } catch {
      // Nothing depends on it.
    }
  }
}

/** What is to be done after the answer. */
function afterwards(): Pick<Context, "later" | "settle"> {
  const works: Work[] = [];
  const settle = () => workOff(works);
  return {
    settle,
    later(work) {
      works.push(work);
      if (works.length === 1) setTimeout(settle, SOON_MS).unref();
    },
  };
}

import { digits, pipe, string } from "valibot";
import { fail, visible } from "../../errors/errors.ts";
import {
  deleteFile,
  type FileStat,
  fileStat,
  glob,
  listDir,
  MAX_WRITE,
  mkdirP,
  type ProjectRoot,
  readFile,
  writeFile,
} from "../../sandbox/files.ts";
import { openRoot } from "../../sandbox/session.ts";
import { readInput, writeBytes } from "../say/bytes.ts";
import { type Command, type Context, flag, type Input, outJson, text } from "../command.ts";
import { nearest } from "../line/nearest.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { ROOT_OPTION, subjectOf } from "../mean/subject.ts";

interface Call {
  readonly context: Context;
  readonly input: Input;
  readonly root: ProjectRoot;
  readonly id: string;
  readonly path: string;
}

interface Operation {
  /** Whether the path may be left out, which is the root then. */
  readonly pathless?: true;
  readonly run: (call: Call) => void;
}

const number = (input: Input, name: string): number | undefined => {
  const given = text(input, name);
  return given === undefined ? undefined : Number(given);
};

function read({ input, root, path }: Call): void {
  const offset = number(input, "offset") ?? 0;
  const limit = number(input, "limit");
  writeBytes(readFile(root, path, { offset, ...limit === undefined ? {} : { limit } }).bytes);
}

function write(call: Call): void {
  const { context, root, path } = call;
  const onLost = (what: readonly string[]) =>
    context.say(`berth: warning: the file's ${what.join(", ")} could not be kept\n`);
  said(call, "Wrote", writeFile(root, path, readInput(MAX_WRITE), onLost));
}

function printEntries({ context, input }: Call, entries: readonly FileStat[]): void {
  if (context.json) return outJson(context, { entries });
  const end = flag(input, "null") ? "\0" : "\n";
  context.out(entries.map(({ path }) => path + end).join(""));
}

function printStat(context: Context, stat: FileStat): void {
  if (context.json) return outJson(context, { ...stat });
  const { path, type, size, mtime, mode } = stat;
  context.out(`path   ${visible(path)}\ntype   ${type}\nsize   ${size}\nmtime  ${mtime}\nmode   ${mode}\n`);
}

/** What was done, in words or as an object. */
function said({ context, id }: Call, words: string, path: string): void {
  if (context.json) outJson(context, { id, path });
  else context.say(`${words} ${visible(path)}\n`);
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  read: { run: read },
  write: { run: write },
  list: { pathless: true, run: (call) => printEntries(call, listDir(call.root, call.path)) },
  stat: { pathless: true, run: ({ context, root, path }) => printStat(context, fileStat(root, path)) },
  delete: { run: (call) => said(call, "Deleted", deleteFile(call.root, call.path)) },
  mkdir: { run: (call) => said(call, "Made", mkdirP(call.root, call.path)) },
  glob: { run: (call) => printEntries(call, glob(call.root, call.path, text(call.input, "in") ?? ".")) },
};

function operationOf(word: string): Operation {
  const operation = Object.hasOwn(OPERATIONS, word) ? OPERATIONS[word] : undefined;
  if (operation) return operation;
  throw fail("unknown_command", { given: `fs ${word}`, near: nearest(word, Object.keys(OPERATIONS)) });
}

const count = { schema: pipe(string(), digits()), wanted: "a number of bytes" };

export const fs: Command = {
  usage: "fs <operation> <session> [path]",
  about: "Read and write files, confined to a session's project root",
  details: [
    `${SESSION_HELP}.`,
    "Operations: read, write (from standard input), list, stat, delete (one file), mkdir, glob.",
    "PATH is relative to the root, or absolute and below it. Nothing outside the root is reached: not by .., not",
    "through a link, not by swapping one in between. A path that begins with - may stand behind --.",
  ],
  options: [
    ROOT_OPTION,
    { flag: "--offset <bytes>", about: "read: start there", ...count },
    { flag: "--limit <bytes>", about: "read: at most so much", ...count },
    { flag: "--in <directory>", about: "glob: search there" },
    { flag: "-0, --null", about: "list, glob: end each path with NUL" },
  ],
  examples: [
    "berth fs read my-session README.md",
    "echo hello | berth fs write my-session notes/today.txt",
    "berth fs glob my-session 'src/**/*.ts'",
  ],
  async run(context, input) {
    const [word = "", session, given] = input.args;
    const operation = operationOf(word);
    const path = given ?? (operation.pathless ? "." : undefined);
    if (path === undefined) {
      throw fail("missing_argument", { command: "fs", usage: `fs ${word} <session> <path>` });
    }
    const subject = await subjectOf(context, input, "fs", session);
    using root = await openRoot(subject);
    operation.run({ context, input, root, id: subject.id, path });
  },
};

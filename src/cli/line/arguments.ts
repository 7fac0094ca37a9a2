import { cac } from "cac";
import { fail, shellWord } from "../../errors/errors.ts";
import type { Command, Input, Option } from "../command.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";
import { nearest } from "./nearest.ts";
import { isDashed, mayBe, ownUsage, spellings, takesCommand } from "./plain.ts";

/*
 * cac turns whatever looks like a number into one (`007` into 7), takes `--a.b` for a path into an object and
 * lets any word that begins with `-` be an option. So before it sees them, values are marked with a byte that no
 * argument of a process can contain, and words are checked against what the command knows.
 */
const MARK = "\0";
const mark = (value: string): string => MARK + value;
const unmark = (value: string): string => value.startsWith(MARK) ? value.slice(MARK.length) : value;

interface Known {
  readonly option: Option;
  readonly takesValue: boolean;
}

/**
 * Take the words behind a command apart.
 *
 * @param name the command's proper name, for errors
 * @param words everything that was typed but the command itself, up to `--`
 * @param rest what stands behind `--`
 * @throws BerthError a usage error
 */
export function parseArguments(
  name: string,
  command: Command,
  words: readonly string[],
  rest: readonly string[] | undefined,
): Input {
  const options = [...GLOBAL_OPTIONS, ...command.options ?? []];
  const parser = cac("berth");
  // For cac `--` would be a part of the command's name, and none of its options would count.
  const matched = parser.command(ownUsage(command.usage));
  for (const option of options) matched.option(option.flag, option.about);
  const word = command.usage.split(" ")[0] ?? name;
  // What stands behind `--` is a command to start where the usage says so, and plain arguments elsewhere.
  const literal = takesCommand(command) ? [] : (rest ?? []).map(mark);
  const known = knownOptions(options);
  const behind = behindDashes(name, command, known, words, rest);
  const marked = markWords(name, command, known, words, behind);
  parser.parse(["", "", word, ...marked.args, ...literal, ...marked.options], { run: false });
  const args = parser.args.map((arg) => unmark(String(arg)));
  const given = unmarkOptions(parser.options, options);
  // Who asks for help does not know the arguments yet.
  if (given["help"] !== true && given["version"] !== true) {
    checkCount(name, command, matched.args, args, behind);
  }
  return { args, options: given, rest };
}

/**
 * What is to be typed for a command that hands on what stands behind `--`, where it was typed in front of it: the session
 * is the first word, or the last where options come first.
 *
 * @returns undefined for any other command
 */
function behindDashes(
  name: string,
  { usage }: Command,
  known: ReadonlyMap<string, Known>,
  words: readonly string[],
  rest: readonly string[] = [],
): string | undefined {
  if (!usage.endsWith(GIVEN_ON)) return undefined;
  const own = words.filter((word) => !known.has(word));
  const at = own[0]?.startsWith("-") === true ? own.findLastIndex((word) => !word.startsWith("-")) : 0;
  const session = at < 0 ? [] : own.slice(at, at + 1);
  const others = own.filter((_, index) => index !== at);
  return ["berth", name, ...session, "--", ...others, ...rest].map(shellWord).join(" ");
}

/** How the usage of such a command ends. */
const GIVEN_ON = "[-- git's own]";

function knownOptions(options: readonly Option[]): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const option of options) {
    for (const spelling of spellings(option)) {
      known.set(spelling, { option, takesValue: option.flag.includes("<") });
    }
  }
  return known;
}

function markWords(
  name: string,
  command: Command,
  known: Map<string, Known>,
  words: readonly string[],
  behind: string | undefined,
): { args: string[]; options: string[] } {
  // Options behind all arguments: cac would take an argument behind `--json-value`, a flag, for its value.
  const marked = { args: [] as string[], options: [] as string[] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const spelling = equals < 0 ? word : word.slice(0, equals);
    const found = known.get(spelling);
    if (found !== undefined) {
      const given = equals >= 0 ? word.slice(equals + 1) : found.takesValue ? words[++at] : undefined;
      marked.options.push(optionWord(spelling, found, given));
    } else if (!isDashed(word) || marked.args.length >= (command.dashedFrom ?? Infinity)) {
      marked.args.push(mark(word));
    } else {
      const near = nearest(spelling, [...known.keys()]);
      throw fail("unknown_option", { given: spelling, command: name, near, behind });
    }
  }
  return marked;
}

function optionWord(spelling: string, { option, takesValue }: Known, value: string | undefined): string {
  if (!takesValue) {
    if (value !== undefined) throw fail("option_takes_no_value", { option: spelling, value });
    return spelling;
  }
  if (value === undefined || value === "") throw fail("option_needs_value", { option: spelling });
  if (!mayBe(option, value)) {
    throw fail("bad_option_value", { option: spelling, value, wanted: option.wanted ?? "another value" });
  }
  return `${spelling}=${mark(value)}`;
}

function checkCount(
  name: string,
  { usage }: Command,
  wanted: readonly { required: boolean; variadic: boolean }[],
  args: readonly string[],
  behind: string | undefined,
): void {
  const least = wanted.filter((arg) => arg.required).length;
  if (args.length < least) throw fail("missing_argument", { command: name, usage });
  const extra = args[wanted.length];
  if (extra !== undefined && !wanted.some((arg) => arg.variadic)) {
    throw fail("unexpected_argument", { command: name, given: extra, usage, behind });
  }
}

/** Options by the name that stands in their flag, `--session-id` as `session-id`; of two the last counts. */
function unmarkOptions(
  parsed: Readonly<Record<string, unknown>>,
  options: readonly Option[],
): Input["options"] {
  const values: Record<string, string | boolean> = {};
  for (const { flag } of options) {
    const name = /--([a-z0-9-]+)/.exec(flag)?.[1] ?? "";
    const key = name.replace(/^no-/, "").replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const value = [parsed[key]].flat().at(-1);
    if (typeof value === "string") values[name] = unmark(value);
    else if (typeof value === "boolean") values[name] = name.startsWith("no-") ? !value : value;
  }
  return values;
}

import type { Command, Input, Option } from "../command.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";

// Nothing in here is a regular expression: the first one of a program takes 0.05 ms, as long as all of this.

/** A usage without the command line of another program at its end, `-- command…` or `[-- command…]`. */
export function ownUsage(usage: string): string {
  const at = usage.indexOf("-- ");
  const from = usage.charAt(at - 1) === "[" ? at - 2 : at - 1;
  return at > 0 && usage.charAt(from) === " " ? usage.slice(0, from) : usage;
}

/** Whether what stands behind `--` is the command line of another program. */
export const takesCommand = ({ usage }: Command): boolean => ownUsage(usage) !== usage;

/** Whether a word is an option by its looks; `-` alone is none. */
export const isDashed = (word: string): boolean => word.length > 1 && word.startsWith("-");

/**
 * What was typed, where it is arguments, as many as the command takes, and options that it knows, each once and with
 * a value that may stand there; and a command line behind `--` where it takes one. Most calls are like that, and
 * loading and running the option parser for them would take a sixth of their time.
 *
 * @returns undefined where the option parser has to look at it
 */
export function plainInput(
  command: Command,
  words: readonly string[],
  rest: readonly string[] | undefined,
): Input | undefined {
  if (rest !== undefined && !takesCommand(command)) return undefined;
  const taken = optionsAndArguments(command, words);
  return taken !== undefined && fits(ownUsage(command.usage), taken.args.length)
    ? { ...taken, rest }
    : undefined;
}

/** Whether a usage has room for so many arguments. */
function fits(usage: string, given: number): boolean {
  const wanted = usage.split(" ").slice(1);
  const least = wanted.filter((word) => word.startsWith("<")).length;
  // The last one may stand for any number of them.
  return given >= least && (given <= wanted.length || wanted.at(-1)?.startsWith("...", 1) === true);
}

function optionsAndArguments(
  command: Command,
  words: readonly string[],
): Pick<Input, "args" | "options"> | undefined {
  const args: string[] = [];
  const options: Record<string, string | boolean> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const option = isDashed(word) ? optionOf(command, equals < 0 ? word : word.slice(0, equals)) : undefined;
    if (option === undefined) {
      if (isDashed(word) && args.length < (command.dashedFrom ?? Infinity)) return undefined;
      args.push(word);
      continue;
    }
    const name = nameOf(option);
    const behind = option.flag.includes("<") ? words[at + 1] : undefined;
    const value = valueOf(option, equals < 0 ? behind : word.slice(equals + 1));
    if (value === undefined || name in options || name === "help" || name === "version") return undefined;
    if (equals < 0 && behind !== undefined) at++;
    options[name] = value;
  }
  return { args, options };
}

/** How an option may be spelled: `-d` and `--detach`. */
export const spellings = ({ flag }: Option): string[] => (flag.split(" <")[0] ?? "").split(", ");

/** The name that its value is found by, the last of its spellings. */
const nameOf = (option: Option): string => spellings(option).at(-1)?.slice(2) ?? "";

/** A command's own option goes before one of every command. */
function optionOf({ options = [] }: Command, spelling: string): Option | undefined {
  const isIt = (option: Option) => spellings(option).includes(spelling);
  return options.find(isIt) ?? GLOBAL_OPTIONS.find(isIt);
}

/** True for an option without a value; undefined where the value is missing, not wanted or not one that may be. */
function valueOf(option: Option, given: string | undefined): string | true | undefined {
  if (!option.flag.includes("<")) return given === undefined ? true : undefined;
  return given === undefined || given === "" || !mayBe(option, given) ? undefined : given;
}

/** Whether a text is one that an option may have as its value. */
export function mayBe({ oneOf, schema }: Option, value: string): boolean {
  if (oneOf?.includes(value) === false) return false;
  // By the schema's own function: not every command loads the library.
  const result = schema?.["~standard"].validate(value);
  return result === undefined || !("issues" in result) || result.issues === undefined;
}

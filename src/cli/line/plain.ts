import type { Command, Input } from "../command.ts";

/** The end of a usage that takes the command line of another program. */
export const COMMAND_TO_START = / \[?-- .*$/;

/**
 * What was typed, where it is nothing but arguments, as many as the command takes, and a command line behind `--`
 * where it takes one. Most calls are like that, and loading and running the option parser for them would take a sixth
 * of their time.
 *
 * @returns undefined where the option parser has to look at it
 */
export function plainInput(
  { usage }: Command,
  words: readonly string[],
  rest: readonly string[] | undefined,
): Input | undefined {
  const takesCommand = COMMAND_TO_START.test(usage);
  if (rest !== undefined && !takesCommand) return undefined;
  const wanted = usage.replace(COMMAND_TO_START, "").split(" ").slice(1);
  if (wanted.some((word) => !/^[<[][a-z-]+[>\]]$/.test(word))) return undefined;
  if (words.length > wanted.length || words.some((word) => /^-./.test(word))) return undefined;
  const least = wanted.filter((word) => word.startsWith("<")).length;
  return words.length < least ? undefined : { args: words, options: {}, rest };
}

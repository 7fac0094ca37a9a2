import type { Command, Input } from "../command.ts";

/** The end of a usage that takes the command line of another program. */
export const COMMAND_TO_START = / \[?-- .*$/;

/** Whether what stands behind `--` is the command line of another program. */
export const takesCommand = ({ usage }: Command): boolean => COMMAND_TO_START.test(usage);

/**
 * What was typed, where it is nothing but arguments, as many as the command takes, and a command line behind `--`
 * where it takes one. Most calls are like that, and loading and running the option parser for them would take a sixth
 * of their time.
 *
 * @returns undefined where the option parser has to look at it
 */
export function plainInput(
  command: Command,
  words: readonly string[],
  rest: readonly string[] | undefined,
): Input | undefined {
  if (rest !== undefined && !takesCommand(command)) return undefined;
  const wanted = command.usage.replace(COMMAND_TO_START, "").split(" ").slice(1);
  // The last one may stand for any number of them.
  const [most, named] = wanted.at(-1)?.startsWith("[...")
    ? [Infinity, wanted.slice(0, -1)]
    : [wanted.length, wanted];
  if (named.some((word) => !/^[<[][a-z-]+[>\]]$/.test(word))) return undefined;
  if (words.length > most || words.some((word) => /^-./.test(word))) return undefined;
  const least = wanted.filter((word) => word.startsWith("<")).length;
  return words.length < least ? undefined : { args: words, options: {}, rest };
}

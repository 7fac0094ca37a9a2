import type { Command, Input } from "./command.ts";

/**
 * What was typed, where it is nothing but arguments and as many as the command takes. Most calls in scripts are
 * like that, and loading and running the option parser for them would take a sixth of their time.
 *
 * @returns undefined where the option parser has to look at it
 */
export function plainInput(
  { usage }: Command,
  words: readonly string[],
  rest: readonly string[] | undefined,
): Input | undefined {
  const wanted = usage.split(" ").slice(1);
  if (rest !== undefined || wanted.some((word) => !/^[<[][a-z-]+[>\]]$/.test(word))) return undefined;
  if (words.length > wanted.length || words.some((word) => /^-./.test(word))) return undefined;
  const least = wanted.filter((word) => word.startsWith("<")).length;
  return words.length < least ? undefined : { args: words, options: {}, rest };
}

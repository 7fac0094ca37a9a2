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
  const taken = valuesIn(command, words);
  if (taken === undefined || taken.args.length > most) return undefined;
  const least = wanted.filter((word) => word.startsWith("<")).length;
  return taken.args.length < least ? undefined : { ...taken, rest };
}

/** The command's own options of the form `--name value`, where any text will do; undefined with any other. */
function valuesIn(command: Command, words: readonly string[]): Pick<Input, "args" | "options"> | undefined {
  if (!words.some((word) => /^-./.test(word))) return { args: words, options: {} };
  const args: string[] = [];
  const options: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!/^-./.test(word)) {
      args.push(word);
      continue;
    }
    const name = word.slice(2);
    const known = command.options?.find(({ flag }) => flag.startsWith(`${word} <`));
    const value = words[++at] ?? "";
    if (known === undefined || known.schema !== undefined || Object.hasOwn(options, name)) return undefined;
    if (value === "" || value.startsWith("-")) return undefined;
    options[name] = value;
  }
  return { args, options };
}

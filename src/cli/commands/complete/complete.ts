import { type Candidate, candidatesFor, commandNames, FILES } from "./candidates.ts";
import type { Command, Context, Option } from "../../command.ts";
import { GLOBAL_OPTIONS } from "../../line/globals.ts";
import { findCommand } from "../../line/find-command.ts";

/** The shell hands over what was typed behind the program's name; the last word is the one to complete. */
export const complete: Command = {
  usage: "complete <...words>",
  about: "Answer a shell's completions",
  details: [
    "berth complete SHELL -- WORD…: one candidate a line, in zsh, fish, pwsh and nu with a tab and a description.",
    `"${FILES}" means that the shell is to complete names of files.`,
  ],
  async run(context, { args: [shell = "", ...given] }) {
    const words = wordsOf(shell, given);
    const found = await candidates(context, words);
    if (found === FILES) return context.out(`${FILES}\n`);
    const last = words.at(-1) ?? "";
    const lines = found.filter(({ value }) => fits(value, last)).map((one) => lineOf(one, shell, last));
    context.out(lines.join(""));
  },
};

/**
 * Whether a candidate begins with the word, or what stands behind its namespace does, as SESSION arguments may. Behind
 * the `=` of an option it is the same.
 */
function fits(value: string, word: string): boolean {
  const option = /^--[a-z-]+=/.exec(word)?.[0] ?? "";
  if (!value.startsWith(option)) return false;
  const [name, begun] = [value.slice(option.length), word.slice(option.length)];
  const namespace = name.startsWith("-") ? -1 : name.indexOf("--");
  return name.startsWith(begun) || (namespace > 0 && name.slice(namespace + 2).startsWith(begun));
}

/** The session that a line means by `--session-id`, wherever that stands. */
function labelOf(words: readonly string[]): string | undefined {
  const at = words.findLastIndex((word) => word === "--session-id" || word.startsWith("--session-id="));
  const label = words[at]?.includes("=") ? words[at].slice(words[at].indexOf("=") + 1) : words[at + 1];
  return at < 0 || label === "" ? undefined : label;
}

function lineOf({ value, about }: Candidate, shell: string, word: string): string {
  if (shell !== "bash") return about === "" ? `${value}\n` : `${value}\t${about}\n`;
  // Bash replaces what stands behind the last "=" alone.
  const cut = word.startsWith("--") ? word.indexOf("=") + 1 : 0;
  return `${value.slice(cut)}\n`;
}

/** Bash takes words apart at `=`; PowerShell drops empty ones, so its last carries a mark. */
function wordsOf(shell: string, given: readonly string[]): string[] {
  if (shell === "pwsh") {
    return given.map((word, at) => at === given.length - 1 ? word.replace(/^:/, "") : word);
  }
  if (shell !== "bash") return [...given];
  const words: string[] = [];
  for (const word of given) {
    const before = words.at(-1);
    if (before?.startsWith("--") && (word === "=" || before.endsWith("="))) {
      words.splice(-1, 1, before + word);
    } else words.push(word);
  }
  return words;
}

/** What may stand in the place of the last word. */
async function candidates(context: Context, words: readonly string[]): Promise<readonly Candidate[] | FILES> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const [word, ...args] = plainWords(before, GLOBAL_OPTIONS);
  const command = word === undefined ? undefined : await findCommand(context.commands, word)?.entry.load();
  if (word !== undefined && command === undefined) return [];
  // Behind `--` stands a command of the user's.
  if (before.includes("--")) return FILES;
  const options = [...command?.options ?? [], ...GLOBAL_OPTIONS];
  const asked = valueFor(options, last, before.at(-1));
  if (asked !== undefined) return await valuesOf(context, asked, last);
  if (last.startsWith("-")) return options.flatMap(spellings);
  if (command === undefined) return commandNames(context);
  // Options of the command's own may take values, which are no arguments.
  const given = command.options === undefined ? args : plainWords(before, options).slice(1);
  const wanted = command.usage.split(" ").slice(1);
  return await candidatesFor(
    context,
    wanted[given.length] ?? wanted.find((one) => one.includes("...")) ?? "",
    undefined,
    labelOf(before),
  );
}

/** The words that are neither options nor their values. */
const plainWords = (words: readonly string[], options: readonly Option[]): string[] =>
  words.filter((word, at) =>
    !word.startsWith("-") && !options.some((option) => takes(option, words[at - 1]))
  );

/** The option whose value the last word is, or is to be behind `=`. */
function valueFor(options: readonly Option[], last: string, before: string | undefined): Option | undefined {
  const spelling = /^(--[a-z-]+)=/.exec(last)?.[1] ?? before;
  return options.find((option) => takes(option, spelling));
}

async function valuesOf(
  context: Context,
  option: Option,
  last: string,
): Promise<readonly Candidate[] | FILES> {
  const values = await candidatesFor(context, option.flag, option);
  const prefix = /^--[a-z-]+=/.exec(last)?.[0];
  if (values === FILES || prefix === undefined) return values;
  return values.map(({ value, about }) => ({ value: prefix + value, about }));
}

const names = ({ flag }: Option): string[] => flag.replace(/ *[<[].*/, "").split(/, */);

/** Whether a word is this option and the next word its value. */
const takes = (option: Option, word: string | undefined): boolean =>
  word !== undefined && option.flag.includes("<") && names(option).includes(word);

const spellings = (option: Option): Candidate[] =>
  names(option).map((value) => ({ value, about: option.about }));

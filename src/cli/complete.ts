import type { Command, Context, Option } from "./command.ts";
import { type Candidate, candidatesFor, FILES } from "./candidates.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";
import { COMMANDS, findCommand } from "./table.ts";

/** The shell hands over what was typed behind the program's name; the last word is the one to complete. */
export const complete: Command = {
  usage: "complete <...words>",
  about: "Answer a shell's completions",
  details: [
    "berth complete SHELL -- WORD…: one candidate a line, in zsh, fish, pwsh and nu with a tab and a description.",
    '":files" means that the shell is to complete names of files.',
  ],
  async run(context, { args: [shell = "", ...given] }) {
    const words = wordsOf(shell, given);
    const found = await candidates(context, words);
    if (found === FILES) return context.out(`${FILES}\n`);
    const last = words.at(-1) ?? "";
    const lines = found.filter(({ value }) =>
      value.startsWith(last) || !last.startsWith("-") && isPart(value, last)
    );
    const described = shell !== "bash";
    // Bash replaces what stands behind the last "=" alone.
    const cut = shell === "bash" && last.startsWith("--") && last.includes("=") ? last.indexOf("=") + 1 : 0;
    const line = ({ value, about }: Candidate) => value.slice(cut) + (described && about ? `\t${about}` : "");
    context.out(lines.map((candidate) => `${line(candidate)}\n`).join(""));
  },
};

/** Whether the word stands at the beginning of a payload, as SESSION arguments may. */
const isPart = (value: string, word: string): boolean =>
  word !== "" && value.slice(value.indexOf("--") + 2).startsWith(word) && value.includes("--");

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

async function candidates(
  context: Context,
  words: readonly string[],
): Promise<readonly Candidate[] | typeof FILES> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const at = before.findIndex((word, index) =>
    !word.startsWith("-") && !takesNext(GLOBAL_OPTIONS, before[index - 1])
  );
  const found = at < 0 ? undefined : findCommand(before[at] ?? "");
  if (at >= 0 && found === undefined) return [];
  const command = await found?.entry.load();
  // Behind `--` stands a command of the user's.
  if (before.includes("--")) return FILES;
  const options = [...command?.options ?? [], ...GLOBAL_OPTIONS];
  const equals = /^(--[a-z-]+)=/.exec(last)?.[1];
  const asked = options.find((option) => takesNext([option], equals ?? before.at(-1)));
  if (asked !== undefined) {
    const values = await candidatesFor(context, asked.flag, asked);
    return equals === undefined || values === FILES
      ? values
      : values.map(({ value, about }) => ({ value: `${equals}=${value}`, about }));
  }
  if (last.startsWith("-")) return options.flatMap(spellings);
  if (command === undefined) return commandNames();
  const args = before.slice(at + 1).filter((word, index, all) =>
    !word.startsWith("-") && !takesNext(options, all[index - 1])
  );
  const wanted = command.usage.split(" ").slice(1);
  return await candidatesFor(
    context,
    wanted[args.length] ?? wanted.findLast((word) => word.includes("...")) ?? "",
  );
}

/** Whether a word is an option whose value is the next word. */
const takesNext = (options: readonly Option[], word: string | undefined): boolean =>
  word !== undefined && word.startsWith("-") &&
  options.some(({ flag }) => flag.includes("<") && flag.replace(/ *<.*/, "").split(/, */).includes(word));

const spellings = ({ flag, about }: Option): Candidate[] =>
  flag.replace(/ *[<[].*/, "").split(/, */).map((value) => ({ value, about }));

const commandNames = (): Candidate[] =>
  Object.entries(COMMANDS).filter(([, { hidden }]) => !hidden).map(([value, { about }]) => ({
    value,
    about,
  }));

import { SHELLS } from "../hooks/shells.ts";
import type { Context, Option } from "./command.ts";
import { COMMANDS } from "./table.ts";

export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What is printed where the shell knows better: names of files. */
export const FILES = ":files";

/** What an argument of a command or the value of an option may be, by the word that its usage has for it. */
const BY_WORD: Readonly<Record<string, (context: Context) => Candidate[] | Promise<Candidate[]>>> = {
  shell: () => Object.keys(SHELLS).map((value) => ({ value, about: "" })),
  topic: () => [
    ...Object.entries(COMMANDS).filter(([, { hidden }]) => !hidden)
      .map(([value, { about }]) => ({ value, about })),
    { value: "errors", about: "Exit statuses and error codes" },
  ],
  session: sessions,
  label: sessions,
};

const ARE_FILES = /^(file|path|dir|directory|script|command|from|to|root)$/;

/**
 * @param usage the argument as usage shows it (`[session]`), or an option's flag (`--scope <scope>`)
 * @param option the option, which may know its values
 */
export async function candidatesFor(
  context: Context,
  usage: string,
  option?: Option,
): Promise<readonly Candidate[] | typeof FILES> {
  const picks = option?.schema !== undefined && "options" in option.schema
    ? option.schema.options
    : undefined;
  if (Array.isArray(picks)) return picks.map((value) => ({ value: String(value), about: "" }));
  const word = /[<[]([a-z-]+)/.exec(usage)?.[1] ?? "";
  if (ARE_FILES.test(word)) return FILES;
  try {
    return await BY_WORD[word]?.(context) ?? [];
  } catch {
    // A completion is no place for words: where the store cannot be read there is nothing to offer.
    return [];
  }
}

function sessions(context: Context): Candidate[] {
  return [{ value: context.resolution().id, about: "this terminal" }];
}

import type { CommandTable, TableEntry } from "../command.ts";

export interface FoundCommand {
  /** The proper name, where the word was an alias. */
  readonly name: string;
  readonly entry: Pick<TableEntry, "load">;
}

/** The row of a command word, by the command's name or another name of it. */
export function findCommand(commands: CommandTable, word: string): FoundCommand | undefined {
  const entry = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (entry !== undefined) return { name: word, entry };
  const found = Object.entries(commands).find(([, { aliases }]) => aliases?.includes(word));
  return found && { name: found[0], entry: found[1] };
}

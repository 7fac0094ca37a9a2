import type { CommandTable, TableEntry } from "../command.ts";

export interface FoundCommand {
  /** The proper name, where the word was an alias. */
  readonly name: string;
  readonly entry: TableEntry;
}

/** The row of a command word, by the command's name or another name of it. */
export function findCommand(commands: CommandTable, word: string): FoundCommand | undefined {
  for (const [name, entry] of Object.entries(commands)) {
    if (name === word || entry.aliases?.includes(word)) return { name, entry };
  }
  return undefined;
}

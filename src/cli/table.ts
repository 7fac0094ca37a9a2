import type { Command } from "./command.ts";

interface Entry {
  /** Whole words that mean the same. */
  readonly aliases?: readonly string[];
  readonly about: string;
  readonly load: () => Promise<Command>;
}

/** Every command. A command's file is loaded when it is called, so the others cost nothing. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  id: { about: "Print the ID of this session", load: async () => (await import("./id.ts")).id },
  explain: { about: "Show how the ID was found", load: async () => (await import("./explain.ts")).explain },
  doctor: {
    about: "Say what this machine can and cannot tell",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  help: { about: "Show help on a command or a topic", load: async () => (await import("./help.ts")).help },
  version: {
    about: "Print version, commit and target",
    load: async () => (await import("./version.ts")).version,
  },
};

export interface Found {
  /** The proper name, where the word was an alias. */
  readonly name: string;
  readonly entry: Entry;
}

/** The entry of a command word. */
export function findCommand(word: string): Found | undefined {
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (name === word || entry.aliases?.includes(word)) return { name, entry };
  }
  return undefined;
}

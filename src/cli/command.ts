import type { GenericSchema } from "valibot";
import type { Facts } from "../facts/facts.ts";
import type { Host } from "../facts/host.ts";
import type { Request, Resolution, ResolverDependencies } from "../identity/resolution.ts";
import type { resolve } from "../identity/resolve.ts";

/** An option as help shows it: `--short`, `--script <name>`; `<…>` takes a value. */
export interface Option {
  readonly flag: string;
  readonly about: string;
  /** The values that there are. */
  readonly oneOf?: readonly string[];
  /** What a value must be; without one and without a list, any text that is not empty. */
  readonly schema?: GenericSchema<string, unknown>;
  /** What may be given in words, for the error: `pane, window or session`. */
  readonly wanted?: string;
}

/** What a user typed, after the command line was taken apart. Values are the very texts that were given. */
export interface Input {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** What stands behind `--`, undefined where there is no `--`. */
  readonly rest: readonly string[] | undefined;
}

/** A row of the list of commands. Its file is loaded when the command is called. */
export interface TableEntry {
  /** The heading that help shows it under. */
  readonly group: string;
  /** Whole words that mean the same. */
  readonly aliases?: readonly string[];
  readonly about: string;
  /** Called by programs only: not listed. */
  readonly hidden?: boolean;
  readonly load: () => Promise<Command>;
}

/** Commands by their names, in the order in which help shows them. */
export type CommandTable = Readonly<Record<string, TableEntry>>;

/** The decision which session it is. The start has it loaded, so that nobody has to load it once more. */
export type Decide = typeof resolve;

/** The world as a command sees it: everything it may read, ask or write comes from here. */
export interface Context {
  readonly host: Host;
  readonly facts: Facts;
  /** The list of commands, for those that speak of all of them: the list loads them, so they cannot. */
  readonly commands: CommandTable;
  readonly deps: ResolverDependencies;
  readonly now: () => Date;
  readonly json: boolean;
  /** What the global options ask of the resolver. */
  readonly request: Request;
  /** For who asks about another place, or with other facts, than `resolution` does. */
  readonly decide: Decide;
  /** The session of this place; decided on first use, once. */
  readonly resolution: () => Resolution;
  /** Data, to standard output. */
  readonly out: (text: string) => void;
  /** Words, to standard error; nothing with `--quiet`. */
  readonly say: (text: string) => void;
  /** What is only said with `BERTH_LOG=debug`. Never a value, nor an argument of anybody's. */
  readonly debug: (what: string, details?: Readonly<Record<string, unknown>>) => void;
  /** Work for when the answer is printed; of a command that goes on, soon. It must not fail, nor say anything. */
  readonly later: (work: () => void | Promise<void>) => void;
  /** Do what was left for later, for a command that ends by itself. */
  readonly settle: () => Promise<void>;
}

export interface Command {
  /** As `berth help` shows it: `get [key]`. */
  readonly usage: string;
  readonly about: string;
  /** More lines for its own help page. */
  readonly details?: readonly string[];
  readonly examples?: readonly string[];
  readonly options?: readonly Option[];
  /** That it cannot do without threads of the runtime's. */
  readonly threads?: boolean;
  /** From this argument on a word that begins with `-` and is no option of ours is an argument (`incr n -1`). */
  readonly dashedFrom?: number;
  /** @returns the exit status, 0 when nothing is returned */
  run(context: Context, input: Input): number | void | Promise<number | void>;
}

/** The value of an option that takes one. */
export function text(input: Input, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether an option without a value was given. */
export const flag = (input: Input, name: string): boolean => input.options[name] === true;

/** One documented JSON object on one line, as every `--json` prints it. */
export function outJson(context: Context, document: Readonly<Record<string, unknown>>): void {
  context.out(`${JSON.stringify({ schema: 1, ...document })}\n`);
}

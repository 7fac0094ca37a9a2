/** A row of the table: a command that changes something. */
import type { Call } from "./points.ts";
import type { Ended, World } from "./world.ts";

export interface Changing {
  readonly name: string;
  readonly args: readonly string[] | ((world: World) => readonly string[]);
  /** What it reads from standard input. */
  readonly input?: string | ((world: World) => string);
  /** Variables that it alone sees. */
  readonly variables?: (world: World) => Readonly<Record<string, string>>;
  /** Whether its answer says that it is done; as its exit status has it, otherwise. */
  readonly said?: (ended: Ended) => boolean;
  /** What goes on while it runs: begun anew for each fault. */
  readonly begin?: (world: World) => void;
  /** Beyond what every machine has. */
  readonly prepare?: (world: World) => void;
  /** What the command changes, without times and made-up names: it is this before, or that after, and nothing else. */
  readonly see: (world: World) => unknown;
  /** Which command it is, where its words depend on the machine: `shared copy`. */
  readonly command?: string;
  /** Whether what it changes lies beside the store. */
  readonly elsewhere?: true;
  /** Whether it calls git, which may die too. */
  readonly git?: true;
  /** Whether what is seen is the same before and after, since only what must not go can be told. */
  readonly same?: true;
  /** Whether it finds a damaged machine, which readers name as such. */
  readonly damaged?: true;
  /** Whether what it cannot keep it lets go without a word: it is only a memory, and does well without. */
  readonly memory?: true;
  /** The branch that it merges into the main checkout. */
  readonly mergesInto?: string;
  /** What a fault may leave between the two, since it is more and not less than before; also what a person then does. */
  readonly between?: (world: World) => unknown;
  /** Whether only a death may leave that: what fails puts all back. */
  readonly undone?: true;
}

/** What it is to that machine. */
export function callOf({ args, input, variables }: Changing, world: World): Call {
  return {
    args: typeof args === "function" ? args(world) : args,
    ...input === undefined ? {} : { input: typeof input === "function" ? input(world) : input },
    env: variables?.(world) ?? {},
  };
}

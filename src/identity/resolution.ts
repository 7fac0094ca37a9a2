import type { Process } from "../facts/facts.ts";
import type { Binding } from "./binding.ts";

/** Where an ID came from, in the order in which the sources are asked. */
export type Source =
  | "explicit-flag"
  | "explicit-env"
  | "use"
  | "tmux"
  | "screen"
  | "zellij"
  | "ssh-env"
  | "ssh-ancestor"
  | "gui-terminal"
  | "deep-anchor"
  | "binding"
  | "uuid-fallback";

/** How much of a multiplexer one session is. Outside of multiplexers it changes nothing. */
export type Scope = "pane" | "window" | "session";

export const SCOPES = ["pane", "window", "session"] as const satisfies readonly Scope[];

/** A hint that was there, and what became of it. */
export interface Hint {
  /** The variable: `TMUX`. */
  readonly name: string;
  /** Whether the process table agreed with it. */
  readonly verdict: "believed" | "passed over";
  /** Why, in words for people. */
  readonly reason: string;
}

/** What is asked of the decision. */
export interface Request {
  /** The label or ID of `--session-id`. */
  readonly label?: string;
  readonly scope: Scope;
  /** Whether to decide as if neither `BERTH_SESSION` nor `berth use` had been typed here: the terminal's own. */
  readonly terminalOnly?: boolean;
  /** The process whose session is asked for, in place of our own. */
  readonly of?: number;
}

/** What the decision cannot do without and is not its own. */
export interface ResolverDependencies {
  /** SHA-256 of the text's UTF-8, 64 lowercase hex digits. */
  readonly sha256: (text: string) => string;
  readonly randomUuid: () => string;
  /** A label or an ID of the user's, spelled as an ID (`formatLabel`). @throws BerthError where it can be none */
  readonly spell: (label: string) => string;
}

/** Which session a place belongs to, and how that was found out. */
export interface Resolution {
  /** The ID: a namespace, `--`, and what is unique in it; at most 80 characters of `A-Za-z0-9._-`. */
  readonly id: string;
  /** What the ID comes from. */
  readonly source: Source;
  /** How much of a multiplexer was taken for one session. */
  readonly scope: Scope;
  /** Whether the next command in this place gets the same ID. */
  readonly stable: boolean;
  /** Why it may not, in words that complete a sentence; null where it does. */
  readonly unstable: string | null;
  /** The process whose life is the session's, where one was found. */
  readonly anchor: Process | null;
  /** The directory of the store that the run which we belong to was given, where our own environment says of none. */
  readonly home: string | undefined;
  /** The binding that was believed in place of the walk, whose anchor may be of another PID namespace than ours. */
  readonly bound: Binding | undefined;
  /** What `BERTH_SESSION_BIND` is to hold; empty without an anchor. */
  readonly binding: () => string;
  /** Ourselves and our ancestors; empty when the ID was given. */
  readonly chain: readonly Process[];
  /** What was seen of a process of the chain, by PID. */
  readonly notes: Readonly<Record<number, string>>;
  /** The variables that were looked at, in the order in which that was done. */
  readonly hints: readonly Hint[];
  /** The variables that are there and were not needed, and what they would have counted for. */
  readonly seen: () => readonly Hint[];
}

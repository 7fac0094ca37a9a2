import type { Variable } from "../facts/facts.ts";
import type { Installation } from "./install/installation.ts";
import type { Payload } from "./payload.ts";
import type { Point } from "./point.ts";
import type { Evidence, Witness } from "./evidence.ts";

/** An agent: how its events are read, what tells of it beside them, and what is put into its configuration. */
export interface Agent {
  /** As people type it. */
  readonly name: string;
  readonly title: string;
  /** Names of its program, for a process of it to be told; its package for one that an interpreter runs. */
  readonly programs: readonly string[];
  /**
   * The variable that names the conversation to what it runs, where one server of it may run what is of many. Its hooks
   * may lack the variable, but not `session_id`.
   */
  readonly conversationVariable?: Variable;
  /**
   * An event in the words of all.
   *
   * @param event its name where the payload has none
   * @returns null for what is no event of this agent
   */
  readonly normalise: (payload: Payload, event: string | undefined) => Point | null;
  /** What the agent itself keeps of what it is doing; null where there is nothing, or nothing to be believed. */
  readonly evidence?: (witness: Witness) => Evidence | null;
  /** How long a waiting is believed without anything being heard, in ms, where no event tells of its end. */
  readonly waitingMs?: number;
  /** What the agent is to read on standard output after an event; nothing for most. */
  readonly answer?: (asked: Asked) => Payload | undefined;
  /** A file of shell commands that the agent reads before each command that it runs, where this event lets us write it. */
  readonly environmentFile?: (point: Point, variables: Asked["variables"]) => string | undefined;
  readonly installation: Installation;
  /** The same with hooks that let berth make the agent's worktrees, for agents that ask somebody for them. */
  readonly worktrees?: Installation;
  /** The same as a plugin of its own, a file after the other, without and with what lets berth make worktrees. */
  readonly plugin?: { readonly plain: readonly Installation[]; readonly worktrees: readonly Installation[] };
  /** What berth cannot see in it, a sentence each. */
  readonly cannotSee: readonly string[];
}

/** An event that an agent may get an answer to. */
export interface Asked {
  readonly point: Point;
  /** The session's ID, and its name where it has one. */
  readonly session: string;
  readonly name: string | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

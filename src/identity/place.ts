import type { Facts, Process, Reading, Variable, Variables } from "../facts/facts.ts";
import { NO_VARIABLES } from "../facts/variables.ts";
import { type AgentServer, agentServer } from "./agent-servers.ts";
import type { Binding } from "./binding.ts";
import { findJob } from "./job.ts";
import { type Lineage, lineage } from "./lineage.ts";
import type { Hint, Request, ResolverDependencies, Source } from "./resolution.ts";
import { is, isScript } from "./programs.ts";
import { findTerminal, type Notes, type Terminal } from "./terminal.ts";
import { findConsole, findWindowsJob } from "./windows.ts";

/** Where we are, as the rows of the hierarchy decide on it. */
export interface Place {
  readonly facts: Facts;
  readonly deps: ResolverDependencies;
  readonly request: Request;
  /** Ourselves and our ancestors, as far as they are ours. */
  readonly chain: Lineage;
  /** The ancestors beyond an agent's server, which are not; the server first. */
  readonly foreign: Lineage;
  readonly agent: AgentServer | undefined;
  readonly terminal: Terminal | undefined;
  /** Without a terminal: those that were made for one command of our job. */
  readonly made: readonly string[];
  /** What stands for us: the terminal's anchor, or without one the job's. */
  readonly anchor: Process | undefined;
  /** The environment of whoever is asked about: our own, or that of the process that was named. */
  readonly variables: Variables;
  /** Our own environment and those of the ancestors that belong to our terminal, the nearest first. */
  readonly environments: readonly Variables[];
  readonly notes: Notes;
  readonly hints: Hint[];
}

/** What a row of the hierarchy found. */
export interface Answer {
  readonly id: string;
  readonly source: Source;
  /** Where it is not the place's own. */
  readonly anchor?: Process;
  /** Why the next command of this place may get another ID. */
  readonly unstable?: string;
  /** The binding that was believed. */
  readonly binding?: Binding;
}

export function findPlace(live: Facts, deps: ResolverDependencies, request: Request): Place {
  const notes: Notes = {};
  const made: string[] = [];
  const facts = request.of === undefined ? live : seenFrom(live, request.of);
  const { variables } = facts;
  const whole = lineage(facts, request.of ?? facts.self);
  const agent = agentServer(facts, whole);
  const chain = agent === undefined ? whole : whole.slice(0, agent.at);
  const foreign = agent === undefined ? NOBODY : whole.slice(agent.at);
  let terminal: Terminal | undefined;
  let anchor: Process | undefined;
  if ((typeof BERTH_SYSTEM !== "string" || BERTH_SYSTEM === "win32") && facts.windows !== undefined) {
    terminal = findConsole(facts, facts.windows, chain, notes);
    anchor = terminal?.anchor ?? findWindowsJob(chain);
    if (anchor !== undefined) anchor = { ...anchor, tty: facts.windows.pty };
  } else {
    terminal = findTerminal({ facts, chain, foreign, notes, made });
    anchor = terminal?.anchor ?? agent?.process ?? findJob(facts, chain);
  }
  const environments = readEnvironments(
    facts,
    chain,
    terminal === undefined && agent !== undefined ? undefined : anchor,
  );
  return {
    facts,
    deps,
    request,
    chain,
    foreign,
    agent,
    terminal,
    made,
    anchor,
    variables,
    environments,
    notes,
    hints: [],
  };
}

/** As a child of another process would see the machine, which is what that process's session is: nobody is ourselves. */
function seenFrom(facts: Facts, pid: number): Facts {
  const variables = facts.environment(pid);
  const other: Facts = Object.create(facts);
  return Object.defineProperties(other, {
    self: { value: NOT_IN_THE_TABLE },
    variables: { value: variables.ok ? variables.value : NO_VARIABLES },
  });
}

const NOT_IN_THE_TABLE = -1;

const NOBODY: Lineage = [];

/** Write down that a hint counts. */
export function believe(place: Place, name: string, reason: string): void {
  place.hints.push({ name, verdict: "believed", reason });
}

/** Write down that a hint does not count. @returns undefined, the answer of a row that has none */
export function passOver(place: Place, name: string, reason: string): undefined {
  place.hints.push({ name, verdict: "passed over", reason });
  return undefined;
}

/**
 * The environment that variables belonging together are taken from: our own, or where that has none of the given
 * ones (`sudo`, `su -` and `env -i` strip them) the nearest ancestor's that may be read and has one, out to the
 * process that stands for the terminal. What lies beyond that one is another terminal's.
 */
export function environmentWith(place: Place, variable: Variable, or: Variable = variable): Variables {
  const { environments } = place;
  for (let at = 0; at < environments.length; at++) {
    const variables = environments[at] ?? NO_VARIABLES;
    if (variables[variable] !== undefined || variables[or] !== undefined) return variables;
  }
  return NO_VARIABLES;
}

function readEnvironments(facts: Facts, chain: Lineage, anchor: Process | undefined): readonly Variables[] {
  const environments = facts.variables === NO_VARIABLES ? [] : [facts.variables];
  for (let at = 0; at <= chain.length; at++) {
    // Beyond the last one: the leader that is no ancestor of ours, since whoever came between is gone.
    const process = chain[at] ?? anchor;
    if (process === undefined) break;
    const theirs = process.pid === facts.self ? undefined : facts.environment(process.pid);
    // Most have none of our variables, and then there is no need to look for each of them in there.
    if (theirs?.ok && theirs.value !== NO_VARIABLES) environments.push(theirs.value);
    if (process.pid === anchor?.pid) break;
  }
  return environments;
}

/**
 * The server that our terminal belongs to: the nearest process outside of it that fits, with no other terminal
 * between. (A terminal emulator started from an SSH login has an sshd above it too, but is a terminal of its own.)
 *
 * @param by what a process is known by; its other names are worth reading where a variable says that there is one
 */
export function enclosing(
  place: Place,
  fits: (name: string) => boolean,
  by: "kernel's name" | "any name",
): Process | undefined {
  const outward = place.terminal?.outward ?? place.chain;
  for (let at = firstAbove(place, outward); at < outward.length; at++) {
    const process = outward[at] as Process;
    const found = by === "any name" ? is(place.facts, process, fits) : fits(process.name);
    if (found && !isScript(place.facts, process)) return process;
    if (isAnothers(place, process)) return undefined;
  }
  return undefined;
}

/** Whether a process is on a terminal that is not ours: what is further out is that one's. */
const isAnothers = ({ made }: Place, { tty }: Process): boolean => tty !== null && !made.includes(tty);

/** Who opened our terminal, or runs us without one, found by the process itself; with no other terminal between. */
export function opener(place: Place, fits: (process: Process) => boolean): Process | undefined {
  const outward = place.terminal?.outward ?? place.chain;
  for (let at = firstAbove(place, outward); at < outward.length; at++) {
    const process = outward[at] as Process;
    if (fits(process)) return process;
    if (isAnothers(place, process)) return undefined;
  }
  return undefined;
}

/** Without a terminal we are the first of the chain, unless it is another process that is asked about. */
const firstAbove = ({ terminal, facts }: Place, outward: Lineage): number =>
  terminal === undefined && outward[0]?.pid !== facts.self ? 0 : 1;

/** A reading as a part of a hash: empty where there is none. */
export const part = (reading: Reading<string>): string => reading.ok ? reading.value : "";

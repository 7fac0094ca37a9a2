import type { Facts, Process, Variable } from "../facts/facts.ts";
import type { Lineage } from "./lineage.ts";
import { AGENT_SERVERS, DAEMONS } from "./program-lists.ts";
import { isMultiplexer, programName } from "./programs.ts";

/** What the names of agents and interpreters begin with; no other is looked at any further. */
const BEGINNINGS = " cla cod cli nod bun den Mai ";
/** Interpreters that an agent's or a daemon's program may be run by, its own name being an argument's. */
const INTERPRETERS = " node bun deno mainthread ";

/** An agent's server above us, and the variable that its agent names a conversation by; empty where none does. */
export interface AgentServer {
  /** Where it stands in the chain. */
  readonly at: number;
  readonly process: Process;
  readonly conversation: Variable | "";
}

/**
 * The nearest agent's server above us. What runs below one is its own: neither the terminal that the server was
 * started in nor the variables of there are ours.
 */
export function agentServer(facts: Facts, chain: Lineage): AgentServer | undefined {
  for (let at = 0; at < chain.length; at++) {
    const process = chain[at] as Process;
    if (process.pid === facts.self) continue;
    const conversation = serves(facts, process);
    if (conversation !== undefined) return { at, process, conversation };
  }
  return undefined;
}

/**
 * Whether a process is an agent's server. Its arguments are read only where its name leaves that open.
 *
 * @returns the variable that the agent names a conversation by, undefined where it is none
 */
export function serves(
  facts: Pick<Facts, "arguments">,
  process: Pick<Process, "pid" | "name">,
): Variable | "" | undefined {
  if (!BEGINNINGS.includes(` ${process.name.slice(0, 3)}`)) return undefined;
  const name = process.name.toLowerCase();
  if (!mayServe(name)) return undefined;
  const argv = facts.arguments(process.pid);
  if (!argv.ok) return undefined;
  for (let at = 0; at < AGENT_SERVERS.length; at++) {
    const server = AGENT_SERVERS[at] as (typeof AGENT_SERVERS)[number];
    if (isProgram(server[0], name, argv.value) && hasWords(argv.value, server[1])) return server[2];
  }
  return undefined;
}

function mayServe(name: string): boolean {
  if (INTERPRETERS.includes(` ${name} `)) return true;
  for (let at = 0; at < AGENT_SERVERS.length; at++) {
    if (name.startsWith(AGENT_SERVERS[at]?.[0] ?? " ")) return true;
  }
  return false;
}

/** By its own name or title (`claude`, `codex-x86_64`), or by that of the program which an interpreter runs. */
function isProgram(agent: string, name: string, argv: readonly string[]): boolean {
  if (name.startsWith(agent)) return true;
  for (let at = 0; at < 2; at++) {
    const word = programName(argv[at] ?? "").toLowerCase();
    if (word === agent || word === `${agent}.js` || word === `${agent}.mjs` || word === `${agent}.cjs`) {
      return true;
    }
    if ((argv[at] ?? "").includes(`/${agent}/`)) return true;
  }
  return false;
}

/**
 * Whether all the words stand among the arguments, in that order, each an argument of its own: a prompt may hold any
 * words. A program that gives itself a title has them in one.
 *
 * @param words `one|another` is one of them; an option may have its value behind a `=`
 */
function hasWords(argv: readonly string[], words: string): boolean {
  const given = argv.length === 1 ? (argv[0] ?? "").split(" ") : argv;
  let from = 0;
  return words.split(" ").every((word) => {
    const found = given.findIndex((argument, at) =>
      at >= from && word.split("|").some((one) => argument === one || argument.startsWith(`${one}=`))
    );
    // Words that are no options follow one another: a command and its own.
    if (found < 0 || (from > 0 && !word.startsWith("-") && found !== from)) return false;
    from = found + 1;
    return true;
  });
}

/** What is left of a server's arguments in a recording: the words that tell that it is one. */
export function serverShape(name: string, argv: readonly string[]): readonly string[] | undefined {
  const lower = name.toLowerCase();
  for (const [agent, words] of AGENT_SERVERS) {
    if (!isProgram(agent, lower, argv) || !hasWords(argv, words)) continue;
    const telling = words.split(/[ |]/).filter((word) => hasWords(argv, word));
    return [agent, ...telling];
  }
  return undefined;
}

/** Whether a process is one that serves a whole machine, so that its work belongs to no terminal. */
export function isDaemon(facts: Facts, process: Process): boolean {
  const name = process.name.toLowerCase();
  if (name === "" || name.includes(" ") || isMultiplexer(name)) return false;
  if (DAEMONS.includes(` ${name} `)) return true;
  if (!DAEMONS.includes(` ${name}:`)) return false;
  const argv = facts.arguments(process.pid);
  return argv.ok && daemonWord(name, argv.value) !== undefined;
}

function daemonWord(name: string, argv: readonly string[]): string | undefined {
  const words = DAEMONS.split(" ").flatMap((entry) =>
    entry.startsWith(`${name}:`) ? [entry.slice(name.length + 1)] : []
  );
  return words.find((word) => argv.some((argument) => argument.includes(word)));
}

/** What is left of a daemon's arguments in a recording: what tells that it is one, without the path around it. */
export function daemonShape(name: string, argv: readonly string[]): readonly string[] | undefined {
  const word = daemonWord(name.toLowerCase(), argv);
  return word === undefined ? undefined : [programName(argv[0] ?? ""), word];
}

/** The sessions of several hosts, each asked by SSH; who does not answer is shown by what it said last. */
import * as v from "valibot";
import { BerthError, fail } from "../errors/errors.ts";
import type { Store } from "../store/open.ts";
import type { FleetHost } from "./destination.ts";
import { keepAnswer, type KeptAnswer, lastAnswer } from "./hosts.ts";
import { askBySsh, failureOf, MAX_ANSWER } from "./ssh.ts";

/** Hosts that are asked at once, and how long each may take. */
const AT_ONCE = 8;
const LIMITS = { timeoutMs: 10_000, maxBytes: MAX_ANSWER };
/** The schema of `berth list --json` that is understood here. */
const SCHEMA = 1;

/** A session as `berth list --json` has it there; what a newer berth says more is passed on. */
const session = v.looseObject({ id: v.string() });
export type FleetSession = v.InferOutput<typeof session>;

const answer = v.looseObject({ schema: v.pipe(v.number(), v.integer()), sessions: v.array(session) });

/** The machine that answered, as it knows itself. */
const identity = v.looseObject({ uuid: v.string(), machine: v.string(), boot: v.string() });
export type AnsweringMachine = v.InferOutput<typeof identity>;

export interface HostAnswer {
  readonly host: FleetHost;
  readonly reached: boolean;
  /** Seconds since what is shown was said; null when nothing ever was. */
  readonly age: number | null;
  readonly error?: BerthError;
  readonly sessions: readonly FleetSession[];
  /** Null where an older berth answered, or one that has never written anything. */
  readonly machine: AnsweringMachine | null;
}

/** What a login prints on its own comes before the answer, which is one line. */
function lineOf(stdout: Buffer): unknown {
  try {
    return JSON.parse(stdout.toString("utf8").trim().split("\n").at(-1) ?? "");
  } catch {
    return null;
  }
}

/** @throws `bad_answer` */
function read(host: FleetHost, given: unknown): readonly FleetSession[] {
  const { name } = host;
  if (!v.is(answer, given)) throw fail("bad_answer", { name, why: "it is no list of sessions" });
  if (given.schema > SCHEMA) {
    throw fail("bad_answer", { name, why: `a newer berth gave it (schema ${given.schema})` });
  }
  return given.sessions;
}

function machineOf(given: unknown): AnsweringMachine | null {
  const said = typeof given === "object" && given !== null && "host" in given ? given.host : null;
  return v.is(identity, said) ? said : null;
}

async function askNow(host: FleetHost): Promise<{ given: unknown; sessions: readonly FleetSession[] }> {
  const done = await askBySsh(host, ["list", "--json"], LIMITS);
  if (done.status !== 0) throw failureOf(host, done);
  const given = lineOf(done.stdout);
  return { given, sessions: read(host, given) };
}

function remembered(store: Store, host: FleetHost, error: BerthError): HostAnswer {
  const kept = lastAnswer(store, host.name);
  if (kept === null || !v.is(answer, kept.answer)) {
    return { host, reached: false, age: null, error, sessions: [], machine: null };
  }
  const age = Math.max(0, Math.round((store.now().getTime() - kept.at.getTime()) / 1000));
  return {
    host,
    reached: false,
    age,
    error,
    sessions: kept.answer.sessions,
    machine: machineOf(kept.answer),
  };
}

async function ask(store: Store, host: FleetHost): Promise<HostAnswer> {
  try {
    const { given, sessions } = await askNow(host);
    keepAnswer(store, host.name, given);
    return { host, reached: true, age: 0, sessions, machine: machineOf(given) };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return remembered(store, host, error);
  }
}

/** Ask every host, several at once; a slow one holds nobody up. @returns in the order of the hosts */
export async function askHosts(store: Store, hosts: readonly FleetHost[]): Promise<HostAnswer[]> {
  const answers: HostAnswer[] = [];
  const next = hosts.entries();
  const work = async () => {
    for (const [at, host] of next) answers[at] = await ask(store, host);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, hosts.length) }, work));
  return answers;
}

/**
 * Hosts that take themselves for one machine and are two, which a copied disk makes of them: one UUID and one machine ID,
 * up at the same time with other boots. The same boot is one machine under two names.
 */
export function clones(answers: readonly HostAnswer[]): (readonly [string, string])[] {
  const asked = answers.filter(({ reached, machine }) => reached && machine !== null);
  return asked.flatMap((one, at) =>
    asked.slice(at + 1).filter((other) => isClone(one.machine, other.machine))
      .map((other) => [one.host.name, other.host.name] as const)
  );
}

/** Two answers are of one time when they are no further apart than this, in milliseconds. */
const TOGETHER_MS = 60_000;

/** Two hosts that take themselves for one machine. */
export interface Copies {
  readonly uuid: string;
  readonly names: readonly [string, string];
}

/** The same in answers that are kept. */
export function copiesIn(kept: readonly (KeptAnswer & { readonly name: string })[]): Copies[] {
  const found = kept.map(({ name, at, answer }) => ({ name, at: at.getTime(), machine: machineOf(answer) }));
  return found.flatMap((one, at) =>
    found.slice(at + 1)
      .filter((other) =>
        Math.abs(one.at - other.at) <= TOGETHER_MS && one.machine !== null && other.machine !== null &&
        isClone(one.machine, other.machine)
      )
      .map((other) => ({ uuid: one.machine?.uuid ?? "", names: [one.name, other.name] as const }))
  );
}

const isClone = (a: AnsweringMachine | null, b: AnsweringMachine | null): boolean =>
  a?.uuid === b?.uuid && a?.machine === b?.machine && a?.boot !== b?.boot;

import { tellLongWork } from "../../sessions/git/long-work.ts";
import { fail } from "../../errors/errors.ts";
import { atOrBelow, mountsReader } from "../../facts/mounts.ts";
import { pidsNow } from "../../facts/pid-order.ts";
import { lookAround, processesAt, processesWith } from "../../facts/standing.ts";
import { factsReader } from "../../facts/open.ts";
import { type Dependencies, noCleaner } from "../../sessions/model/dependencies.ts";
import type { Owner } from "../../sessions/model/journal.ts";
import { postponeSignals } from "../../sessions/process/signals.ts";
import { machineFrom } from "../../store/liveness.ts";
import type { SessionRecord } from "../../store/record.ts";
import type { Store } from "../../store/open.ts";
import { readRecord } from "../../store/read.ts";
import type { Context, Input } from "../command.ts";
import { currentId, meantBy, noSession, type Purpose, sharedHere, worktreeSession } from "./selected.ts";
import { storeOf } from "./session.ts";
import { typeAsMeant } from "./typed-name.ts";

/** The session manager's world, from the real one. */
export async function dependenciesOf(context: Context, input: Input, command: string): Promise<Dependencies> {
  const { host } = context;
  const read = await factsReader(host);
  const mounts = await mountsReader(host);
  return dependencies(context, storeOf(context, input, command), read, mounts);
}

function dependencies(
  context: Context,
  store: Store,
  read: Awaited<ReturnType<typeof factsReader>>,
  mounts: Awaited<ReturnType<typeof mountsReader>>,
): Dependencies {
  const { host } = context;
  tellLongWork((action, far) => {
    if (host.isTerminal(2)) {
      context.say(`berth: at work to ${action}: ${far}\n`);
    }
  });
  const mountsBelow = (directory: string): string[] => {
    const found = mounts();
    return found.ok ? atOrBelow(found.value, directory) : [];
  };
  return {
    store,
    newUuid: context.deps.randomUuid,
    clock: context.now,
    cleaner: noCleaner,
    log: (event, details) => {
      if (host.variables["BERTH_DEBUG"]) context.say(`berth: ${event} ${JSON.stringify(details)}\n`);
      else context.debug(event, details);
    },
    // A new reader each time: that of the context answers every question once.
    machine: () => machineFrom(read(), store),
    findMarked: (marks) => processesWith(host, marks),
    processesAt: (traces) => processesAt(host, traces),
    lookAround: (traces) =>
      host.system === "linux"
        ? lookAround(host, traces)
        : { occupants: [], ownMounts: mountsBelow(traces.directory), mounts: [] },
    pidsNow: () => pidsNow(host),
    mountsBelow,
    self: ourselves(context),
  };
}

/** @throws `no_stable_session` where our own process cannot be read, so nobody could tell whether it lives */
function ourselves({ facts }: Context): Owner {
  const us = facts.process(facts.self);
  if (!us.ok || !facts.boot.ok) throw fail("no_stable_session", { why: "our own process cannot be read" });
  const { boot, pidNamespace } = facts;
  return {
    pid: us.value.pid,
    start: us.value.start,
    bootId: boot.value,
    ...pidNamespace.ok ? { pidNamespace: pidNamespace.value } : {},
  };
}

/** How a command means its session. */
export interface Meaning {
  /** The argument; undefined where it was left out. */
  readonly given: string | undefined;
  readonly effect: Purpose;
}

/**
 * The record of the session that an argument names. Where it is left out: the one that was said to be meant (`berth use`,
 * `BERTH_SESSION`, `--session-id`), else the one in whose worktree we are, else that of this terminal.
 *
 * @throws `no_such_session`, `ambiguous_session`, `other_project`, `no_stable_session`
 */
export function recordOf(
  context: Context,
  deps: Dependencies,
  input: Input,
  meaning: Meaning,
): SessionRecord {
  const { given, effect } = meaning;
  const id = given === undefined
    ? chosenId(context) ?? worktreeSession(context, deps.store)?.id ?? currentId(context)
    : meantBy(context, deps.store, input, given, effect);
  if (id === null) throw fail("no_stable_session", { why: context.resolution().unstable ?? "" });
  return recordAt(context, deps, id, given);
}

/** A session of this machine or a shared one, with the store that keeps it. */
export interface LocalOrShared {
  readonly deps: Dependencies;
  readonly record: SessionRecord;
  /** It has neither a project with hooks nor agents that are seen from here. */
  readonly isShared: boolean;
}

/**
 * As `recordOf`, where a shared session may be meant too.
 *
 * @param local for a session of this machine
 * @param command for the errors: `status`
 */
export async function localOrShared(
  context: Context,
  local: Dependencies,
  input: Input,
  meaning: Meaning,
  command: string,
): Promise<LocalOrShared> {
  const shared = await sharedHere(context, local.store, meaning.given, command);
  if (shared === null) {
    return { deps: local, record: recordOf(context, local, input, meaning), isShared: false };
  }
  const record = readRecord(shared.store, shared.id);
  if (record === null) throw noSession(meaning.given ?? shared.id);
  return { deps: { ...local, store: shared.store }, record, isShared: true };
}

/** As `recordOf`, but the worktree that we are in says nothing. */
export function terminalRecord(
  context: Context,
  deps: Dependencies,
  input: Input,
  { given, effect }: Meaning,
): SessionRecord {
  const id = given === undefined ? currentId(context) : meantBy(context, deps.store, input, given, effect);
  if (id === null) throw fail("no_stable_session", { why: context.resolution().unstable ?? "" });
  return recordAt(context, deps, id, given);
}

function recordAt(
  context: Context,
  { store }: Dependencies,
  id: string,
  given: string | undefined,
): SessionRecord {
  const record = readRecord(store, id);
  if (record === null) throw noSession(given ?? id);
  typeAsMeant(context, store, record);
  return record;
}

/** The ID that somebody said is meant here; undefined where the terminal alone tells. */
function chosenId(context: Context): string | undefined {
  const { id, source } = context.resolution();
  return source === "use" || source === "explicit-flag" || source === "explicit-env" ? id : undefined;
}

/**
 * As `recordOf`, for what only a session of `berth new` has: where the argument is left out, the terminal's own is none.
 *
 * @param action what is wanted, for the error: `destroy`
 * @param then what the command takes behind the session, for the error: ` <name>`
 * @throws `not_a_named_session`; `missing_argument` where no session is meant
 */
export function namedRecord(
  context: Context,
  deps: Dependencies,
  input: Input,
  { action, then = "", ...meaning }: Meaning & { readonly action: string; readonly then?: string },
): SessionRecord & { name: string } {
  if (
    meaning.given === undefined && chosenId(context) === undefined &&
    worktreeSession(context, deps.store) === null
  ) {
    const command = deps.store.command.replace(/^berth /, "");
    throw fail("missing_argument", { command, usage: `${command} <session>${then}` });
  }
  const record = recordOf(context, deps, input, meaning);
  const { name } = record;
  if (name === undefined || record.project === undefined) {
    throw fail("not_a_named_session", { id: record.id, action });
  }
  return { ...record, name };
}

/**
 * Do what must not be left half done: a ^C is for git, which then fails, and what was begun is taken back. SIGTERM and
 * SIGHUP wait until it is over.
 */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  using _postponed = postponeSignals();
  return await work();
}

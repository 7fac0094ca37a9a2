import { fail } from "../../errors/errors.ts";
import { processesWith } from "../../facts/environment-marks.ts";
import { factsReader } from "../../facts/open.ts";
import { type Dependencies, noCleaner } from "../../sessions/model/dependencies.ts";
import type { Owner } from "../../sessions/model/journal.ts";
import { postponeSignals } from "../../sessions/process/signals.ts";
import { machineFrom } from "../../store/liveness.ts";
import type { SessionRecord } from "../../store/record.ts";
import { selectSession } from "../../store/select.ts";
import { readRecord } from "../../store/read.ts";
import type { Context, Input } from "../command.ts";
import { currentId, noSession } from "./selected.ts";
import { storeOf } from "./session.ts";

/** The session manager's world, from the real one. */
export async function dependenciesOf(context: Context, input: Input, command: string): Promise<Dependencies> {
  const { host } = context;
  const read = await factsReader(host);
  const store = storeOf(context, input, command);
  return {
    store,
    newUuid: context.deps.randomUuid,
    clock: context.now,
    cleaner: noCleaner,
    log: (event, details) => {
      if (host.variables["BERTH_DEBUG"]) context.say(`berth: ${event} ${JSON.stringify(details)}\n`);
    },
    // A new reader each time: that of the context answers every question once.
    machine: () => machineFrom(read(), store),
    findMarked: (marks) => processesWith(host, marks),
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

/** The record of the session that an argument names, or of this place's. @throws `no_such_session` */
export function recordOf(context: Context, deps: Dependencies, given: string | undefined): SessionRecord {
  const id = given === undefined ? currentId(context) : selectSession(deps.store, given);
  if (id === null) throw fail("no_stable_session", { why: context.resolution().unstable ?? "" });
  const record = readRecord(deps.store, id);
  if (record === null) throw noSession(given ?? id);
  return record;
}

/** As `recordOf`, for what only a session of `berth new` has. @throws `not_a_named_session` */
export function namedRecord(
  context: Context,
  deps: Dependencies,
  given: string | undefined,
  action: string,
): SessionRecord & { name: string } {
  const record = recordOf(context, deps, given);
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

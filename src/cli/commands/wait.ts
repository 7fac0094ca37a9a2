import { fail } from "../../errors/errors.ts";
import { openWatch } from "../../events/follow.ts";
import { factsReader } from "../../facts/open.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { isAsked, nameOf } from "../../sessions/model/journal.ts";
import { isLost } from "../../sessions/runs/lost.ts";
import { refuseOwnRun } from "../../sessions/runs/runs.ts";
import { repairRun } from "../../sessions/process/stop.ts";
import { listRecords } from "../../store/list.ts";
import { inReach } from "../../store/locks.ts";
import { archivesOf, fileName, isArchiveOf, recordName } from "../../store/names.ts";
import type { Store } from "../../store/open.ts";
import { readRecord } from "../../store/read.ts";
import { type SessionRecord, STATUSES } from "../../store/record.ts";
import { type Command, type Context, outJson, text } from "../command.ts";
import { everyAgentOf } from "../mean/agents.ts";
import { openUnheard } from "../mean/unheard.ts";
import { tellNews } from "../mean/watch-agents.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { noSession } from "../mean/selected.ts";
import { dependenciesOf, type LocalOrShared, localOrShared } from "../mean/sessions-dependencies.ts";
import { TIMEOUT } from "./stop.ts";

/** What changes a record wakes us; a process that is gone does not, and is looked for this often. */
const PAUSE_MS = 500;

export const wait: Command = {
  usage: "wait [...sessions]",
  about: "Wait for a session's command to end, or for its status",
  details: [
    SESSION_HELP,
    "Of several sessions each is waited for, by one time limit.",
    "The status of an agent that works there counts as well (see berth help agent).",
    "Exit status 5: the time is over; 1: the command ended before the status came.",
  ],
  options: [
    {
      flag: "--until <status>",
      about: "Wait until the session has this status",
      oneOf: STATUSES,
      wanted: "active, waiting, idle, error or stopped",
    },
    TIMEOUT("Wait no longer than this (for ever)"),
  ],
  examples: [
    "berth wait auth",
    "berth wait auth api --timeout 600",
    "berth wait auth --until waiting --timeout 600",
  ],
  async run(context, input) {
    const local = await dependenciesOf(context, input, "wait");
    const given = input.args.length === 0 ? [undefined] : input.args;
    const meant: LocalOrShared[] = [];
    for (const one of given) {
      meant.push(await localOrShared(context, local, input, { given: one, effect: "look" }, "wait"));
    }
    const seconds = text(input, "timeout");
    const limit = seconds === undefined ? Infinity : performance.now() + Number(seconds) * 1000;
    const until = text(input, "until");
    // The end of what we are part of ourselves would never come.
    if (until === undefined) { for (const { deps, record } of meant) refuseOwnRun(deps, record, "wait for"); }
    const reached = await Promise.all(meant.map(async ({ deps, record }) => {
      const found = await waitFor(context, deps, record, until, limit);
      if (found !== null) return { id: record.id, state: found.run?.state ?? null, status: found.status };
      const what = until === undefined ? "end" : `become ${until}`;
      throw fail("wait_timeout", { session: nameOf(record), what, seconds: Number(seconds) });
    }));
    const [first] = reached;
    if (context.json) outJson(context, reached.length === 1 ? { ...first } : { sessions: reached });
  },
};

/** A session that went to the archive while it was waited for came to its end first. @throws `no_such_session` */
function ofDestroyed(
  { store }: Dependencies,
  { id }: SessionRecord,
  until: string | undefined,
): SessionRecord {
  const archived = [...listRecords(store, "archive", (base) => isArchiveOf(base, id))]
    .flatMap((one) => "record" in one ? [one.record] : []);
  const [last] = archived.sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
  if (last === undefined) throw noSession(id);
  if (until === undefined || last.status === until) return last;
  throw fail("wait_ended", { session: nameOf(last), until });
}

interface Watch extends AsyncDisposable {
  /** How long to wait for a word at most before another look, in milliseconds. */
  readonly pauseMs: number;
  change(ms: number): Promise<void>;
}

/** Who tells that something may have changed: this machine's log, or the database. */
async function watchOn(context: Context, store: Store): Promise<Watch> {
  if (store.backend.view !== undefined) {
    const { sharedWatch } = await import("../mean/shared.ts");
    return await sharedWatch(context, store);
  }
  const watcher = openWatch(store.backend.locate("events"));
  return {
    pauseMs: PAUSE_MS,
    change: async (ms) => void await watcher.change(ms),
    [Symbol.asyncDispose]: async () => await watcher[Symbol.dispose](),
  };
}

async function waitFor(
  context: Context,
  place: Dependencies,
  first: SessionRecord,
  until: string | undefined,
  limit: number,
): Promise<SessionRecord | null> {
  await using watcher = await watchOn(context, place.store);
  const newFacts = await factsReader(context.host);
  const look = openUnheard(context, place.store);
  const reach = { names: [recordName(first.id)], prefixes: [archivesOf(fileName(first.id))] };
  for (;;) {
    const deps = { ...place, store: await inReach(place.store, reach) };
    const kept = readRecord(deps.store, first.id);
    if (kept === null) return ofDestroyed(deps, first, until);
    // What nobody is there to end any more is ended here: its record says active still.
    const record = isLost(deps, kept) ? await repairRun(deps, first.id) : kept;
    const agents = (await everyAgentOf(context, place.store, look, newFacts())).get(first.id) ?? [];
    await tellNews(context, place.store, first.id, agents);
    if (record.status === until || agents.some(({ row }) => row.status === until)) return record;
    const { state } = record.run ?? {};
    // One that never ran may be told its status by anybody.
    const waiting = state === undefined || state === "CREATED";
    const asked = isAsked(deps, record);
    if (until === undefined && !asked && (waiting || state === "CLEANED")) return record;
    if (until !== undefined && !asked && state === "CLEANED" && agents.length === 0) {
      throw fail("wait_ended", { session: nameOf(record), until });
    }
    const left = limit - performance.now();
    if (left <= 0) return null;
    await watcher.change(Math.min(left, watcher.pauseMs));
  }
}

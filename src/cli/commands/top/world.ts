import { isNews, type Seen } from "../../../agents/evidence.ts";
import type { Agents } from "../../../agents/known.ts";
import type { Looker } from "../../../agents/look.ts";
import type { BerthEvent } from "../../../events/event.ts";
import { factsReader } from "../../../facts/open.ts";
import type { Facts } from "../../../facts/facts.ts";
import { shortId } from "../../../identity/id.ts";
import { branchNow } from "../../../sessions/git/head-branch.ts";
import { ownerOf } from "../../../sessions/model/journal.ts";
import { runAlive } from "../../../sessions/workspace/query.ts";
import { listRecords } from "../../../store/list.ts";
import { type Machine, machineFrom, processAlive } from "../../../store/liveness.ts";
import type { Store } from "../../../store/open.ts";
import { projectName } from "../../../store/project-name.ts";
import { inspect } from "../../../store/read.ts";
import type { SessionRecord } from "../../../store/record.ts";
import { readSeen } from "../../../store/seen.ts";
import type { Context } from "../../command.ts";
import { openUnheard, withUnheard } from "../../mean/unheard.ts";
import { hostLabels } from "./hosts.ts";
import { type QueueRow, rowsOfSession } from "./row.ts";

/** All sessions are read anew this often, in ms: of what happened elsewhere no event may have told. */
const ANEW_MS = 60_000;

/** The sessions of a store as they are now, looked at again and again. */
export interface World extends Disposable {
  /**
   * The rows as they are: the same array where nothing changed. Read again is what an event told of, and what none tells.
   *
   * @param hurried without the agents that nothing was heard of, for which all processes are gone through
   */
  rows(hurried?: boolean): Promise<readonly QueueRow[]>;
  record(id: string): SessionRecord | undefined;
  seenAt(id: string): string | null;
  /** IDs of the sessions that something was told of since this was asked last. */
  stirred(): ReadonlySet<string>;
}

/** @param tell whether what agents say of themselves and nobody has told is told */
export async function openWorld(context: Context, store: Store, tell: boolean): Promise<World> {
  const newFacts = await factsReader(context.host);
  const records = new Map<string, SessionRecord>();
  const branches = new Map<string, string | null>();
  const directory = store.backend.locate("events");
  let log: Log | null = null;
  let projects = new Map<string, string>();
  let readAt = -Infinity;
  let seen = readSeen(store);
  let stirred = new Set<string>();
  let last: readonly QueueRow[] = [];
  const made = new WeakMap<SessionRecord, Made>();
  const look = openUnheard(context, store);

  const keep = (record: SessionRecord) => {
    records.set(record.id, lean(record));
    branches.set(record.id, branchNow(record) ?? null);
  };
  const reread = (id: string) => {
    const found = inspect(store, id);
    if (found === null) records.delete(id);
    // What is damaged for a moment, or for good, is shown as it was.
    else if (found.kind === "record") keep(found.record);
  };
  const readAll = () => {
    readAt = performance.now();
    records.clear();
    branches.clear();
    for (const listed of listRecords(store)) {
      if ("record" in listed) keep(listed.record);
    }
    projects = projectsOf(records.values());
  };
  const follow = async (): Promise<void> => {
    // Without a log nobody has told of anything.
    if (log === null && store.backend.stat("events/events.jsonl") !== null) {
      log = await openLedger(directory);
    }
    const told = new Set<string>();
    for (const event of log?.next() ?? []) {
      if (log !== null) log.takeIn(log.agents, event);
      if (event.type === "resync") readAt = -Infinity;
      else if (event.session !== null) told.add(event.session);
      for (const id of worktreeOf(event)) told.add(id);
    }
    stirred = stirred.union(told);
    if (performance.now() - readAt > ANEW_MS) return readAll();
    for (const id of told) reread(id);
    if (told.size > 0) projects = projectsOf(records.values());
  };
  return {
    async rows(hurried = false) {
      await follow();
      seen = readSeen(store);
      const facts = newFacts();
      const machine = machineFrom(facts, store);
      const heard = await log?.look(log.agents, { host: context.host, machine, now: context.now }) ??
        new Map<string, Seen[]>();
      const agents = hurried ? heard : withUnheard(heard, await look(facts, [...heard.values()].flat()));
      if (tell) await tellNews(store, context.facts, agents);
      const isDone = log?.isDone ?? (() => false);
      const now = rowsOfAll({ store, records, branches, projects, agents, machine, seen, isDone }, made);
      return last = isSame(last, now) ? last : now;
    },
    record: (id) => records.get(id),
    seenAt: (id) => seen.get(id) ?? null,
    stirred() {
      const found = stirred;
      stirred = new Set();
      return found;
    },
    [Symbol.dispose]: () => log?.[Symbol.dispose](),
  };
}

/** What the log tells of agents, followed. */
interface Log extends Disposable {
  readonly agents: Agents;
  /** What came since, and what waits to be written; the latter comes twice. */
  next(): Iterable<BerthEvent>;
  readonly takeIn: (agents: Agents, event: BerthEvent) => void;
  readonly look: (agents: Agents, looker: Looker) => Promise<Map<string, Seen[]>>;
  readonly isDone: (known: Seen["known"]) => boolean;
}

/** Loaded where there is a log. */
async function openLedger(directory: string): Promise<Log> {
  const [{ lookAtKnown: look }, { courseOf, takeIn }, { readLedger }, { openReader }, { spooledEvents }] =
    await Promise.all([
      import("../../../agents/look.ts"),
      import("../../../agents/known.ts"),
      import("../../../agents/ledger.ts"),
      import("../../../events/follow.ts"),
      import("../../../events/spool.ts"),
    ]);
  const { agents, seq } = readLedger(directory);
  const isDone = (known: Seen["known"]) => courseOf(known).done === true;
  const reader = openReader(directory, seq);
  return {
    agents,
    *next() {
      yield* reader.next();
      yield* spooledEvents(directory);
    },
    takeIn,
    look,
    isDone,
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  };
}

/** Of a thousand sessions their values, each of which may have megabytes, are not kept in memory. */
const lean = (record: SessionRecord): SessionRecord => ({
  ...record,
  scriptState: {},
  sharedState: {},
  metadata: {},
  lua: { globals: {}, bytes: 0 },
});

/** An agent's event of one session may be of another's worktree. */
function worktreeOf({ data }: BerthEvent): string[] {
  return typeof data["worktree"] === "string" ? [data["worktree"]] : [];
}

/** What each project's sessions are called by, from the root of the project: as many parts of it as tell it from others. */
function projectsOf(records: Iterable<SessionRecord>): Map<string, string> {
  const roots = new Set<string>();
  for (const { project } of records) if (project !== undefined) roots.add(project.root);
  return new Map([...roots].map((root) => [root, projectName(root, roots, "").slice(0, -1)]));
}

interface Found {
  readonly store: Store;
  readonly records: ReadonlyMap<string, SessionRecord>;
  readonly branches: ReadonlyMap<string, string | null>;
  readonly projects: ReadonlyMap<string, string>;
  readonly agents: ReadonlyMap<string, readonly Seen[]>;
  readonly machine: Machine;
  readonly seen: ReadonlyMap<string, string>;
  readonly isDone: (known: Seen["known"]) => boolean;
}

/** The rows of a session as they were, and what they came from beside its record. */
interface Made {
  readonly from: string;
  readonly rows: readonly QueueRow[];
}

/** As they are now; those that nothing has changed are the same objects. */
function rowsOfAll(found: Found, made: WeakMap<SessionRecord, Made>): QueueRow[] {
  const { store, records, branches, projects, agents, machine, seen } = found;
  const labelOf = hostLabels(store);
  const rows: QueueRow[] = [];
  for (const record of records.values()) {
    const { id } = record;
    const here = (agents.get(id) ?? []).filter((one) => isShownIn(record, one, records));
    const project = record.project === undefined ? null : projects.get(record.project.root) ?? null;
    const [running, seenAt] = [isRunning(machine, record), seen.get(id) ?? null];
    const from = `${project} ${running} ${seenAt}`;
    let known = here.length === 0 ? made.get(record) : undefined;
    if (known?.from !== from) {
      const rows = rowsOfSession({
        record,
        short: shortId(id),
        project,
        branch: branches.get(id) ?? null,
        host: labelOf(record),
        agents: here.map(({ known, row }) => ({ row, done: found.isDone(known) })),
        running,
        seenAt,
      });
      known = { from, rows };
      if (here.length === 0) made.set(record, known);
    }
    for (const row of known.rows) rows.push(row);
  }
  return rows;
}

const isSame = (one: readonly QueueRow[], other: readonly QueueRow[]): boolean =>
  one.length === other.length && one.every((row, at) => row === other[at]);

/** An agent is of its terminal and of the worktree that it works in; it is shown once, by the name. */
const isShownIn = (
  { id }: SessionRecord,
  { known }: Seen,
  records: ReadonlyMap<string, SessionRecord>,
): boolean => known.worktree === undefined || known.worktree === id || !records.has(known.worktree);

/** Whether the run goes on, or somebody is there to write down its end. */
function isRunning(machine: Machine, record: SessionRecord): boolean | null {
  const { run } = record;
  if (run === undefined || run.state === "CLEANED" || run.state === "CREATED") return false;
  const alive = runAlive(machine, record);
  const supervisor = ownerOf(record, "supervisor");
  return alive === false && supervisor !== null ? processAlive(machine, supervisor) : alive;
}

async function tellNews(
  store: Store,
  { boot }: Facts,
  agents: ReadonlyMap<string, readonly Seen[]>,
): Promise<void> {
  const news = [...agents.values()].flat().filter(isNews);
  if (news.length === 0) return;
  const { tellSeen } = await import("../../../agents/tell.ts");
  await tellSeen(store, boot, news);
}

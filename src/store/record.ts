import * as v from "valibot";

/** Version of the record that this program writes. */
export const SCHEMA = 1;

/** Entries that `history` keeps; the oldest go first. */
export const MAX_HISTORY = 200;

/** What a session was said to be doing, by a run or by `berth status`. */
export type Status = "active" | "waiting" | "idle" | "error" | "stopped";
/** Where a run is in its life; it goes through these in this order, and may leave some out. */
export type RunState = "CREATED" | "SPAWNING" | "ACTIVE" | "TERMINATING" | "CLEANED";

export const STATUSES = [
  "active",
  "waiting",
  "idle",
  "error",
  "stopped",
] as const satisfies readonly Status[];
export const RUN_STATES = [
  "CREATED",
  "SPAWNING",
  "ACTIVE",
  "TERMINATING",
  "CLEANED",
] as const satisfies readonly RunState[];

/**
 * A process, so that it can be told from a later one with the same PID, and from one of another machine that uses the
 * same store.
 */
export interface ProcessId {
  /** Its number. */
  pid: number;
  /** Its start time, in the system's own unit, as a decimal number. */
  start: string;
  /** The boot that it runs in. */
  bootId: string;
  /** The UUID that the store has given the machine; without one it is this machine. */
  host?: string;
}

/** The process that a terminal's liveness is told by. */
export interface Anchor extends ProcessId {
  /** The PID namespace that its number counts in: `pid:[4026531836]`. */
  pidNamespace: string;
  /** Path of its terminal; null without one. */
  tty: string | null;
  /** Members that a later version writes. */
  [other: string]: unknown;
}

/** A process that registered itself with `berth hold`. */
export interface SessionHolder extends ProcessId {
  /** The PID namespace that its number counts in. */
  pidNamespace: string;
  /** What it runs, for people. */
  command: string;
  /** ISO 8601 UTC. */
  since: string;
  /** Members that a later version writes. */
  [other: string]: unknown;
}

/** The project that a session belongs to; paths are absolute. */
export interface Project {
  /** The repository's root, the same for all of its worktrees. */
  root: string;
  /** The session's own worktree. */
  worktree?: string;
  /** The branch that it was made with. */
  branch?: string;
  /** What the branch started from, and `berth finish` merges it into. */
  baseRef?: string;
  /** Members that a later version writes. */
  [other: string]: unknown;
}

/** One process life in a session: what `berth run` started. Times are ISO 8601 UTC. */
export interface Run {
  /** 1 for the session's first run. */
  n: number;
  /** Where it is in its life. */
  state: RunState;
  /** What was started, word by word. */
  command: string[];
  /** Of the command; null before it is started. */
  pid: number | null;
  /** Its start time, in the system's own unit, as a decimal number. */
  pidStart: string | null;
  /** The boot that it runs in. */
  bootId: string | null;
  /** The PID namespace that its number counts in. */
  pidNamespace?: string;
  /** The UUID that the store has given the machine; without one it is this machine. */
  host?: string;
  /** Null before it is started. */
  startedAt: string | null;
  /** Null while it runs. */
  endedAt: string | null;
  /** As a shell has it; 128 and more for a signal. Null while it runs, and where nobody saw the end. */
  exitCode: number | null;
  /** Why it ended, where that is known. */
  reason: string | null;
  /** Members that a later version writes. */
  [other: string]: unknown;
}

/** Something that happened to a session; the further members are those of its kind. */
export interface HistoryEntry {
  /** ISO 8601 UTC. */
  at: string;
  /** `created`, `reset`, `lua`, … */
  kind: string;
  /** What belongs to an entry of that kind. */
  [other: string]: unknown;
}

/** One session as it is kept. Members that this version does not know are kept as they are, at every level. */
export interface SessionRecord {
  /** Version of the record. */
  schema: 1;
  /** The session's ID. */
  id: string;
  /** How the ID was found when the session was made: `deep-anchor`, `explicit-flag`, `named`. */
  source: string;
  /** The name, unique in its project. */
  name?: string;
  /** What it is for, as `berth new --role` said it; one living session has a role in a project. */
  role?: string;
  /** The process that its terminal's liveness is told by. */
  anchor?: Anchor;
  /** Those who keep it live. */
  holders?: SessionHolder[];
  /** When it was made, ISO 8601 UTC. */
  createdAt: string;
  /** When it was last written, ISO 8601 UTC. */
  updatedAt: string;
  /** When it was last used, ISO 8601 UTC; a cleaner or a repair does not count. */
  lastActivity: string;
  /** Counted by whoever counts messages; berth itself does not. */
  messageCount: number;
  /** What it was last said to be doing. */
  status: Status;
  /** Where it belongs, for one that belongs to a project. */
  project?: Project;
  /** Its latest run. */
  run?: Run;
  /** The oldest first; the last 200 are kept. */
  history: HistoryEntry[];
  /** Values of `berth set --script NAME`, by script and key. */
  scriptState: Record<string, Record<string, unknown>>;
  /** Values of `berth set`, by key. */
  sharedState: Record<string, unknown>;
  /** What the last Lua script left in its globals, and the bytes that it takes as JSON. */
  lua?: { globals: Record<string, unknown>; bytes: number; [other: string]: unknown };
  /** A word of whoever drives the session. */
  currentPhase?: string;
  /** For programs of others; berth itself keeps nothing here. */
  metadata: Record<string, unknown>;
  /** Why it last went wrong, in words. */
  lastError?: string;
  /** Members that a later version writes. */
  [other: string]: unknown;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const isTime = (value: unknown): boolean =>
  typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));
/** ISO 8601 UTC. We write milliseconds; a document edited by hand may have none. */
export const time = v.custom<string>(isTime);
const pid = v.pipe(v.number(), v.integer(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Values by key. (valibot's own `record` takes an array for one.) */
const keyed = v.custom<Record<string, unknown>>(isKeyed);
const keyedTwice = v.custom<Record<string, Record<string, unknown>>>((value) =>
  isKeyed(value) && Object.values(value).every(isKeyed)
);

function isKeyed(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A process, so that it can be told from a later one with the same PID, and from one of another machine that uses this
 * store (`host`, the UUID that `hosts.ts` gives; without one it is this machine's): see `liveness.ts`.
 */
const processId = { pid, start: v.string(), bootId: v.string(), host: v.exactOptional(v.string()) };

/** As many as there are, they are looked at twice for every change; a schema of theirs would take six times as long. */
const history = v.pipe(
  v.custom<HistoryEntry[]>(Array.isArray),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const entries: readonly unknown[] = dataset.value;
    const key = entries.findIndex((entry) => wrongInEntry(entry) !== undefined);
    if (key < 0) return;
    const value = entries[key];
    const path: [v.ArrayPathItem, ...v.ObjectPathItem[]] = [
      { type: "array", origin: "value", input: [...entries], key, value },
    ];
    const member = wrongInEntry(value);
    if (isKeyed(value) && member !== undefined) {
      path.push({ type: "object", origin: "value", input: value, key: member, value: value[member] });
    }
    addIssue({ path });
  }),
);

function wrongInEntry(entry: unknown): "at" | "kind" | undefined {
  const { at, kind } = isKeyed(entry) ? entry : {};
  return !isTime(at) ? "at" : typeof kind === "string" ? undefined : "kind";
}

/** Fields that we do not know are kept, at every level: another version of the program may need them. */
export const recordSchema: v.GenericSchema<SessionRecord> = v.looseObject({
  schema: v.literal(SCHEMA),
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,80}$/)),
  /** How the ID was found when the session was made (`deep-anchor`, `explicit-flag`, `named`). */
  source: v.string(),
  name: v.exactOptional(v.string()),
  role: v.exactOptional(v.string()),
  /** What a terminal's liveness is told by. */
  anchor: v.exactOptional(
    v.looseObject({ ...processId, pidNamespace: v.string(), tty: v.nullable(v.string()) }),
  ),
  /** Processes that registered themselves with `berth hold`. */
  holders: v.exactOptional(
    v.array(v.looseObject({ ...processId, pidNamespace: v.string(), command: v.string(), since: time })),
  ),
  createdAt: time,
  updatedAt: time,
  lastActivity: time,
  messageCount: count,
  status: v.picklist(STATUSES),
  project: v.exactOptional(v.looseObject({
    /** Absolute paths. */
    root: v.string(),
    worktree: v.exactOptional(v.string()),
    branch: v.exactOptional(v.string()),
    baseRef: v.exactOptional(v.string()),
  })),
  run: v.exactOptional(v.looseObject({
    /** 1 for the session's first run. */
    n: count,
    state: v.picklist(RUN_STATES),
    command: v.array(v.string()),
    pid: v.nullable(pid),
    pidStart: v.nullable(v.string()),
    bootId: v.nullable(v.string()),
    pidNamespace: v.exactOptional(v.string()),
    host: v.exactOptional(v.string()),
    startedAt: v.nullable(time),
    endedAt: v.nullable(time),
    exitCode: v.nullable(v.pipe(v.number(), v.integer())),
    reason: v.nullable(v.string()),
  })),
  history,
  scriptState: keyedTwice,
  sharedState: keyed,
  lua: v.exactOptional(v.looseObject({ globals: keyed, bytes: count })),
  currentPhase: v.exactOptional(v.string()),
  metadata: keyed,
  lastError: v.exactOptional(v.string()),
});

/** Where a session's ID came from, for its first record and for the anchor of the later ones. */
export interface Origin {
  /** A `Source`, or a word of the program's own. */
  readonly source: string;
  /** The process that stands for the place. */
  readonly anchor?: Anchor;
}

/** The record of a session that nothing was kept of so far. */
export function freshRecord(id: string, origin: Origin, now: Date): SessionRecord {
  const at = now.toISOString();
  return {
    schema: SCHEMA,
    id,
    source: origin.source,
    ...(origin.anchor === undefined ? {} : { anchor: origin.anchor }),
    createdAt: at,
    updatedAt: at,
    lastActivity: at,
    messageCount: 0,
    status: "active",
    history: [{ at, kind: "created" }],
    scriptState: {},
    sharedState: {},
    metadata: {},
  };
}

/**
 * Own members only, and any name: a key such as `__proto__` is data like every other. (Assigning it would set
 * the prototype, and reading it would find one.)
 */
export const entry = (values: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(values, key) ? values[key] : undefined;

export function setEntry<T>(values: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(values, key, { value, enumerable: true, writable: true, configurable: true });
}

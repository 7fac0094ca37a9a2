import * as v from "valibot";

/** Version of the record that this program writes. */
export const SCHEMA = 1;

/** Entries that `history` keeps; the oldest go first. */
export const MAX_HISTORY = 200;

export const STATUSES = ["active", "waiting", "idle", "error", "stopped"] as const;
export const RUN_STATES = ["CREATED", "SPAWNING", "ACTIVE", "TERMINATING", "CLEANED"] as const;

/** ISO 8601 UTC. We write milliseconds; a document edited by hand may have none. */
export const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/),
  v.check((text) => !Number.isNaN(Date.parse(text))),
);
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

/** Fields that we do not know are kept, at every level: another version of the program may need them. */
export const recordSchema = v.looseObject({
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
  history: v.array(v.looseObject({ at: time, kind: v.string() })),
  scriptState: keyedTwice,
  sharedState: keyed,
  lua: v.exactOptional(v.looseObject({ globals: keyed, bytes: count })),
  currentPhase: v.exactOptional(v.string()),
  metadata: keyed,
  lastError: v.exactOptional(v.string()),
});

/** One session as it is kept. */
export type SessionRecord = v.InferOutput<typeof recordSchema>;
export type Status = (typeof STATUSES)[number];
export type RunState = (typeof RUN_STATES)[number];
export type Anchor = NonNullable<SessionRecord["anchor"]>;
export type Run = NonNullable<SessionRecord["run"]>;
export type HistoryEntry = SessionRecord["history"][number];

/** Where a session's ID came from, for its first record and for the anchor of the later ones. */
export interface Origin {
  readonly source: string;
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

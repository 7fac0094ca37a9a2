import * as v from "valibot";
import { fail } from "../../errors/errors.ts";
import { type Machine, processAlive } from "../../store/liveness.ts";
import type { SessionRecord } from "../../store/record.ts";

const owner = v.looseObject({
  pid: v.number(),
  start: v.string(),
  bootId: v.string(),
  /** Without one it counts as ours. */
  pidNamespace: v.exactOptional(v.string()),
  /** Which machine it is on, as the store calls it. Without one it counts as this one. */
  host: v.exactOptional(v.string()),
});

/** A process, so that it can be told from a later one with the same PID. */
export type Owner = v.InferOutput<typeof owner>;

const destruction = v.looseObject({
  kind: v.literal("destroy"),
  by: owner,
  /** Whether the worktree goes. */
  cleanup: v.boolean(),
  /** Where the branch stood that goes; null when it stays. */
  commit: v.nullable(v.string()),
  /** That branch; without one it is the record's. */
  branch: v.exactOptional(v.string()),
  /** Whether the branch goes with commits that nothing else has. */
  force: v.exactOptional(v.boolean()),
  /** What is to be known for an undo; its ref, where it has one, is made before anything goes. */
  removed: v.exactOptional(v.looseObject({ ref: v.exactOptional(v.string()) })),
});

/**
 * The journal: what is being done to record, branch and worktree together. It is written into the record before the
 * first change and taken out after the last, so whatever moment a crash picks, the record tells what may be there.
 */
const journalSchema = v.variant("kind", [
  v.looseObject({
    kind: v.literal("new"),
    by: owner,
    /** The commit a new branch was to start at; null where a branch was adopted. */
    base: v.nullable(v.string()),
  }),
  v.looseObject({
    /** A removed worktree comes back: what it holds stays under its ref until the end. */
    kind: v.literal("restore"),
    by: owner,
    /** That ref, once all is back and it may go. */
    ref: v.exactOptional(v.string()),
  }),
  destruction,
  v.looseObject({
    kind: v.literal("finish"),
    by: owner,
    /** The session's branch, and the commit that is brought into the base. */
    branch: v.string(),
    commit: v.string(),
    /** The base, and where it stood. */
    base: v.string(),
    from: v.string(),
    /** The checkout that the merge is made in, null where it needs none. */
    at: v.nullable(v.string()),
    /** What the files of the base are to be, where that is known beforehand. */
    tree: v.nullable(v.string()),
    squash: v.boolean(),
    /** Whether all but the base stays. */
    keep: v.boolean(),
    /** The worktree that a rebase is tried in. */
    scratch: v.nullable(v.string()),
    /** What goes once it is merged, under this very journal; without one a journal of its own is written for that. */
    removal: v.exactOptional(destruction),
  }),
  v.looseObject({
    kind: v.literal("rename"),
    by: owner,
    name: v.string(),
    /** The branch that gets another name, null where it keeps its own. */
    branch: v.nullable(v.looseObject({ from: v.string(), to: v.string(), commit: v.string() })),
  }),
]);

export type Journal = v.InferOutput<typeof journalSchema>;
export type JournalOf<K extends Journal["kind"]> = Extract<Journal, { kind: K }>;

/** What a killed or working process has begun with this session, null when nothing. */
export function journalOf(record: SessionRecord): Journal | null {
  const { pending } = record;
  // As it is nearly always; to find fault with nothing takes the schema thirty microseconds.
  if (pending === undefined) return null;
  return v.is(journalSchema, pending) ? pending : null;
}

/** Whether it was destroyed, and only its way into the archive is missing. */
export const isDestroyed = ({ history }: SessionRecord): boolean => history.at(-1)?.kind === "destroyed";

/** The process whose part of the run is unfinished: the supervisor, or who claimed the cleanup. */
export function ownerOf(record: SessionRecord, role: "supervisor" | "cleaning"): Owner | null {
  const found = record.run?.[role];
  return v.is(owner, found) ? found : null;
}

/** Whether a process that lives has asked for a run of the session that is not there yet. */
export function isAsked({ machine }: { readonly machine: () => Machine }, { asked }: SessionRecord): boolean {
  return v.is(owner, asked) && processAlive(machine(), asked) !== false;
}

const DOING = {
  new: "made",
  restore: "restored",
  destroy: "destroyed",
  finish: "finished",
  rename: "renamed",
} as const;

/**
 * Refuse to work on a session that is half made or half destroyed.
 *
 * @param ours who goes on with what it has begun itself
 * @throws `session_live` while the process that does it lives, `session_unfinished` when it is gone
 */
export function refuseUnfinished(
  machine: Machine,
  record: SessionRecord,
  action: string,
  ours?: Owner,
): void {
  const journal = journalOf(record);
  if (journal === null || journal.by.pid === ours?.pid && journal.by.start === ours.start) return;
  const doing = DOING[journal.kind];
  if (processAlive(machine, journal.by) === false) {
    throw fail("session_unfinished", { session: nameOf(record), action, doing });
  }
  const why = `process ${journal.by.pid} is at work on it`;
  throw fail("session_live", { id: nameOf(record), action, why, atWork: true });
}

/** Whether the process is gone that had begun something with this session. */
export function isUnfinished(
  { machine }: { readonly machine: () => Machine },
  record: SessionRecord,
): boolean {
  const journal = journalOf(record);
  if (journal !== null) return processAlive(machine(), journal.by) === false;
  return isDestroyed(record);
}

/** Whether the removal of the worktree was begun, and the process is gone that did it. */
export function isHalfDestroyed(
  { machine }: { readonly machine: () => Machine },
  record: SessionRecord,
): boolean {
  const journal = removalOf(record);
  return journal !== null && processAlive(machine(), journal.by) === false;
}

/** The journal of a removal of the worktree that was begun, null without one. */
export function removalOf(record: SessionRecord): JournalOf<"destroy"> | null {
  const journal = journalOf(record);
  return journal?.kind === "destroy" && journal.cleanup ? journal : null;
}

/** What people call the session, and can type: a name that looks like an option they would have to put behind `--`. */
export function nameOf({ id, name }: SessionRecord): string {
  const called = name ?? id;
  return called.startsWith("-") ? id : called;
}

import { validate, version } from "uuid";
import * as v from "valibot";
import { fail } from "../../errors/errors.ts";
import { freshRecord, type SessionRecord, STATUSES } from "../../store/record.ts";
import { remember } from "../../store/state.ts";
import { branchNow } from "../git/head-branch.ts";
import { whereWrongIn } from "../model/issue.ts";
import { sessionId, uuidOf } from "../model/worktree-path.ts";

/** Any that JavaScript reads, within the years that a record can write. */
const time = v.pipe(
  v.string(),
  v.check((text) => {
    const at = new Date(text);
    return !Number.isNaN(at.getTime()) && /^\d{4}-/.test(at.toISOString());
  }),
);
const name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,50}$/));

/** One session of a workspace file. */
const entrySchema = v.looseObject({
  id: v.pipe(v.string(), v.toLowerCase(), v.check((text) => validate(text) && version(text) === 4)),
  name,
  status: v.picklist(STATUSES),
  branch: v.exactOptional(v.string()),
  worktreePath: v.exactOptional(v.string()),
  /** Only while its command runs. */
  ptyPid: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  createdAt: time,
  lastActivity: time,
  currentPhase: v.exactOptional(v.string()),
  metadata: v.exactOptional(v.record(v.string(), v.unknown())),
});

const fileSchema = v.looseObject({ version: v.literal("1.0"), sessions: v.array(entrySchema) });

export type WorkspaceFile = v.InferOutput<typeof fileSchema>;
export type WorkspaceEntry = WorkspaceFile["sessions"][number];

/** The sessions of a workspace as one document that other session managers read. */
export function toFile(
  records: readonly SessionRecord[],
  isRunning: (record: SessionRecord) => boolean,
): WorkspaceFile {
  return { version: "1.0", sessions: records.map((record) => toEntry(record, isRunning(record))) };
}

function toEntry(record: SessionRecord, running: boolean): WorkspaceEntry {
  const { id, name: given, status, project, run, createdAt, lastActivity, currentPhase, metadata } = record;
  const pid = running ? run?.pid ?? null : null;
  const branch = branchNow(record);
  return {
    id: uuidOf(id) ?? id,
    name: given ?? id,
    status,
    ...branch === undefined ? {} : { branch },
    ...project === undefined ? {} : { worktreePath: project.worktree ?? project.root },
    ...pid === null ? {} : { ptyPid: pid },
    createdAt,
    lastActivity,
    ...currentPhase === undefined ? {} : { currentPhase },
    ...Object.keys(metadata).length === 0 ? {} : { metadata },
  };
}

/**
 * Read such a document.
 *
 * @param file its name, for the error
 * @throws `bad_workspace_file`
 */
export function parseFile(file: string, text: string): WorkspaceFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail("bad_workspace_file", { file, why: "it is no whole JSON document" }, error);
  }
  const parsed = v.safeParse(fileSchema, value);
  if (!parsed.success) throw fail("bad_workspace_file", { file, why: whereWrongIn(parsed.issues) });
  return parsed.output;
}

/**
 * The record of an imported session. Its processes are not ours, so it is idle; its branch was not made by us, so it is
 * never deleted.
 *
 * @param worktree the path, where it is the one that our own worktree of this session has
 */
export function toRecord(
  entry: WorkspaceEntry,
  root: string,
  worktree: string | null,
  at: Date,
): SessionRecord {
  const { branch, currentPhase, metadata = {} } = entry;
  const record: SessionRecord = {
    ...freshRecord(sessionId(entry.id), { source: "named" }, at),
    createdAt: new Date(entry.createdAt).toISOString(),
    lastActivity: new Date(entry.lastActivity).toISOString(),
    name: entry.name,
    status: "idle",
    ...currentPhase === undefined ? {} : { currentPhase },
    metadata,
    project: {
      root,
      ...worktree === null ? {} : { worktree },
      ...branch === undefined ? {} : { branch },
      ownsBranch: false,
    },
  };
  remember(record, at, "imported");
  return record;
}

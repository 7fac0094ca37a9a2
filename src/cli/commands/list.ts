import { branchNow } from "../../sessions/git/head-branch.ts";
import type { AgentRow } from "../../agents/evidence.ts";
import { shortId } from "../../identity/id.ts";
import { type ListedRecord, listRecords } from "../../store/list.ts";
import { type Machine, sessionAlive } from "../../store/liveness.ts";
import type { Store } from "../../store/open.ts";
import { type SessionRecord, STATUSES } from "../../store/record.ts";
import { type Command, type Context, flag, type Input, outJson, text } from "../command.ts";
import { isCurrent } from "../mean/current.ts";
import { machineOf } from "../mean/machine.ts";
import { everyAgentOf, rowsOf } from "../mean/agents.ts";
import { hostJson } from "../mean/host.ts";
import { hereRoot } from "../mean/project.ts";
import { progressOf } from "../say/progress.ts";
import { listedStore, SHARED } from "../mean/listed.ts";
import { grouped, printed, type TableRow } from "./list-table.ts";

const SORTS = ["active", "updated", "created", "name"] as const;

/** One session as `berth list --json` prints it. */
type Row = ReturnType<typeof rowOf> & { readonly agents: readonly AgentRow[]; readonly archive?: string };
type Damaged = { readonly file: string; readonly reason: string };

export const list: Command = {
  usage: "list",
  about: "List every session, live or not, of all workspaces",
  details: [
    "By project, this one first; terminals last. A table is as wide as the terminal, or as COLUMNS says. Files are only",
    "read: no lock is taken, nothing is changed, and a damaged file is no failure.",
  ],
  options: [
    {
      flag: "--state <status>",
      about: "Only sessions with this status",
      oneOf: STATUSES,
      wanted: "active, waiting, idle, error or stopped",
    },
    { flag: "--role <role>", about: "Only the sessions of this role" },
    {
      flag: "--sort <order>",
      about: "By last activity (active), last write (updated), creation (created) or name; the newest first",
      oneOf: SORTS,
      wanted: "active, updated, created or name",
    },
    { flag: "--all", about: "Archived sessions too" },
    SHARED,
    { flag: "--here", about: "Only the sessions of this project" },
    {
      flag: "--git",
      about: "Changed files, commits ahead and behind of what each was made from, and what is merged",
    },
  ],
  examples: ["berth list", "berth list --here --git", "berth list --state waiting --json"],
  async run(context, input) {
    const store = await listedStore(context, input, "list", [
      "sessions/",
      ...flag(input, "all") ? ["archive/"] : [],
    ]);
    const { sessions, damaged } = await gather(context, store, input);
    sort(sessions, text(input, "sort") ?? "active");
    const here = hereRoot(context, sessions.flatMap(({ project }) => project ?? []));
    const shown = flag(input, "here") ? sessions.filter(({ workspace }) => workspace === here) : sessions;
    const groups = grouped(shown, here);
    const git = flag(input, "git") ? await gitOf(groups.flatMap(({ rows }) => rows), context) : null;
    if (context.json) {
      return outJson(context, {
        host: hostJson(store),
        sessions: await withGit(context, shown, git),
        damaged,
      });
    }
    await printed(context, groups, git);
    if (shown.length === 0) context.say("berth: no sessions; the first write to one makes it\n");
    for (const { file, reason } of damaged) context.say(`berth: damaged: ${file}: ${reason}\n`);
  },
};

/** The sessions of a store as `list --json` prints them. */
export async function sessionRows(context: Context, store: Store) {
  const { sessions } = await gather(context, store, { args: [], options: {}, rest: undefined });
  return sessions.map(({ project: _, ...row }) => row);
}

/** Looks at the worktrees, which go on while the first rows are printed. */
async function gitOf(rows: readonly TableRow[], { host }: Context) {
  const { standingsOf } = await import("../../sessions/git/standing-of.ts");
  const found = standingsOf(rows, host.variables);
  return new Map(rows.map((row, at) => [row.id, found[at] ?? null] as const));
}

async function withGit(
  context: Context,
  rows: readonly Row[],
  git: Awaited<ReturnType<typeof gitOf>> | null,
) {
  const plain = rows.map(({ project: _, ...row }) => row);
  if (git === null) return plain;
  const told = progressOf(context);
  const looked = [];
  for (const row of plain) {
    looked.push({ ...row, git: await git.get(row.id) ?? null });
    told(() => `git has looked at ${looked.length} of ${plain.length} sessions`);
  }
  return looked;
}

async function gather(
  context: Context,
  store: Store,
  input: Input,
): Promise<{ sessions: Row[]; damaged: Damaged[] }> {
  const agents = await everyAgentOf(context, store);
  const [machine, current] = [machineOf(context, store), isCurrent(context)];
  const sessions: Row[] = [];
  const damaged: Damaged[] = [];
  const take = (listed: ListedRecord, archived: boolean) => {
    if (!("record" in listed)) {
      return damaged.push({ file: store.backend.locate(listed.name), reason: listed.reason });
    }
    if (!wanted(listed.record, input)) return;
    const found = rowOf(listed.record, listed.bytes, machine, !archived && current(listed.record));
    const row = { ...found, agents: archived ? [] : rowsOf(agents.get(found.id)) };
    return sessions.push(archived ? { ...row, archive: nameOf(listed.name) } : row);
  };
  for (const listed of listRecords(store)) take(listed, false);
  if (flag(input, "all")) { for (const listed of listRecords(store, "archive")) take(listed, true); }
  return { sessions, damaged };
}

const nameOf = (name: string): string => name.slice(name.indexOf("/") + 1).replace(/\.session\.json$/, "");

function wanted({ status, role }: SessionRecord, input: Input): boolean {
  const [state, only] = [text(input, "state"), text(input, "role")];
  return (state === undefined || status === state) && (only === undefined || role === only);
}

function rowOf(record: SessionRecord, bytes: number, machine: Machine, current: boolean) {
  const { id, source, status, createdAt, updatedAt, lastActivity, project } = record;
  return {
    id,
    short: shortId(id),
    name: record.name ?? null,
    source,
    role: record.role ?? null,
    status,
    state: record.run?.state ?? null,
    alive: sessionAlive(machine, record),
    current,
    workspace: project?.root ?? null,
    worktree: project?.worktree ?? null,
    branch: branchNow(record) ?? null,
    createdAt,
    updatedAt,
    lastActivity,
    bytes,
    /** For looks at the worktree; not printed. */
    project,
  };
}

function sort(rows: Row[], order: string): void {
  const key = order === "updated" ? "updatedAt" : order === "created" ? "createdAt" : "lastActivity";
  const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
  const byName = (a: Row, b: Row) =>
    // Those without a name stand behind the others.
    Number(a.name === null) - Number(b.name === null) || compare(a.name ?? "", b.name ?? "") ||
    compare(a.id, b.id);
  rows.sort((a, b) => order === "name" ? byName(a, b) : compare(b[key], a[key]) || compare(a.id, b.id));
}

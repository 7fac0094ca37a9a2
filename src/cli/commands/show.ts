import { branchNow } from "../../sessions/git/head-branch.ts";
import { sessionAlive } from "../../store/liveness.ts";
import { recordName } from "../../store/names.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Command, outJson } from "../command.ts";
import { machineOf } from "../mean/machine.ts";
import { agentAtLength, everyAgentIn } from "../mean/agents.ts";
import { SESSION_HELP } from "../line/session-help.ts";
import { currentId, noSession, selected } from "../mean/selected.ts";
import { coloursOf } from "../say/colours.ts";
import { onOneLine } from "../line/value.ts";

export const show: Command = {
  usage: "show [session]",
  about: "Show all that is kept of a session",
  details: [SESSION_HELP],
  examples: ["berth show", "berth show auth --json"],
  async run(context, input) {
    const { store, id } = await selected(context, input, "show", { given: input.args[0], effect: "look" });
    const record = readRecord(store, id);
    if (record === null) throw noSession(id);
    const alive = sessionAlive(machineOf(context, store), record);
    const current = currentId(context) === id;
    const file = store.backend.locate(recordName(id));
    const agents = await everyAgentIn(context, store, id);
    if (context.json) {
      return outJson(context, { session: { ...withBranch(record), agents }, alive, current, file });
    }
    const live = alive === null ? "cannot be told" : alive ? "yes" : "no";
    const doing = agents.map((agent) => ["agent", agentAtLength(agent, context.now())] as const);
    const more = { live, current: current ? "yes" : "no", file };
    const { heading } = coloursOf(context.host);
    context.out(
      lines([...Object.entries({ ...facts(record), ...more }), ...doing]) + values(record, heading),
    );
  },
};

/** With the branch that its worktree is on now. */
function withBranch(record: SessionRecord): SessionRecord {
  if (record.project?.worktree === undefined) return record;
  const { branch: _, ...project } = record.project;
  const branch = branchNow(record);
  return { ...record, project: { ...project, ...branch === undefined ? {} : { branch } } } as SessionRecord;
}

function facts(
  { id, name, role, status, source, project, run, ...record }: SessionRecord,
): Record<string, unknown> {
  return {
    id,
    name,
    role,
    status,
    source,
    workspace: project?.root,
    worktree: project?.worktree,
    branch: branchNow({ project }),
    run: run === undefined ? undefined : `${run.n}, ${run.state}`,
    created: record.createdAt,
    updated: record.updatedAt,
    "last activity": record.lastActivity,
    phase: record.currentPhase,
    "last error": record.lastError,
  };
}

const lines = (entries: readonly (readonly [string, unknown])[]): string =>
  entries.filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(14)} ${onOneLine(value)}\n`).join("");

function values({ sharedState, scriptState }: SessionRecord, heading: (text: string) => string): string {
  const scripts = Object.entries(scriptState).map(([script, state]) =>
    [`values of script ${onOneLine(script)}`, state] as const
  );
  return [["values", sharedState] as const, ...scripts].filter(([, state]) => Object.keys(state).length > 0)
    .map(([title, state]) => `\n${heading(title)}\n${indented(state)}`).join("");
}

const indented = (state: Record<string, unknown>): string =>
  Object.keys(state).sort().map((key) => `  ${key}  ${onOneLine(state[key])}\n`).join("");

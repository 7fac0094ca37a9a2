import type { Outline, Told } from "../store/observe.ts";
import type { SessionRecord } from "../store/record.ts";
import type { RunOutcome } from "./counters.ts";
import type { News } from "./event.ts";

/** What of a history's entry may stand in an event: never a value, nor what a program printed. */
const SAFE = ["key", "script", "from", "to", "phase", "archive"] as const;

/** The events of something that the store has done. Pure. */
export function newsOf(told: Told): News[] {
  switch (told.kind) {
    case "written":
      return written(told.before, told.record);
    case "reset":
    case "restored":
      return [{ type: `session.${told.kind}`, session: told.id, data: { archive: told.archive } }];
    case "deleted":
      return [{ type: "session.deleted", session: told.id, data: { archive: told.archive ?? null } }];
    case "worktree-removed":
      return [{ type: "worktree.removed", session: told.id, data: { path: told.path } }];
    case "hook": {
      const { hook, exitCode, durationMs } = told;
      return [{ type: "hook.run", session: told.id, data: { hook, exitCode, durationMs } }];
    }
    case "damaged":
      return [{
        type: "store.damaged",
        session: null,
        data: { file: told.file, reason: told.reason, moved: told.moved },
      }];
  }
}

function written(before: Outline | null, record: SessionRecord): News[] {
  const { id: session, name = null, updatedAt, status, run, project } = record;
  const news: News[] = [];
  const add = (type: News["type"], data: News["data"]) => void news.push({ type, session, data });
  add(before === null ? "session.created" : "session.changed", {
    name,
    updatedAt,
    ...before === null ? { source: record.source } : whatOf(before, record),
  });
  // One that is made with its worktree has a journal until that is there.
  if (before?.making === true && record["pending"] === undefined && project?.worktree !== undefined) {
    add("worktree.made", { path: project.worktree, branch: project.branch ?? null });
  }
  if (before !== null && before.status !== status) {
    add("status.changed", { from: before.status, to: status, by: "berth" });
  }
  const [was, state] = [before?.run?.n === run?.n ? before?.run?.state : undefined, run?.state];
  if (run === undefined || was === state) return news;
  if (state === "ACTIVE") add("run.started", { n: run.n, pid: run.pid, program: run.command[0] ?? null });
  if (state === "CLEANED") {
    const { n, exitCode, reason } = run;
    add("run.ended", { n, exitCode, reason, outcome: outcomeOf(exitCode, status) });
  }
  return news;
}

function outcomeOf(exitCode: number | null, status: SessionRecord["status"]): RunOutcome {
  if (exitCode === null) return "lost";
  return status === "stopped" || status === "error" ? status : "ok";
}

/** The newest entry of the history, where this change wrote one. */
function whatOf({ last }: Outline, { history }: SessionRecord): Record<string, unknown> {
  const newest = history.at(-1);
  if (newest === undefined || newest === last) return {};
  const details = SAFE.flatMap((key) => newest[key] === undefined ? [] : [[key, newest[key]]]);
  return { what: newest.kind, ...Object.fromEntries(details) };
}

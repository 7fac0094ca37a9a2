import { accessSync, constants, statSync } from "node:fs";
import { BerthError, fail } from "../../errors/errors.ts";
import type { Machine } from "../../store/liveness.ts";
import { readRecord } from "../../store/read.ts";
import type { SessionRecord, Status } from "../../store/record.ts";
import { type Child, type Ended, exitCodeOf, SIGNALS } from "./child.ts";
import { childStarter } from "./child-starter.ts";
import { completeCleanup } from "../runs/cleanup.ts";
import { commandEnvironment, type Environment } from "../git/git-environment.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { nameOf } from "../model/journal.ts";
import { failureToStart, NotStarted } from "./not-started.ts";
import { ENDING, holdSignals } from "./signals.ts";
import { refuseNone } from "../git/own-worktree.ts";
import { checkPlace } from "../git/worktree-directory.ts";
import { attach, markTerminating, notePid, spawnUntold, tellOf } from "../runs/runs.ts";

export interface Supervision {
  readonly id: string;
  readonly command: readonly string[];
  readonly environment: Environment;
  /** Told right before the command starts. */
  readonly starting?: (record: SessionRecord) => void;
  /** Where the run can be seen, for its record. */
  readonly pane?: Readonly<Record<string, unknown>>;
  /** Done when the command has ended, before the record says so. */
  readonly ending?: () => Promise<void>;
}

/** Where commands of the session run. @throws `worktree_missing`, `worktree_refused`, `bad_directory` */
export function directoryOf(record: SessionRecord): string {
  const { root = "", worktree } = record.project ?? {};
  const path = worktree ?? root;
  if (worktree !== undefined) checkPlace(root, worktree);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw fail("worktree_missing", { session: nameOf(record), path });
  }
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw fail("bad_directory", { path, why: "it may not be entered" }, error);
  }
  return path;
}

/** One run of a session: whoever speaks of it must not mean the next one. */
interface RunOf {
  readonly id: string;
  readonly n: number;
}

/**
 * Run a command in the session from its start to its end. Whatever happens, the run ends CLEANED; when we are killed,
 * the record tells the next command enough to end it.
 *
 * @returns how it ended, after the record says so
 * @throws `session_running`, `worktree_missing`, `bad_directory`, `no_such_program`, `unfit_program`, `cannot_spawn`, and what `starting` throws
 */
export async function supervise(
  deps: Dependencies,
  record: SessionRecord,
  supervision: Supervision,
): Promise<Ended> {
  const { id, command, environment } = supervision;
  const cwd = directoryOf(record);
  refuseNone(record);
  const starter = await childStarter();
  const caught: number[] = [];
  // From the first word about the run to the last. What comes before the command is there is for the command.
  const held = ENDING.filter((name) => !starter.isIgnored(SIGNALS[name]));
  using _held = holdSignals(held, (name) => void caught.push(SIGNALS[name]));
  const begun = await spawnUntold(deps, id, command, supervision.pane);
  const { record: spawning } = begun;
  const run = { id, n: spawning.run?.n ?? 0 };
  let child: Child;
  let early: readonly number[];
  try {
    supervision.starting?.(spawning);
    early = [...caught];
    const parentOf = (pid: number) => parentIn(deps.machine(), pid);
    child = await starter.startChild({ command, cwd, env: environmentOf(environment, run, cwd), parentOf });
  } catch (error) {
    await tellOf(deps, begun);
    throw await notStarted(deps, run, command, error);
  }
  // The command begins while others are told that it does.
  await tellOf(deps, begun);
  for (const signal of early) child.signal(signal);
  await attachOrEnd(deps, run, child);
  const ended = await child.ended;
  await supervision.ending?.().catch((error: unknown) =>
    deps.log("ending failed", { id, why: String(error) })
  );
  await end(deps, run, ended);
  return ended;
}

function parentIn(machine: Machine, pid: number): number | null {
  const found = machine.process(pid);
  return found.ok ? found.value.ppid : null;
}

/** The run's number lets a run be found whose supervisor was killed before it could write down the PID. */
function environmentOf(environment: Environment, { id, n }: RunOf, cwd: string): Record<string, string> {
  const own = commandEnvironment(environment, id);
  const attributes = withSession(own["OTEL_RESOURCE_ATTRIBUTES"], id);
  return { ...own, BERTH_RUN: String(n), PWD: cwd, OTEL_RESOURCE_ATTRIBUTES: attributes };
}

/**
 * The attributes of whatever a command measures of itself, with its session, so that agents' costs can be summed up by
 * it. (`session.id` is the agent's own.) Pairs by commas, as the OpenTelemetry resource SDK has them.
 */
function withSession(attributes: string | undefined, id: string): string {
  const others = (attributes ?? "").split(",").filter((pair) => !/^\s*(berth\.session\.id\s*=|$)/.test(pair));
  return [...others, `berth.session.id=${id}`].join(",");
}

async function notStarted(
  deps: Dependencies,
  { id, n }: RunOf,
  [program = ""]: readonly string[],
  error: unknown,
) {
  const failure = error instanceof NotStarted
    ? failureToStart(program, error)
    : error instanceof BerthError
    ? error
    : fail("internal", { why: String(error) }, error);
  await markTerminating(deps, id, "spawn failed", n);
  const outcome = { exitCode: failure.exit, status: "error", error: failure.message } as const;
  await completeCleanup(deps, id, outcome, n);
  return failure;
}

/** Write down the process. Where that cannot be done the command must not go on unseen. */
async function attachOrEnd(deps: Dependencies, { id, n }: RunOf, child: Child): Promise<void> {
  const found = deps.machine().process(child.pid);
  // One that has ended already has no start time any more, and counts as gone.
  const owner = { ...deps.self, pid: child.pid, start: found.ok ? found.value.start : "0" };
  try {
    await attach(deps, id, owner, n);
  } catch (error) {
    deps.log("attach failed", { id, why: String(error) });
    child.signal(SIGNALS.SIGTERM);
    // `berth stop` was faster than we were; with the PID it can go on to SIGKILL.
    await notePid(deps, id, owner, n).catch((again: unknown) => deps.log("attach failed", { id, again }));
  }
}

async function end(deps: Dependencies, { id, n }: RunOf, ended: Ended): Promise<void> {
  const exitCode = exitCodeOf(ended);
  const run = readRecord(deps.store, id)?.run;
  const status = statusAfter(ended, run?.n === n && run.reason === "stopped");
  const failed = status === "error" ? { error: `The command ended with status ${exitCode}` } : {};
  try {
    await markTerminating(deps, id, "signal" in ended ? `signal ${ended.signal}` : "exited", n);
    await completeCleanup(deps, id, { exitCode, status, ...failed }, n);
  } catch (error) {
    // The command's status counts. Somebody else ended the run, or the next command will: its process is gone.
    if (!(error instanceof BerthError)) throw error;
    deps.log("end failed", { id, why: error.message });
  }
}

/**
 * Ended by somebody's wish (^C, `berth stop`, a closed terminal) is stopped; a failure is an error. A shell that was
 * stopped says so by its exit status.
 *
 * @param asked whether `berth stop` has ended it
 */
export function statusAfter(ended: Ended, asked: boolean): Status {
  const ending: readonly number[] = [SIGNALS.SIGHUP, SIGNALS.SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGKILL];
  if ("signal" in ended) return ending.includes(ended.signal) ? "stopped" : "error";
  if (asked && ending.includes(ended.code - 128)) return "stopped";
  return ended.code === 0 ? "idle" : "error";
}

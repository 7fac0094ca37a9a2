import { statSync } from "node:fs";
import { BerthError, fail } from "../errors.ts";
import type { SessionRecord, Status } from "../store/record.ts";
import { type Child, childStarter, type Ended, exitCodeOf, NotStarted, SIGNALS } from "./child.ts";
import { completeCleanup } from "./cleanup.ts";
import { commandEnvironment, type Environment } from "./git-environment.ts";
import type { Means } from "./means.ts";
import { nameOf } from "./pending.ts";
import { attach, beginSpawn, markTerminating, notePid } from "./runs.ts";

export interface Supervision {
  readonly id: string;
  readonly command: readonly string[];
  readonly environment: Environment;
  /** Told right before the command starts. */
  readonly starting?: (record: SessionRecord) => void;
}

/** Where commands of the session run. @throws `worktree_missing` */
export function directoryOf(record: SessionRecord): string {
  const path = record.project?.worktree ?? record.project?.root ?? "";
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw fail("worktree_missing", { session: nameOf(record), path });
  }
  return path;
}

/**
 * Run a command in the session from its start to its end. Whatever happens, the run ends CLEANED; when we are killed,
 * the record tells the next command enough to end it.
 *
 * @returns how it ended, after the record says so
 * @throws `session_running`, `worktree_missing`, `no_such_program`
 */
export async function supervise(means: Means, record: SessionRecord, run: Supervision): Promise<Ended> {
  const { id, command, environment } = run;
  const cwd = directoryOf(record);
  const startChild = await childStarter();
  const spawning = await beginSpawn(means, id, command);
  // The run's number lets a run be found whose supervisor was killed before it could write down the PID.
  run.starting?.(spawning);
  const marks = { BERTH_SESSION: id, BERTH_RUN: String(spawning.run?.n ?? 0) };
  const env = { ...commandEnvironment(environment), ...marks, PWD: cwd };
  let child: Child;
  try {
    child = await startChild({ command, cwd, env });
  } catch (error) {
    throw await notStarted(means, id, command, error);
  }
  await attachOrEnd(means, id, child);
  const ended = await child.ended;
  await end(means, id, ended);
  return ended;
}

async function notStarted(means: Means, id: string, [program = ""]: readonly string[], error: unknown) {
  const why = error instanceof NotStarted ? error.message : String(error);
  const failure = fail("no_such_program", { program, why }, error);
  await markTerminating(means, id, "spawn failed");
  await completeCleanup(means, id, { exitCode: failure.exit, status: "error", error: failure.message });
  return failure;
}

/** Write down the process. Where that cannot be done the command must not go on unseen. */
async function attachOrEnd(means: Means, id: string, child: Child): Promise<void> {
  const found = means.machine().process(child.pid);
  // One that has ended already has no start time any more, and counts as gone.
  const owner = { pid: child.pid, start: found.ok ? found.value.start : "0", bootId: means.self.bootId };
  try {
    await attach(means, id, owner);
  } catch (error) {
    means.log("attach failed", { id, why: String(error) });
    child.signal(SIGNALS.SIGTERM);
    // `berth stop` was faster than we were; with the PID it can go on to SIGKILL.
    await notePid(means, id, owner).catch((again: unknown) => means.log("attach failed", { id, again }));
  }
}

async function end(means: Means, id: string, ended: Ended): Promise<void> {
  const exitCode = exitCodeOf(ended);
  const status = statusAfter(ended);
  const failed = status === "error" ? { error: `The command ended with status ${exitCode}` } : {};
  try {
    await markTerminating(means, id, "signal" in ended ? `signal ${ended.signal}` : "exited");
    await completeCleanup(means, id, { exitCode, status, ...failed });
  } catch (error) {
    // The command's status counts. Somebody else ended the run, or the next command will: its process is gone.
    if (!(error instanceof BerthError)) throw error;
    means.log("end failed", { id, why: error.message });
  }
}

/** Ended by somebody's wish (^C, `berth stop`, a closed terminal) is stopped; a failure is an error. */
export function statusAfter(ended: Ended): Status {
  const asked: readonly number[] = [SIGNALS.SIGHUP, SIGNALS.SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGKILL];
  if ("signal" in ended) return asked.includes(ended.signal) ? "stopped" : "error";
  return ended.code === 0 ? "idle" : "error";
}

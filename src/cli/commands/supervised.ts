import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { type Ended, exitCodeOf } from "../../sessions/process/child.ts";
import { supervise } from "../../sessions/process/supervise.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Context, outJson } from "../command.ts";
import { watchAgents } from "../mean/watch-agents.ts";
import { leave } from "./leave.ts";
import { publishingMeanwhile } from "./meanwhile.ts";
import { markRun } from "./mark-run.ts";
import { BrokenPipe } from "../say/report.ts";

/** Run a command in the session, as `new`, `run` and `resume` do. @returns its exit status */
export async function runIn(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  command: readonly string[],
): Promise<number> {
  const startedAt = Date.now();
  const tell = (exitCode: number | null) => told(context, record.id, command, { startedAt, exitCode });
  try {
    const ended = await supervised(context, deps, record, command);
    await tell(exitCodeOf(ended));
    // It may end by a signal, as its command did.
    await context.settle();
    return leave(ended);
  } catch (error) {
    await tell(null);
    throw error;
  }
}

/** Tell of the run where a collector of traces wants to know. */
async function told(
  context: Context,
  session: string,
  [program = ""]: readonly string[],
  run: { readonly startedAt: number; readonly exitCode: number | null },
): Promise<void> {
  const { variables } = context.host;
  if (!variables["OTEL_EXPORTER_OTLP_ENDPOINT"] && !variables["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) return;
  const { tellRun } = await import("./run-span.ts");
  await tellRun(context, { session, program, ...run, endedAt: Date.now() });
}

async function supervised(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  command: readonly string[],
): Promise<Ended> {
  await using _published = publishingMeanwhile(context, deps.store);
  using _watching = watchAgents(context, deps, record.id);
  return await supervise(deps, record, {
    id: record.id,
    command,
    environment: context.host.variables,
    starting(session) {
      markRun({ session: session.id, run: String(session.run?.n ?? 0) });
      if (context.json) announce(context, session);
    },
  });
}

/**
 * Run a command in the session in the background, as `new -d`, `run -d` and `resume -d` do.
 *
 * @param name whether to print the session's name
 * @returns the exit status
 */
export async function detached(
  context: Context,
  deps: Dependencies,
  record: SessionRecord & { name: string },
  command: readonly string[],
  name = false,
): Promise<number> {
  const { runDetached } = await import("./background.ts");
  const session = await runDetached(context, deps, record, command);
  if (context.json) outJson(context, { session });
  else if (name) context.out(`${record.name}\n`);
  return 0;
}

/** What is to be run runs, whether somebody reads about it or not. */
function announce(context: Context, session: SessionRecord): void {
  try {
    outJson(context, { session });
  } catch (error) {
    if (!(error instanceof BrokenPipe)) throw error;
  }
}

import type { Dependencies } from "../../sessions/model/dependencies.ts";
import { supervise } from "../../sessions/process/supervise.ts";
import type { SessionRecord } from "../../store/record.ts";
import { type Context, outJson } from "../command.ts";
import { leave } from "./leave.ts";
import { BrokenPipe } from "../say/report.ts";

/** Run a command in the session, as `new`, `run` and `resume` do. @returns its exit status */
export async function runIn(
  context: Context,
  deps: Dependencies,
  record: SessionRecord,
  command: readonly string[],
): Promise<number> {
  const ended = await supervise(deps, record, {
    id: record.id,
    command,
    environment: context.host.variables,
    starting: (session) => context.json ? announce(context, session) : undefined,
  });
  return leave(ended);
}

/** What is to be run runs, whether somebody reads about it or not. */
function announce(context: Context, session: SessionRecord): void {
  try {
    outJson(context, { session });
  } catch (error) {
    if (!(error instanceof BrokenPipe)) throw error;
  }
}

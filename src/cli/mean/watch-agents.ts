import type { Seen } from "../../agents/evidence.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import type { Store } from "../../store/open.ts";
import type { Context } from "../command.ts";
import { agentsOf } from "./agents.ts";

/** How often an agent's own word is looked for, in milliseconds: no event tells that it has changed. */
const PAUSE_MS = 700;

/** The agents of a session as they are now; what they say of themselves and nobody has told yet is told. */
export async function lookAndTell(
  context: Context,
  { store, machine }: Dependencies,
  id: string,
): Promise<Seen[]> {
  const seen = (await agentsOf(context, store, id, machine())).get(id) ?? [];
  await tellNews(context, store, id, seen);
  return seen;
}

/** Tell what of it nobody has told yet, and show it where the session is shown. */
export async function tellNews(
  context: Context,
  store: Store,
  id: string,
  seen: readonly Seen[],
): Promise<void> {
  const news = seen.filter(({ known, row }) => row.status !== "unknown" && row.status !== known.told);
  if (news.length === 0) return;
  const { tellSeen } = await import("../../agents/tell.ts");
  await tellSeen(store, context.facts.boot, news);
  context.later(async () => {
    const { pushSession } = await import("./push-marks.ts");
    await pushSession(context, store, id, { agents: seen.map(({ row }) => row) });
  });
}

/** Watch the agents of a session while its command runs, until it is disposed of. It keeps no process alive. */
export function watchAgents(context: Context, deps: Dependencies, id: string): Disposable {
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    try {
      await lookAndTell(context, deps, id);
    } catch (error) {
      deps.log("agents not seen", { id, why: String(error) });
    } finally {
      looking = false;
    }
  }, PAUSE_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

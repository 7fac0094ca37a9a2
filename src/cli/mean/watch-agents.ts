import { isNews, type Seen } from "../../agents/evidence.ts";
import type { Dependencies } from "../../sessions/model/dependencies.ts";
import type { Store } from "../../store/open.ts";
import type { Context } from "../command.ts";

/** How often an agent's own word is looked for, in milliseconds: no event tells that it has changed. */
const PAUSE_MS = 700;

/** Tell what the agents of a session say of themselves and nobody has told yet. */
async function lookAndTell(context: Context, { store, machine }: Dependencies, id: string): Promise<void> {
  // Loaded at the first look: no command waits for it to start.
  const { agentsOf } = await import("./agents.ts");
  await tellNews(context, store, id, (await agentsOf(context, store, id, machine())).get(id) ?? []);
}

/** Tell what of it nobody has told yet, and show it where the session is shown. */
export async function tellNews(
  context: Context,
  store: Store,
  id: string,
  seen: readonly Seen[],
): Promise<void> {
  const news = seen.filter(isNews);
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

/**
 * Counts the builds of this terminal: `bun examples/build-counter.ts` or `deno run -A examples/build-counter.ts`.
 * Every terminal has a count of its own, and two builds at once are never counted as one.
 */
import { resolveSession, updateSession } from "../src/mod.ts";

const { id, stable } = await resolveSession();
if (!stable) throw new Error("This place has no stable session, so there would be nobody to count for");

const { sharedState } = await updateSession(id, (session) => {
  session.sharedState["builds"] = Number(session.sharedState["builds"] ?? 0) + 1;
});
console.log(`build ${sharedState["builds"]} of ${id}`);

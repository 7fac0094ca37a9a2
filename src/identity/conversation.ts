import { anchorId } from "./anchor.ts";
import { foundId } from "./id.ts";
import { type Answer, believe, environmentWith, type Place } from "./place.ts";

/**
 * What runs below an agent's server without a terminal of its own: a conversation of the agent's, where the agent
 * names it, else the server itself. Neither is the session of the terminal that the server was started in, which
 * serves others as well and may be gone.
 */
export function conversation(place: Place): Answer | undefined {
  const { agent, terminal, deps } = place;
  if (agent === undefined || terminal !== undefined) return undefined;
  const server = anchorId(place, agent.process, "anchor");
  if (server === undefined) return undefined;
  const name = agent.conversation;
  const thread = name === "" ? undefined : environmentWith(place, name)[name];
  if (thread === undefined) return { id: server, source: "deep-anchor" };
  believe(place, name as string, `a conversation of ${agent.process.name}, process ${agent.process.pid}`);
  return { id: foundId("anchor", deps.sha256(`${server}:${thread}`)), source: "deep-anchor" };
}

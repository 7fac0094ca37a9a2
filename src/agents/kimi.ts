import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { below } from "./install/paths.ts";
import { tomlHooks } from "./install/toml-hooks.ts";
import { eventName, familyPoint } from "./claude-like.ts";
import { type Payload, wordIn } from "./payload.ts";
import type { Point } from "./point.ts";

/** Seen with Kimi Code 2.1. */
export const kimi: Agent = {
  name: "kimi",
  title: "Kimi Code",
  programs: PROGRAMS.kimi,
  normalise(payload, event): Point | null {
    const name = eventName(payload, event);
    if (name === undefined) return null;
    const { agent_id: _, ...rest } = payload;
    const known = subagentOf(payload, name);
    const point = familyPoint(
      known === undefined ? rest : { ...rest, agent_id: known },
      name,
      name === "PermissionResult" ? { kind: "work" } : undefined,
    );
    return point;
  },
  installation: tomlHooks({
    agent: "kimi",
    file: below({ directory: ".kimi-code", file: "config.toml" }),
    events: [
      "SessionStart",
      "UserPromptSubmit",
      "PostToolUse",
      "PermissionRequest",
      "PermissionResult",
      "SubagentStart",
      "SubagentStop",
      "Interrupt",
      "Stop",
      "StopFailure",
      "SessionEnd",
    ],
  }),
  cannotSee: ["It fires no PostToolUse for MCP tools"],
};

/** It calls itself `main`, and its subagents by a name alone. */
function subagentOf(payload: Payload, event: string): string | undefined {
  if (event.startsWith("Subagent")) return wordIn(payload, "agent_name") ?? "subagent";
  const id = wordIn(payload, "agent_id");
  return id === "main" ? undefined : id;
}

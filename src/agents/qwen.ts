import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { jsonHooks } from "./install/json-hooks.ts";
import { below } from "./install/paths.ts";
import { eventName, familyPoint } from "./claude-like.ts";
import { isObject, type Payload } from "./payload.ts";
import type { Point } from "./point.ts";

/** Seen with Qwen Code 0.24. */
export const qwen: Agent = {
  name: "qwen",
  title: "Qwen Code",
  programs: PROGRAMS.qwen,
  normalise(payload, event): Point | null {
    const name = eventName(payload, event);
    if (name === undefined) return null;
    const stopped = name === "PostToolBatch" && isCancelled(payload);
    return familyPoint(payload, name, stopped ? { kind: "cancelled", reason: "cancelled" } : undefined);
  },
  installation: jsonHooks({
    agent: "qwen",
    file: below({ directory: ".qwen", file: "settings.json", project: ".qwen" }),
    events: [
      "SessionStart",
      "UserPromptSubmit",
      "PostToolUse",
      "PostToolUseFailure",
      "PostToolBatch",
      "PermissionRequest",
      "Notification",
      "SubagentStart",
      "SubagentStop",
      "Stop",
      "StopFailure",
      "SessionEnd",
    ],
  }),
  cannotSee: ["Esc while it answers is told 1.5 s later"],
};

/** A No at a permission prompt leaves no other event at once. */
function isCancelled(payload: Payload): boolean {
  const calls = payload["tool_calls"];
  return Array.isArray(calls) && calls.some((call) => isObject(call) && call["status"] === "cancelled");
}

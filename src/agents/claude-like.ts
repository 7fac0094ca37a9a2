import {
  isObject,
  objectIn,
  type Payload,
  permissionFor,
  pointOf,
  textIn,
  timeIn,
  wordIn,
} from "./payload.ts";
import type { Background, Point, PointKind } from "./point.ts";

/*
 * Hooks as Claude Code has them, which Codex, Gemini CLI, Qwen Code and Kimi Code took over with differences of their
 * own: `hook_event_name`, `session_id`, `tool_name`, and `agent_id` where a subagent is meant.
 */

export const eventName = (payload: Payload, event: string | undefined): string | undefined =>
  textIn(payload, "hook_event_name") ?? event;

/** What stands in every payload of that family. */
export const commonParts = (payload: Payload) => ({
  conversation: wordIn(payload, "session_id"),
  subagent: wordIn(payload, "agent_id"),
  tool: wordIn(payload, "tool_name"),
  at: timeIn(payload, "timestamp"),
});

/** Events that mean the same in all of them. */
const KIND_OF: Readonly<Record<string, PointKind>> = {
  UserPromptSubmit: "work",
  PreToolUse: "work",
  PostToolUse: "work",
  PostToolUseFailure: "work",
  PostToolBatch: "work",
  PermissionRequest: "permission",
  PermissionDenied: "work",
  Elicitation: "permission",
  ElicitationResult: "work",
  Stop: "finish",
  StopFailure: "error",
  Interrupt: "cancelled",
  SubagentStart: "work",
  SubagentStop: "note",
  PreCompact: "work",
};

/** The event of a family member, with what is its own put over the common meaning. */
export function familyPoint(
  payload: Payload,
  event: string,
  own?: { kind?: PointKind; reason?: string },
): Point {
  const parts = commonParts(payload);
  const kind = own?.kind ?? kindOf(payload, event);
  const background = event === "Stop" ? backgroundOf(payload) : undefined;
  return pointOf(event, kind, {
    ...parts,
    reason: own?.reason ?? reasonOf(payload, event, kind, parts.tool),
    background,
    begins: beginsOf(event),
  });
}

const beginsOf = (event: string): boolean | undefined =>
  event === "SubagentStart" ? true : event === "SubagentStop" ? false : undefined;

function kindOf(payload: Payload, event: string): PointKind {
  switch (event) {
    case "SessionStart":
      // A conversation is compacted in the middle of its work.
      return textIn(payload, "source") === "compact" ? "note" : "start";
    case "SessionEnd":
      // Another conversation begins in the same process.
      return ["clear", "resume"].includes(textIn(payload, "reason") ?? "") ? "note" : "end";
    case "Notification":
      return notified(textIn(payload, "notification_type"));
    case "PostCompact":
      return textIn(payload, "trigger") === "manual" ? "finish" : "work";
    case "PostToolUseFailure":
      return payload["is_interrupt"] === true ? "cancelled" : "work";
    case "PostToolUse":
      return objectIn(payload, "tool_response")["interrupted"] === true ? "cancelled" : "work";
    default:
      return KIND_OF[event] ?? "note";
  }
}

function notified(type: string | undefined): PointKind {
  if (type === "permission_prompt" || type === "elicitation_dialog") return "permission";
  return type === "idle_prompt" ? "settle" : "note";
}

function reasonOf(
  payload: Payload,
  event: string,
  kind: PointKind,
  tool: string | undefined,
): string | undefined {
  if (kind === "permission") {
    return event.startsWith("Elicitation") || textIn(payload, "notification_type") === "elicitation_dialog"
      ? "a question of a tool's"
      : permissionFor(tool);
  }
  if (kind === "error") {
    return textIn(payload, "error") === undefined
      ? "the turn failed"
      : `the turn failed: ${wordIn(payload, "error")}`;
  }
  if (kind === "cancelled") return "cancelled";
  return undefined;
}

/** What goes on behind the end of a turn. Undefined where the agent does not say. */
function backgroundOf(payload: Payload): Background | undefined {
  const tasks = payload["background_tasks"];
  if (!Array.isArray(tasks)) return undefined;
  const running = tasks.filter(isObject).filter((task) =>
    !/^(completed|failed|killed|stopped)$/.test(textIn(task, "status") ?? "")
  );
  const agents = running.filter(isSubagent);
  return {
    subagents: agents.map((task, at) => wordIn(task, "id") ?? wordIn(task, "agent_id") ?? `background ${at}`),
    commands: running.length - agents.length,
  };
}

const isSubagent = (task: Payload): boolean =>
  task["agent_type"] !== undefined || task["agent_id"] !== undefined ||
  /agent/.test(textIn(task, "type") ?? "");

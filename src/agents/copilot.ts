import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { jsonHooks } from "./install/json-hooks.ts";
import { below } from "./install/paths.ts";
import type { Evidence, Witness } from "./evidence.ts";
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
import type { Point, PointKind } from "./point.ts";
import type { AgentStatus } from "./status.ts";

const KIND_OF: Readonly<Record<string, PointKind>> = {
  sessionStart: "start",
  userPromptSubmitted: "work",
  preToolUse: "work",
  // It fires for what is allowed as well.
  permissionRequest: "work",
  postToolUse: "work",
  postToolUseFailure: "work",
  agentStop: "finish",
  subagentStart: "work",
  subagentStop: "note",
  interrupt: "cancelled",
  errorOccurred: "error",
  sessionEnd: "end",
};

/** Seen with Copilot CLI 1.0.102, whose payloads do not name their event. */
export const copilot: Agent = {
  name: "copilot",
  title: "Copilot CLI",
  programs: PROGRAMS.copilot,
  normalise(payload, event): Point | null {
    const name = event ?? textIn(payload, "hookName");
    if (name === undefined) return null;
    const asks = name === "notification" && textIn(payload, "notification_type") === "permission_prompt";
    const subagent = name.startsWith("subagent");
    const kind = asks ? "permission" : KIND_OF[name] ?? "note";
    return pointOf(name, kind, {
      conversation: wordIn(payload, "sessionId"),
      subagent: subagent ? wordIn(payload, "agentId") : undefined,
      tool: wordIn(payload, "toolName"),
      at: timeIn(payload, "timestamp"),
      reason: asks ? permissionFor(undefined) : kind === "error" ? "the turn failed" : undefined,
      begins: subagent ? name === "subagentStart" : undefined,
    });
  },
  evidence,
  installation: jsonHooks({
    agent: "copilot",
    file: below({ variable: "COPILOT_HOME", directory: ".copilot", file: "settings.json" }),
    events: [
      "sessionStart",
      "userPromptSubmitted",
      "postToolUse",
      "notification",
      "subagentStart",
      "subagentStop",
      "errorOccurred",
      "agentStop",
      "sessionEnd",
    ],
    named: true,
    entry: (command) => ({ type: "command", bash: command, timeoutSec: 10 }),
  }),
  cannotSee: ["No hook fires at Esc: that comes from ~/.copilot/session-state/<id>/events.jsonl"],
};

const STATUS_OF: Readonly<Record<string, AgentStatus>> = {
  abort: "idle",
  "permission.requested": "waiting",
  "permission.completed": "active",
};

/** The last line of its own log that tells something which no hook does. */
function evidence({ conversation, read, variable }: Witness): Evidence | null {
  if (conversation === null || !/^[\w-]+$/.test(conversation)) return null;
  const home = variable("COPILOT_HOME") || `${variable("HOME") ?? ""}/.copilot`;
  const text = read(`${home}/session-state/${conversation}/events.jsonl`);
  for (const line of (text ?? "").split("\n").reverse()) {
    const found = toldBy(line);
    if (found !== null) return found;
  }
  return null;
}

function toldBy(line: string): Evidence | null {
  const value = parsed(line);
  const status = isAborted(value) ? "idle" : STATUS_OF[textIn(value, "type") ?? ""];
  const at = timeIn(value, "timestamp");
  if (status === undefined || at === undefined) return null;
  const tool = wordIn(objectIn(objectIn(value, "data"), "permissionRequest"), "kind");
  const reason = status === "waiting" ? permissionFor(tool) : status === "idle" ? "cancelled" : null;
  return { status, reason, at, source: "~/.copilot/session-state" };
}

/** A question that is left at Esc is told after `abort`, and nothing goes on then. */
const isAborted = (value: Payload): boolean =>
  textIn(value, "type") === "permission.completed" &&
  textIn(objectIn(objectIn(value, "data"), "result"), "kind") === "cancelled";

function parsed(line: string): Payload {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

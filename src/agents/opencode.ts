import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { inConfig } from "./install/paths.ts";
import { pluginFile } from "./install/plugin-file.ts";
import { objectIn, type Payload, permissionFor, pointOf, textIn, wordIn } from "./payload.ts";
import type { Point, PointKind } from "./point.ts";

/** Seen with OpenCode 1.18.33. Its plugin hands over the bus event as it is: `{type, properties}`. */
export const opencode: Agent = {
  name: "opencode",
  title: "OpenCode",
  programs: PROGRAMS.opencode,
  normalise: opencodePoint,
  installation: pluginFile("opencode", inConfig("opencode", "plugin/berth.js", ".opencode")),
  cannotSee: ["It tells nothing of its end: its process does"],
};

export function opencodePoint(payload: Payload, event: string | undefined): Point | null {
  const name = textIn(payload, "type") ?? textIn(payload, "hook") ?? event;
  if (name === undefined) return null;
  const properties = objectIn(payload, "properties");
  const info = objectIn(properties, "info");
  const input = objectIn(payload, "input");
  const conversation = wordIn(properties, "sessionID") ?? wordIn(input, "sessionID") ?? wordIn(info, "id");
  const parent = name === "session.created" ? wordIn(info, "parentID") : undefined;
  const { kind, reason } = meaning(name, properties);
  return pointOf(name, parent === undefined ? kind : "work", {
    conversation: parent === undefined ? conversation : parent,
    // A subagent is a conversation of its own, with the one that it works for.
    subagent: parent === undefined ? undefined : conversation,
    begins: parent === undefined ? undefined : true,
    tool: wordIn(input, "tool"),
    reason,
  });
}

function meaning(name: string, properties: Payload): { kind: PointKind; reason?: string } {
  switch (name) {
    case "session.created":
      return { kind: "start" };
    case "session.status":
      return { kind: textIn(objectIn(properties, "status"), "type") === "idle" ? "settle" : "work" };
    case "session.idle":
      return { kind: "settle" };
    case "permission.asked":
      return { kind: "permission", reason: permissionFor(wordIn(properties, "permission")) };
    case "session.error":
      return failed(textIn(objectIn(properties, "error"), "name"));
    case "permission.replied":
    case "chat.message":
    case "tool.execute.before":
    case "tool.execute.after":
      return { kind: "work" };
    default:
      return { kind: "note" };
  }
}

const failed = (name: string | undefined): { kind: PointKind; reason: string } =>
  name === "MessageAbortedError"
    ? { kind: "cancelled", reason: "cancelled" }
    : { kind: "error", reason: "the turn failed" };

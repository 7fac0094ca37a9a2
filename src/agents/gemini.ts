import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { jsonHooks } from "./install/json-hooks.ts";
import { below } from "./install/paths.ts";
import { eventName, familyPoint } from "./claude-like.ts";
import { objectIn, type Payload, permissionFor, textIn } from "./payload.ts";
import type { Point, PointKind } from "./point.ts";

const KIND_OF: Readonly<Record<string, PointKind>> = {
  BeforeAgent: "work",
  BeforeModel: "work",
  BeforeToolSelection: "work",
  AfterModel: "work",
  BeforeTool: "work",
  AfterAgent: "finish",
};

/** Seen with Gemini CLI 0.61. */
export const gemini: Agent = {
  name: "gemini",
  title: "Gemini CLI",
  programs: PROGRAMS.gemini,
  normalise(payload, event): Point | null {
    const name = eventName(payload, event);
    if (name === undefined) return null;
    if (name === "AfterTool") {
      return familyPoint(
        payload,
        name,
        isCancelled(payload) ? { kind: "cancelled", reason: "cancelled" } : { kind: "work" },
      );
    }
    if (name === "Notification") return notified(payload, name);
    const kind = KIND_OF[name];
    return familyPoint(payload, name, kind === undefined ? undefined : { kind });
  },
  waitingMs: 10 * 60_000,
  installation: jsonHooks({
    agent: "gemini",
    file: below({ directory: ".gemini", file: "settings.json", project: ".gemini" }),
    events: ["SessionStart", "BeforeAgent", "AfterTool", "Notification", "AfterAgent", "SessionEnd"],
  }),
  cannotSee: ["Nothing tells of Esc at a permission prompt: a waiting of ten minutes turns unknown"],
};

function notified(payload: Payload, name: string): Point {
  if (textIn(payload, "notification_type") !== "ToolPermission") return familyPoint(payload, name);
  // The details hold the command itself, and that stands in no event.
  const type = textIn(objectIn(payload, "details"), "type");
  return familyPoint(payload, name, { kind: "permission", reason: permissionFor(type) });
}

/** A tool that its person stopped ends as any other, but for what is shown of it; nothing comes after that. */
const isCancelled = (payload: Payload): boolean =>
  /cancell?ed by user/i.test(textIn(objectIn(payload, "tool_response"), "returnDisplay") ?? "");

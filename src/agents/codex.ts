import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { jsonHooks } from "./install/json-hooks.ts";
import { below } from "./install/paths.ts";
import { eventName, familyPoint } from "./claude-like.ts";
import type { Point } from "./point.ts";

/** Seen with Codex 0.171. */
export const codex: Agent = {
  name: "codex",
  title: "Codex",
  programs: PROGRAMS.codex,
  conversationVariable: "CODEX_THREAD_ID",
  normalise(payload, event): Point | null {
    const name = eventName(payload, event);
    if (name === undefined) return null;
    return familyPoint(payload, name, name === "PreModelRequest" ? { kind: "work" } : undefined);
  },
  installation: jsonHooks({
    agent: "codex",
    file: below({ variable: "CODEX_HOME", directory: ".codex", file: "hooks.json", project: ".codex" }),
    events: [
      "SessionStart",
      "UserPromptSubmit",
      "PostToolUse",
      "PermissionRequest",
      "SubagentStart",
      "SubagentStop",
      "Interrupt",
      "Stop",
      "SessionEnd",
    ],
  }),
  cannotSee: [
    "It runs new hooks only after its person has trusted them there",
    "It tells nothing before the first prompt",
    "Its background server is of no terminal: there what it does is shown as a session of the conversation, and the terminal has it with codex --no-daemon alone",
  ],
};

import type { Agent } from "./agent.ts";
import { PROGRAMS } from "./programs.ts";
import { type JsonHooks, jsonHooks } from "./install/json-hooks.ts";
import { claudePlugin } from "./install/claude-plugin.ts";
import { below } from "./install/paths.ts";
import { eventName, familyPoint } from "./claude-like.ts";
import type { Evidence, Witness } from "./evidence.ts";
import { isObject, oneLine, type Payload, textIn, timeIn } from "./payload.ts";
import type { Point } from "./point.ts";
import type { AgentStatus } from "./status.ts";

const HOOKS: JsonHooks = {
  agent: "claude",
  file: below({
    variable: "CLAUDE_CONFIG_DIR",
    directory: ".claude",
    file: "settings.json",
    project: ".claude",
  }),
  events: [
    "SessionStart",
    "UserPromptSubmit",
    "PostToolUse",
    "PostToolUseFailure",
    "PermissionRequest",
    "Notification",
    "Elicitation",
    "ElicitationResult",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "PostCompact",
    "Stop",
    "StopFailure",
    "SessionEnd",
  ],
};

const WITH_WORKTREES: JsonHooks = {
  ...HOOKS,
  asks: { WorktreeCreate: "worktree-create", WorktreeRemove: "worktree-remove" },
};

/** Seen with Claude Code 2.1.332. */
export const claude: Agent = {
  name: "claude",
  title: "Claude Code",
  programs: PROGRAMS.claude,
  conversationVariable: "CLAUDE_CODE_SESSION_ID",
  normalise(payload, event): Point | null {
    const name = eventName(payload, event);
    return name === undefined ? null : familyPoint(payload, name);
  },
  evidence,
  environmentFile: ({ event }, variables) =>
    event === "SessionStart" ? variables["CLAUDE_ENV_FILE"] || undefined : undefined,
  // The name that its list of conversations shows.
  answer: ({ point, name }) =>
    point.event === "SessionStart" && name !== undefined
      ? { hookSpecificOutput: { hookEventName: "SessionStart", sessionTitle: name } }
      : undefined,
  installation: jsonHooks(HOOKS),
  worktrees: jsonHooks(WITH_WORKTREES),
  plugin: { plain: claudePlugin(HOOKS), worktrees: claudePlugin(WITH_WORKTREES) },
  cannotSee: [
    "No hook fires at Esc, ^C or a No: that comes from ~/.claude/sessions/<pid>.json, which is undocumented",
  ],
};

const STATUS_OF: Readonly<Record<string, AgentStatus>> = {
  busy: "active",
  // A command that its person typed with `!`.
  shell: "active",
  idle: "idle",
  waiting: "waiting",
};

/**
 * What Claude Code keeps of itself in a file by its PID. A file that kill -9 left behind is of another process by its
 * start time, which is a number or text.
 */
function evidence({ pid, start, read, variable }: Witness): Evidence | null {
  const home = variable("CLAUDE_CONFIG_DIR") || `${variable("HOME") ?? ""}/.claude`;
  const text = read(`${home}/sessions/${pid}.json`);
  const kept = text === null ? null : parsed(text);
  if (kept === null || kept["pid"] !== pid || String(kept["procStart"]) !== start) return null;
  const status = STATUS_OF[textIn(kept, "status") ?? ""];
  const at = timeIn(kept, "statusUpdatedAt") ?? timeIn(kept, "updatedAt");
  if (status === undefined || at === undefined) return null;
  const waits = textIn(kept, "waitingFor");
  const reason = status !== "waiting" ? null : waits === undefined ? "an answer" : oneLine(waits);
  return { status, reason, at, source: "~/.claude/sessions" };
}

function parsed(text: string): Payload | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

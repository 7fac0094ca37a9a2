import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./berth.ts";

type Payload = Record<string, unknown>;
export interface Sample {
  readonly event: string | undefined;
  readonly stdin: Payload;
}

/** The recorded payloads of an agent. */
export function samplesOf(agent: string): Sample[] {
  const file = join(root, "test", "agents", "samples", `${agent}.jsonl`);
  return readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map((line) => {
    const value = JSON.parse(line) as Payload & { event?: string; stdin?: Payload };
    return { event: value.event, stdin: value.stdin ?? value };
  });
}

/** One step of a stream: which sample, what of it is other, and what the agent is doing from then on. */
export interface Step {
  readonly name: string;
  /** Chooses among the samples of that name. */
  readonly like?: Payload;
  /** Put over the sample. */
  readonly over?: Payload;
  readonly status: "active" | "waiting" | "idle" | "error" | null;
}

const nameOf = ({ event, stdin }: Sample): string =>
  event ?? String(stdin["type"] ?? stdin["hook"] ?? stdin["hook_event_name"]);

const fits = (payload: Payload, like: Payload = {}): boolean =>
  Object.entries(like).every(([key, value]) =>
    value === undefined ? payload[key] === undefined : Bun.deepEquals(payload[key], value)
  );

/** The payloads of a stream, a second apart, all of one conversation unless the step says otherwise. */
export function payloadsOf(agent: string, steps: readonly Step[]): Sample[] {
  const samples = samplesOf(agent);
  return steps.map(({ name, like, over }, at) => {
    const sample = samples.find((one) => nameOf(one) === name && fits(one.stdin, like));
    if (sample === undefined) throw new Error(`no sample ${name} of ${agent}`);
    const timed = sample.stdin["timestamp"];
    const when = Date.parse("2026-03-01T00:00:00.000Z") + at * 1000;
    const time = timed === undefined
      ? {}
      : { timestamp: typeof timed === "string" ? new Date(when).toISOString() : when };
    const id = ["session_id", "sessionId"].find((key) => key in sample.stdin);
    return {
      event: sample.event,
      stdin: { ...sample.stdin, ...id === undefined ? {} : { [id]: "c-1" }, ...time, ...over },
    };
  });
}

const to = (status: Step["status"], ...names: (string | Omit<Step, "status">)[]): Step[] =>
  names.map((one) => typeof one === "string" ? { name: one, status } : { ...one, status });

const MAIN = { agent_id: undefined };
const SUB = (id: string) => ({ agent_id: id });
const permissionPrompt = { name: "Notification", like: { notification_type: "permission_prompt" } };
const idlePrompt = { name: "Notification", like: { notification_type: "idle_prompt" } };
const openSession = (parent?: string) => ({
  sessionID: parent === undefined ? "ses_1" : "ses_2",
  info: { id: parent === undefined ? "ses_1" : "ses_2", ...parent === undefined ? {} : { parentID: parent } },
});
const bus = (name: string, properties: Payload = {}) => ({
  name,
  over: { properties: { sessionID: "ses_1", ...properties } },
});
const busy = bus("session.status", { status: { type: "busy" } });
const idle = bus("session.idle");

/** What was seen to come, in the order in which it came, and which status is right after each. */
export const STREAMS: Readonly<Record<string, Readonly<Record<string, readonly Step[]>>>> = {
  claude: {
    "prompt, tool, finish": [
      ...to("idle", { name: "SessionStart", like: { source: "startup" } }),
      ...to(
        "active",
        "UserPromptSubmit",
        { name: "PreToolUse", like: MAIN },
        { name: "PostToolUse", like: MAIN },
        { name: "PostToolBatch", like: MAIN },
        "MessageDisplay",
      ),
      ...to("idle", "Stop"),
    ],
    "a permission, granted": [
      ...to("active", "UserPromptSubmit", { name: "PreToolUse", like: MAIN }),
      ...to("waiting", "PermissionRequest", permissionPrompt),
      ...to("active", { name: "PostToolUse", like: MAIN }),
      ...to("idle", "Stop", idlePrompt),
    ],
    "a turn that fails": [
      ...to("active", "UserPromptSubmit"),
      ...to("error", "StopFailure", idlePrompt),
      ...to("active", "UserPromptSubmit"),
    ],
    "/clear and resume": [
      ...to("active", "UserPromptSubmit"),
      ...to("idle", "Stop"),
      ...to("idle", { name: "SessionEnd", like: { reason: "clear" } }, {
        name: "SessionStart",
        like: { source: "clear" },
        over: { session_id: "c-2" },
      }),
      ...to("active", { name: "UserPromptSubmit", over: { session_id: "c-2" } }),
      ...to("active", { name: "SessionStart", like: { source: "compact" }, over: { session_id: "c-2" } }),
      ...to("idle", { name: "SessionStart", like: { source: "resume" }, over: { session_id: "c-3" } }),
    ],
    "a subagent that the turn waits for": [
      ...to(
        "active",
        "UserPromptSubmit",
        { name: "SubagentStart", over: SUB("s1") },
        { name: "PreToolUse", over: SUB("s1") },
        { name: "SubagentStop", over: SUB("s1") },
        { name: "PostToolUse", like: MAIN },
      ),
      ...to("idle", "Stop"),
    ],
    "a subagent that goes on behind the turn": [
      ...to("active", "UserPromptSubmit", { name: "SubagentStart", over: SUB("s1") }, {
        name: "Stop",
        over: { background_tasks: [{ id: "s1", type: "subagent", status: "running" }] },
      }, { name: "PostToolUse", over: SUB("s1") }),
      ...to("idle", { name: "SubagentStop", over: SUB("s1") }),
      ...to("active", {
        name: "UserPromptSubmit",
        over: { prompt: "<task-notification>x</task-notification>" },
      }),
      ...to("idle", "Stop"),
    ],
    "a command that goes on behind the turn": [
      ...to("active", "UserPromptSubmit"),
      ...to("idle", {
        name: "Stop",
        over: { background_tasks: [{ id: "b1", type: "shell", status: "running" }] },
      }),
    ],
    "a subagent that asks": [
      ...to("active", "UserPromptSubmit", { name: "SubagentStart", over: SUB("s1") }),
      ...to("waiting", { name: "PermissionRequest", over: SUB("s1") }),
      ...to("active", { name: "PostToolUse", over: SUB("s1") }, { name: "SubagentStop", over: SUB("s1") }),
      ...to("idle", "Stop"),
    ],
    "exit": [
      ...to("active", "UserPromptSubmit"),
      ...to("idle", "Stop"),
      ...to(null, { name: "SessionEnd", like: { reason: "other" } }),
    ],
  },
  codex: {
    "prompt, tool, finish": [
      ...to("idle", { name: "SessionStart", like: { source: "startup" } }),
      ...to(
        "active",
        { name: "UserPromptSubmit", like: MAIN },
        { name: "PreModelRequest", like: MAIN },
        { name: "PreToolUse", like: MAIN },
        { name: "PostToolUse", like: MAIN },
        { name: "PreModelRequest", like: MAIN },
      ),
      ...to("idle", "Stop"),
    ],
    "a permission, granted": [
      ...to("active", { name: "UserPromptSubmit", like: MAIN }),
      ...to("waiting", "PermissionRequest"),
      ...to("active", { name: "PostToolUse", like: MAIN }),
      ...to("idle", "Stop"),
    ],
    "Esc at a permission, in a tool and in the stream": [
      ...to("active", { name: "UserPromptSubmit", like: MAIN }),
      ...to("waiting", "PermissionRequest"),
      ...to("idle", "Interrupt"),
      ...to("active", { name: "UserPromptSubmit", like: MAIN }, { name: "PreToolUse", like: MAIN }),
      ...to("idle", "Interrupt"),
    ],
    "a subagent": [
      ...to(
        "active",
        { name: "UserPromptSubmit", like: MAIN },
        "SubagentStart",
        { name: "UserPromptSubmit", like: { agent_type: "default" } },
        { name: "PreToolUse", like: { agent_type: "default" } },
        "SubagentStop",
      ),
      ...to("idle", "Stop"),
    ],
    "exit": [
      ...to("idle", { name: "SessionStart", like: { source: "resume" } }),
      ...to(null, "SessionEnd", "SessionEnd"),
    ],
  },
  gemini: {
    "prompt, tool, finish": [
      ...to("idle", { name: "SessionStart", like: { source: "startup" } }),
      ...to(
        "active",
        "BeforeAgent",
        "PreCompress",
        "BeforeModel",
        "BeforeToolSelection",
        "AfterModel",
        "BeforeTool",
        { name: "AfterTool", over: { tool_response: { returnDisplay: "done" } } },
      ),
      ...to("idle", "AfterAgent"),
    ],
    "a permission, granted": [
      ...to("active", "BeforeAgent", "BeforeTool"),
      ...to("waiting", "Notification"),
      ...to("active", { name: "AfterTool", over: { tool_response: { returnDisplay: "done" } } }),
      ...to("idle", "AfterAgent"),
    ],
    "Esc in a tool": [...to("active", "BeforeAgent", "BeforeTool"), ...to("idle", "AfterTool")],
    "/clear and exit": [
      ...to("active", "BeforeAgent"),
      ...to("idle", "AfterAgent", { name: "SessionEnd", like: { reason: "clear" } }, {
        name: "SessionStart",
        like: { source: "clear" },
        over: { session_id: "c-2" },
      }),
      ...to(null, { name: "SessionEnd", like: { reason: "exit" } }, {
        name: "SessionEnd",
        like: { reason: "exit" },
      }, { name: "SessionEnd", like: { reason: "exit" } }),
    ],
  },
  copilot: {
    "prompt, tool, finish": [
      ...to("idle", "sessionStart"),
      ...to("active", "userPromptSubmitted", "preToolUse", "permissionRequest", "postToolUse"),
      ...to("idle", "agentStop"),
    ],
    "a permission, granted": [
      ...to("active", "userPromptSubmitted", "preToolUse", "permissionRequest"),
      ...to("waiting", "notification"),
      ...to("active", "postToolUse"),
      ...to("idle", "agentStop"),
    ],
    "a subagent with a conversation of its own": [
      ...to("active", "userPromptSubmitted", { name: "subagentStart", over: { agentId: "c-9" } }, {
        name: "preToolUse",
        over: { sessionId: "c-9" },
      }, { name: "subagentStop", over: { agentId: "c-9" } }),
      ...to("idle", "agentStop"),
    ],
    "exit": [
      ...to("active", "userPromptSubmitted"),
      ...to("idle", "agentStop"),
      ...to(null, { name: "sessionEnd", like: { reason: "user_exit" } }),
    ],
  },
  qwen: {
    "prompt, tool, finish": [
      ...to("idle", "SessionStart"),
      ...to(
        "active",
        "UserPromptSubmit",
        "PreToolUse",
        { name: "PostToolUse", like: MAIN },
        "UserPromptSubmit",
      ),
      ...to("idle", "Stop", idlePrompt),
    ],
    "a permission, granted": [
      ...to("active", "UserPromptSubmit"),
      ...to("waiting", "PermissionRequest", permissionPrompt),
      ...to("active", "PreToolUse", { name: "PostToolUse", like: MAIN }),
      ...to("idle", "Stop", idlePrompt),
    ],
    "Esc at a permission": [
      ...to("active", "UserPromptSubmit"),
      ...to("waiting", "PermissionRequest", permissionPrompt),
      ...to("idle", { name: "PostToolBatch", like: MAIN }, idlePrompt),
    ],
    "Esc in a tool": [
      ...to("active", "UserPromptSubmit", "PreToolUse"),
      ...to("idle", "PostToolUseFailure", idlePrompt),
    ],
    "Esc in the stream": [...to("active", "UserPromptSubmit"), ...to("idle", idlePrompt)],
    "a subagent": [
      ...to("active", "UserPromptSubmit", { name: "SubagentStart", over: SUB("s1") }, {
        name: "PostToolUse",
        over: SUB("s1"),
      }, { name: "SubagentStop", over: SUB("s1") }),
      ...to("idle", "Stop"),
    ],
    "exit": [...to("idle", "SessionStart"), ...to(null, "SessionEnd")],
  },
  kimi: {
    "prompt, tool, finish": [
      ...to("idle", "SessionStart"),
      ...to("active", "UserPromptSubmit", "PreToolUse", "PostToolUse"),
      ...to("idle", "Stop"),
    ],
    "a permission, granted and refused": [
      ...to("active", "UserPromptSubmit"),
      ...to("waiting", "PermissionRequest"),
      ...to("active", "PermissionResult"),
      ...to("waiting", "PermissionRequest"),
      ...to("active", { name: "PermissionResult", over: { decision: "rejected" } }),
      ...to("idle", "Stop"),
    ],
    "Esc in a tool": [...to("active", "UserPromptSubmit", "PreToolUse"), ...to("idle", "Interrupt")],
    "a subagent": [
      ...to("active", "UserPromptSubmit", "SubagentStart", "SubagentStop"),
      ...to("idle", "Stop"),
    ],
    "exit": [...to("idle", "SessionStart"), ...to(null, "SessionEnd")],
  },
  opencode: {
    "prompt, tool, finish": [
      ...to("idle", { name: "session.created", over: { properties: openSession() } }),
      ...to(
        "active",
        "chat.message",
        "message.updated",
        "session.updated",
        busy,
        "tool.execute.before",
        "shell.env",
        "tool.execute.after",
      ),
      ...to("idle", bus("session.status", { status: { type: "idle" } }), idle),
    ],
    "a permission, granted and refused": [
      ...to("active", busy),
      ...to("waiting", bus("permission.asked", { permission: "bash" })),
      ...to("active", bus("permission.replied")),
      ...to("waiting", bus("permission.asked", { permission: "bash" })),
      ...to("active", bus("permission.replied", { reply: "reject" })),
      ...to("idle", idle),
    ],
    "Esc": [...to("active", busy), ...to("idle", "session.error", idle)],
    "a turn that fails": [
      ...to("active", busy),
      ...to("error", bus("session.error", { error: { name: "APIError" } }), idle),
      ...to("active", busy),
    ],
    "a subagent": [
      ...to("idle", { name: "session.created", over: { properties: openSession() } }),
      ...to(
        "active",
        busy,
        { name: "session.created", over: { properties: openSession("ses_1") } },
        bus("session.status", { sessionID: "ses_2", status: { type: "busy" } }),
      ),
      ...to("waiting", bus("permission.asked", { sessionID: "ses_2" })),
      ...to(
        "active",
        bus("permission.replied", { sessionID: "ses_2" }),
        bus("session.idle", { sessionID: "ses_2" }),
      ),
      ...to("idle", idle),
    ],
  },
};

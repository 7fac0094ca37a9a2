import type { Agent } from "./agent.ts";

/** Every agent that is known. A new one is a file, a line here, and its samples in `test/agents/samples`. */
export const AGENTS: Readonly<Record<string, () => Promise<Agent>>> = {
  claude: async () => (await import("./claude.ts")).claude,
  codex: async () => (await import("./codex.ts")).codex,
  opencode: async () => (await import("./opencode.ts")).opencode,
  kilo: async () => (await import("./kilo.ts")).kilo,
  gemini: async () => (await import("./gemini.ts")).gemini,
  copilot: async () => (await import("./copilot.ts")).copilot,
  qwen: async () => (await import("./qwen.ts")).qwen,
  kimi: async () => (await import("./kimi.ts")).kimi,
};

export const AGENT_NAMES: readonly string[] = Object.keys(AGENTS);

/** The agent of that name, null where there is none. */
export const loadAgent = async (name: string): Promise<Agent | null> =>
  Object.hasOwn(AGENTS, name) ? await AGENTS[name]?.() ?? null : null;

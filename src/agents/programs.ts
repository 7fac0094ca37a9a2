/** What the program of each agent is called, and the package of one that an interpreter runs. */
export const PROGRAMS = {
  claude: ["claude", "@anthropic-ai/claude-code"],
  codex: ["codex", "@openai/codex"],
  opencode: ["opencode", "opencode-ai"],
  kilo: ["kilo", "@kilocode/cli"],
  gemini: ["gemini", "@google/gemini-cli"],
  copilot: ["copilot", "@github/copilot"],
  qwen: ["qwen", "@qwen-code/qwen-code"],
  kimi: ["kimi", "@moonshot-ai/kimi-code"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What runs agents that are scripts; Node calls its first thread by another name. */
const INTERPRETERS: readonly string[] = ["node", "MainThread", "bun"];

/** Names of processes that may be agents; of the others none is. */
export const MAY_BE_AGENTS: ReadonlySet<string> = new Set([
  ...INTERPRETERS,
  ...Object.values(PROGRAMS).flat(),
]);

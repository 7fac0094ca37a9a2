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

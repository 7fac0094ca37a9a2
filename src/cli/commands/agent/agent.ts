import { fail } from "../../../errors/errors.ts";
import { type Command, type Context, type Input } from "../../command.ts";

type Action = (context: Context, input: Input, words: readonly string[]) => Promise<number | void>;

/** What `berth agent` does, each loaded when it is asked for. */
export const ACTIONS: Readonly<Record<string, () => Promise<Action>>> = {
  hook: async () => (await import("./hook.ts")).hook,
  install: async () => (await import("./installing.ts")).install,
  uninstall: async () => (await import("./installing.ts")).uninstall,
  "worktree-create": async () => (await import("./worktree.ts")).create,
  "worktree-remove": async () => (await import("./worktree.ts")).remove,
  status: async () => (await import("./installing.ts")).status,
};

export const agent: Command = {
  usage: "agent <action> [...agents]",
  about: "Let coding agents tell what they are doing, and know their session",
  details: [
    "install AGENT...    put our hooks into the agent's configuration; what else is in it stays as it is",
    "uninstall AGENT...  take them out again, to the byte where nobody has edited the file since",
    "status [AGENT...]   which agents have them, and what cannot be seen in each",
    "hook AGENT [EVENT]  what an agent calls at each event, with the event as JSON on standard input",
    "worktree-create     for Claude Code's WorktreeCreate: berth new --or-existing, its path as the last line",
    "worktree-remove     for its WorktreeRemove: never by force",
    "Agents: claude, codex, opencode, kilo, gemini, copilot, qwen, kimi.",
  ],
  options: [
    { flag: "-n, --dry-run", about: "Only say what would change" },
    { flag: "--worktrees", about: "Install the hooks for worktrees as well (Claude Code)" },
    { flag: "--plugin", about: "As a plugin, with berth mcp, and not in the settings (Claude Code)" },
    { flag: "--project", about: "The configuration of the project here, and not that of the user" },
  ],
  examples: [
    "berth agent install claude codex",
    "berth agent install claude --worktrees",
    "berth agent install claude --plugin",
    "berth agent status",
    "berth agent uninstall claude",
  ],
  async run(context, input) {
    const [action = "", ...words] = input.args;
    if (!Object.hasOwn(ACTIONS, action)) {
      throw fail("unknown_agent_action", { given: action, known: Object.keys(ACTIONS) });
    }
    return await (await ACTIONS[action]?.())?.(context, input, words);
  },
};

import { Exit, kind } from "./kind.ts";
import { nearest, quote } from "./quote.ts";

/** Failures of `berth agent`. */
export const agentsErrors = () => ({
  unknown_agent_action: kind(
    Exit.usage,
    (d: { given: string; known: readonly string[] }) =>
      `Unknown action ${quote(d.given)} for "berth agent", one of ${d.known.join(", ")} wanted`,
    () => `Type "berth help agent"`,
    { given: "instal", known: ["hook", "install", "uninstall", "status"] },
  ),
  unknown_agent: kind(
    Exit.usage,
    (d: { given: string; near?: string | undefined; known: readonly string[] }) =>
      `No agent ${quote(d.given)} is known; there are ${d.known.join(", ")}`,
    (d) => nearest(d.near, `Type "berth agent status" to see them`),
    { given: "cluade", near: "claude", known: ["claude", "codex", "opencode"] },
  ),
  bad_payload: kind(
    Exit.usage,
    (d: { action: string; member: string }) =>
      `Cannot do ${quote(d.action)}: no JSON object with ${quote(d.member)} is on standard input`,
    () => `Let the agent's hook call it; see "berth help agent"`,
    { action: "worktree-create", member: "name" },
  ),
  agents_wanted: kind(
    Exit.usage,
    (d: { known: readonly string[] }) => `Missing agent, one or more of ${d.known.join(", ")} wanted`,
    () => `Type "berth agent install AGENT"`,
    { known: ["claude", "codex", "opencode"] },
  ),
  agent_no_project: kind(
    Exit.usage,
    (d: { agent: string }) => `Cannot use --project: ${d.agent} has no hooks of a project's own`,
    () => `Leave out "--project"`,
    { agent: "Kimi Code" },
  ),
  agent_no_worktrees: kind(
    Exit.usage,
    (d: { agent: string }) => `Cannot use --worktrees: ${d.agent} asks nobody for its worktrees`,
    () => `Leave out "--worktrees"`,
    { agent: "Codex" },
  ),
  agent_no_plugin: kind(
    Exit.usage,
    (d: { agent: string }) => `Cannot use --plugin: ${d.agent} has its hooks in its configuration alone`,
    () => `Leave out "--plugin"`,
    { agent: "Codex" },
  ),
  agent_file_refused: kind(
    Exit.refused,
    (d: { file: string; why: string }) => `Cannot change ${d.file}: ${d.why}`,
    () => `Let it be a file of yours that you may write, then type it again`,
    { file: `"/home/user/.claude/settings.json"`, why: "it is read-only" },
  ),
  agent_file_unfit: kind(
    Exit.data,
    (d: { file: string; why: string }) => `Cannot change ${d.file}: ${d.why}`,
    () => `Put it right in an editor, then type it again; nothing was changed`,
    { file: `"/home/user/.claude/settings.json"`, why: "it is no whole JSON document" },
  ),
});

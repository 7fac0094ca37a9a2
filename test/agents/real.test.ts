/** Claude Code itself, in a real tmux, without a network: needs root, and `BERTH_AGENTS` with its program in it. */
import { expect, test } from "bun:test";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, until } from "../support/berth.ts";
import { PORT, RealAgent } from "../support/real-agent.ts";

async function openClaude(settings: object): Promise<RealAgent> {
  const agent = await new RealAgent("claude", {
    IS_SANDBOX: "1",
    ANTHROPIC_API_KEY: "dummy",
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${PORT}`,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_AUTOUPDATER: "1",
  }).open();
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, allowedTools: [] };
  // It asks nothing at the first start, and talks to nobody but our model.
  agent.put(
    ".claude.json",
    JSON.stringify({
      hasCompletedOnboarding: true,
      lastOnboardingVersion: "99.0.0",
      theme: "dark",
      autoUpdates: false,
      customApiKeyResponses: { approved: ["dummy"], rejected: [] },
      projects: { [agent.project]: trusted },
    }),
  );
  agent.put(".claude/settings.json", JSON.stringify(settings, null, 2));
  return agent;
}

test("Claude Code: at work, waiting for a permission, stopped by Esc, done, and gone", async () => {
  await using agent = await openClaude({ permissions: { allow: ["Bash(sleep:*)"] } });
  expect((await agent.inside(berth, "agent", "install", "claude")).status).toBe(0);
  await agent.start("claude --permission-mode default");
  await agent.becomes("idle");
  await Bun.sleep(1000);
  await agent.say("DO: run sleep 2");
  await agent.becomes("active");
  await agent.becomes("idle");
  await agent.say("DO: run touch x");
  // What it keeps of itself tells first that it waits, the hook at once what for; and so it stays.
  await agent.becomes("waiting", "permission for Bash");
  // Longer than until it reminds.
  for (const end = Date.now() + 8000; Date.now() < end; await Bun.sleep(500)) {
    expect((await agent.rows())[0]).toMatchObject({ status: "waiting", reason: "permission for Bash" });
  }
  // No hook fires.
  await agent.pressUntil("Escape", "idle");
  await agent.say("DO: slow 60");
  await agent.becomes("active");
  await agent.shows(/tick 3/);
  const { pid } = await agent.pressUntil("Escape", "idle");
  // Its own list is made from the same files: where they are missing, that list is empty.
  expect((await agent.inside("claude", "agents", "--json")).stdout).toContain(`"pid": ${pid}`);
  const sessions = join(agent.home, ".claude", "sessions");
  renameSync(sessions, `${sessions}.away`);
  expect(JSON.parse((await agent.inside("claude", "agents", "--json")).stdout)).toEqual([]);
  renameSync(`${sessions}.away`, sessions);
  process.kill(pid, "SIGKILL");
  await until("it to be gone", async () => (await agent.rows()).length === 0 || undefined);
}, 300_000);

test("Claude Code: berth as its plugin, and its worktrees", async () => {
  await using agent = await openClaude({});
  const git = async (...args: string[]) =>
    expect((await agent.inside("git", "-c", "user.name=a", "-c", "user.email=a@b.invalid", ...args)).status)
      .toBe(0);
  await git("init", "-q");
  await git("commit", "-q", "--allow-empty", "-m", "first");
  await agent.inside(berth, "agent", "install", "claude", "--plugin", "--worktrees");
  const plugin = join(agent.home, ".claude/skills/berth");
  const valid = await agent.inside("claude", "plugin", "validate", "--strict", plugin);
  expect([valid.stdout, valid.status]).toEqual([expect.stringContaining("Validation passed"), 0]);
  await agent.start("claude --worktree my_feature --permission-mode default");
  await agent.becomes("idle");
  const worktree = async (): Promise<string | undefined> =>
    JSON.parse((await agent.inside(berth, "list", "--json")).stdout).sessions
      .flatMap(({ worktree }: { worktree: string | null }) => worktree ?? [])[0];
  const path = await worktree() ?? "";
  // The plugin's own server stands there too.
  await until("berth mcp", async () => {
    const { stdout } = await agent.inside("sh", "-c", "ls -l /proc/[0-9]*/cwd 2>/dev/null");
    return stdout.split(path).length > 2 || undefined;
  }, 60_000);
  /** It ends, asks what is to become of the worktree, and is told to remove it. */
  const leave = async () => {
    await agent.say("/exit");
    await agent.shows(/2\. Remove worktree/);
    await Bun.sleep(500);
    await agent.press("2");
    await agent.shows(/Pane is dead/);
  };
  writeFileSync(join(path, "precious"), "work");
  await leave();
  expect(existsSync(join(path, "precious"))).toBe(true);
  await agent.inside("rm", join(path, "precious"));
  await agent.tmux("kill-server");
  await agent.start("claude --worktree my_feature --permission-mode default");
  await agent.becomes("idle");
  await leave();
  expect([existsSync(path), await worktree()]).toEqual([false, undefined]);
}, 300_000);

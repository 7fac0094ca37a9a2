/** Other agents than Claude Code, on a real screen, without a network: needs root, and `BERTH_AGENTS` with their programs. */
import { expect, test } from "bun:test";
import { berth, until } from "../support/berth.ts";
import { PORT, RealAgent } from "../support/real-agent.ts";

const MODEL = `http://127.0.0.1:${PORT}`;

/** At work, done, and waiting for a permission; what it may do it does without asking. */
async function throughATurn(agent: RealAgent, reason: string): Promise<void> {
  await agent.say("DO: run sleep 3");
  await agent.becomes("active");
  await agent.becomes("idle");
  await agent.say("DO: run touch x");
  await agent.becomes("waiting", reason);
}

/** What streams is stopped by Esc. */
async function stopped(agent: RealAgent): Promise<void> {
  await agent.say("DO: slow 60");
  await agent.shows(/tick 3/);
  await agent.becomes("active");
  await agent.pressUntil("Escape", "idle");
}

/** At the next look nothing of it is left. */
async function killed(agent: RealAgent, pid?: number): Promise<void> {
  const gone = pid ?? (await agent.rows())[0]?.pid ?? NaN;
  process.kill(gone, "SIGKILL");
  await until(
    "it to be gone",
    async () => (await agent.rows()).every((row) => row.pid !== gone) || undefined,
  );
}

const CODEX_CONFIG = (project: string) =>
  `model = "fake-model"
model_provider = "fake"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[otel]
exporter = "none"
[model_providers.fake]
name = "Fake"
base_url = "${MODEL}/v1"
wire_api = "responses"
env_key = "FAKE_KEY"
supports_websockets = false
[projects."${project}"]
trust_level = "trusted"
[tui]
screen_reader_detection_done = true
`;

async function openCodex(): Promise<RealAgent> {
  const agent = await new RealAgent("codex", { FAKE_KEY: "dummy" }).open();
  agent.put(".codex/config.toml", CODEX_CONFIG(agent.project));
  expect((await agent.inside(berth, "agent", "install", "codex")).status).toBe(0);
  return agent;
}

/** New hooks are run only when their person has trusted them. */
async function trustHooks(agent: RealAgent): Promise<void> {
  await agent.shows(/Trust all and continue/);
  await agent.press("2");
  await agent.shows(/› 2\. Trust all/);
  await agent.press("Enter");
  await agent.shows(/Ask Codex/);
}

test("Codex without its server: its states are the terminal's", async () => {
  await using agent = await openCodex();
  await agent.start("codex --no-daemon -a on-request -s read-only");
  await trustHooks(agent);
  await agent.say("DO: say hello");
  await agent.becomes("idle");
  await agent.say("DO: run touch x");
  await agent.becomes("waiting", "permission for Bash");
  await agent.press("Escape");
  await agent.becomes("idle", "cancelled");
  await stopped(agent);
  await killed(agent);
}, 300_000);

test("Codex with its server: what it does is not the terminal's", async () => {
  await using agent = await openCodex();
  await agent.start("codex -a on-request -s read-only");
  await trustHooks(agent);
  await agent.say("DO: run touch x");
  const { pid } = await agent.becomes("waiting", "permission for Bash");
  expect((await agent.rows()).map(({ status }) => status).sort()).toEqual(["unknown", "waiting"]);
  await agent.press("Escape");
  await agent.becomes("idle", "cancelled");
  await killed(agent, pid);
}, 300_000);

test("OpenCode: its states, Esc at a permission and in the stream", async () => {
  await using agent = await new RealAgent("opencode", {
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    DO_NOT_TRACK: "1",
  }).open();
  const config = ".config/opencode";
  const model = { name: "Fake", tool_call: true, limit: { context: 100_000, output: 4000 } };
  const options = { baseURL: `${MODEL}/v1`, apiKey: "dummy" };
  agent.put(
    `${config}/opencode.json`,
    JSON.stringify({
      autoupdate: false,
      share: "disabled",
      model: "fake/fake-model",
      small_model: "fake/fake-model",
      provider: {
        fake: { npm: "@ai-sdk/openai-compatible", name: "Fake", options, models: { "fake-model": model } },
      },
      enabled_providers: ["fake"],
      permission: { bash: { "*": "allow", "touch *": "ask" } },
    }),
  );
  // Before it loads a plugin it installs what plugins may import, unless this says that it is there. Without a network
  // npm tries again for minutes, with an empty screen.
  const { stdout } = await agent.inside("opencode", "--version");
  const dependencies = { "@opencode-ai/plugin": stdout.trim() };
  agent.put(`${config}/package.json`, JSON.stringify({ dependencies }));
  agent.put(
    `${config}/package-lock.json`,
    JSON.stringify({ lockfileVersion: 3, packages: { "": { dependencies } } }),
  );
  agent.put(`${config}/node_modules/.keep`, "");
  expect((await agent.inside(berth, "agent", "install", "opencode")).status).toBe(0);
  await agent.start("opencode");
  await agent.shows(/Ask anything/);
  await throughATurn(agent, "permission for bash");
  await agent.pressUntil("Escape", "idle");
  await stopped(agent);
  await killed(agent);
}, 300_000);

test("Gemini CLI: its states, Esc in the stream", async () => {
  await using agent = await new RealAgent("gemini", {
    GEMINI_API_KEY: "dummy",
    GOOGLE_GEMINI_BASE_URL: MODEL,
    GEMINI_TELEMETRY_ENABLED: "false",
  }).open();
  agent.put(
    ".gemini/settings.json",
    JSON.stringify({
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
      model: { name: "gemini-2.5-pro" },
      hooksConfig: { enabled: true },
      ui: { theme: "Default", hideTips: true },
    }),
  );
  expect((await agent.inside(berth, "agent", "install", "gemini")).status).toBe(0);
  await agent.start("gemini");
  await agent.shows(/Type your message/);
  // Nothing is allowed beforehand.
  await agent.say("DO: run sleep 3");
  await agent.becomes("waiting", "permission for exec");
  await agent.shows(/● 1\. Allow once/);
  await Bun.sleep(1000);
  await agent.press("Enter");
  // What it may do is told when it is done; that it may, by nothing.
  await agent.becomes("idle");
  await stopped(agent);
  await killed(agent);
}, 300_000);

test("Copilot CLI: its states, Esc at a permission and in the stream", async () => {
  await using agent = await new RealAgent("copilot", {
    COPILOT_OFFLINE: "true",
    COPILOT_PROVIDER_BASE_URL: `${MODEL}/v1`,
    COPILOT_PROVIDER_API_KEY: "dummy",
    COPILOT_MODEL: "gpt-5.1",
    COPILOT_AUTO_UPDATE: "false",
  }).open();
  agent.put(".copilot/config.json", JSON.stringify({ trustedFolders: [agent.project] }));
  expect((await agent.inside(berth, "agent", "install", "copilot")).status).toBe(0);
  await agent.start("copilot --allow-tool 'shell(sleep:*)'");
  await agent.shows(/Manual Approval/);
  await throughATurn(agent, "permission for shell");
  await agent.pressUntil("Escape", "idle");
  await stopped(agent);
  await killed(agent);
}, 300_000);

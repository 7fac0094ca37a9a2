/** Claude Code itself, in a real tmux, without a network: needs root, and `BERTH_AGENTS` with its program in it. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, root, run, scratch, until } from "../support/berth.ts";

const agents = process.env["BERTH_AGENTS"];
if (agents === undefined) throw new Error("BERTH_AGENTS names no directory with agents");

const home = scratch("berth-real-");
const project = join(home, "p");
const PORT = "8177";
mkdirSync(project);
mkdirSync(join(home, ".claude"));
mkdirSync(join(home, "bin"));
// It asks nothing at the first start, and talks to nobody but our model.
writeFileSync(
  join(home, ".claude.json"),
  JSON.stringify({
    hasCompletedOnboarding: true,
    lastOnboardingVersion: "99.0.0",
    theme: "dark",
    autoUpdates: false,
    customApiKeyResponses: { approved: ["dummy"], rejected: [] },
    projects: {
      [project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, allowedTools: [] },
    },
  }),
);
writeFileSync(
  join(home, ".claude", "settings.json"),
  `{\n  // ours\n  "permissions": { "allow": ["Bash(sleep:*)"] }\n}\n`.replace("  // ours\n", ""),
);
const env = {
  HOME: home,
  PATH: `${agents}:${process.env["PATH"] ?? ""}`,
  BERTH_HOME: join(home, "store"),
  TMUX_TMPDIR: home,
  IS_SANDBOX: "1",
  TERM: "xterm-256color",
  ANTHROPIC_API_KEY: "dummy",
  ANTHROPIC_BASE_URL: `http://127.0.0.1:${PORT}`,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  DISABLE_AUTOUPDATER: "1",
};

/** A namespace with loopback and the model in it, and nothing else. */
const model = Bun.spawn(
  [
    "unshare",
    "-n",
    "sh",
    "-c",
    `ip link set lo up; exec ${process.execPath} ${root}/test/support/fake-model.ts ${PORT}`,
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
for await (const chunk of model.stdout) if (new TextDecoder().decode(chunk).includes("listening")) break;
const inside = (...command: string[]) =>
  run(["nsenter", "-t", String(model.pid), "-n", "--", ...command], { env, cwd: project });
const tmux = (...args: string[]) => inside("tmux", "-L", "real", "-f", "/dev/null", ...args);

afterAll(async () => {
  await tmux("kill-server");
  model.kill();
});

interface Row {
  readonly status: string;
  readonly reason: string | null;
  readonly pid: number;
}
const rows = async (): Promise<Row[]> =>
  JSON.parse((await inside(berth, "list", "--json")).stdout).sessions.flatMap((
    { agents }: { agents: Row[] },
  ) => agents);
const becomes = (status: string, limit = 5000) =>
  until(`the agent to be ${status}`, async () => (await rows()).find((row) => row.status === status), limit);
async function type(text: string): Promise<void> {
  await tmux("send-keys", "-t", "m", "-l", text);
  // What comes at once it takes for a paste.
  await Bun.sleep(600);
  await tmux("send-keys", "-t", "m", "Enter");
}

test("Claude Code: at work, waiting for a permission, stopped by Esc, done, and gone", async () => {
  expect((await inside(berth, "agent", "install", "claude")).status).toBe(0);
  await tmux(
    "new-session",
    "-d",
    "-s",
    "m",
    "-x",
    "150",
    "-y",
    "40",
    "-c",
    project,
    "sh",
    "-c",
    "exec claude --permission-mode default",
  );
  await becomes("idle", 30_000);
  await Bun.sleep(1000);
  await type("DO: run sleep 2");
  await becomes("active");
  await becomes("idle", 15_000);
  await type("DO: run touch x");
  await becomes("waiting", 15_000);
  // What it keeps of itself tells first that it waits, the hook at once what for; and so it stays.
  await until("what for", async () => (await rows())[0]?.reason === "permission for Bash" || undefined, 2000);
  // Longer than until it reminds.
  for (const end = Date.now() + 8000; Date.now() < end; await Bun.sleep(500)) {
    expect((await rows())[0]).toMatchObject({ status: "waiting", reason: "permission for Bash" });
  }
  await tmux("send-keys", "-t", "m", "Escape");
  // No hook fires.
  await becomes("idle", 2000);
  await type("DO: slow 20");
  await becomes("active");
  await Bun.sleep(1000);
  await tmux("send-keys", "-t", "m", "Escape");
  const { pid } = await becomes("idle", 2000);
  // Its own list is made from the same files: where they are missing, that list is empty.
  expect((await inside("claude", "agents", "--json")).stdout).toContain(`"pid": ${pid}`);
  const sessions = join(home, ".claude", "sessions");
  renameSync(sessions, `${sessions}.away`);
  expect(JSON.parse((await inside("claude", "agents", "--json")).stdout)).toEqual([]);
  renameSync(`${sessions}.away`, sessions);
  process.kill(pid, "SIGKILL");
  await until("it to be gone", async () => (await rows()).length === 0 ? true : undefined, 2000);
}, 120_000);

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BerthEvent } from "../../src/events/event.ts";
import { claude } from "../../src/agents/claude.ts";
import { judge } from "../../src/agents/judge.ts";
import { NO_COURSE, step } from "../../src/agents/status.ts";
import { copilot } from "../../src/agents/copilot.ts";
import { Raw } from "../support/mcp.ts";
import { berth, cleanEnv, run, scratch, until } from "../support/berth.ts";

const base = scratch("berth-evidence-");
let count = 0;

/** A person whose "Claude Code" is a script of ours: it calls the hook, and writes the file that the real one writes. */
function person() {
  const home = join(base, `home-${count++}`);
  mkdirSync(join(home, ".claude", "sessions"), { recursive: true });
  if (!existsSync(join(base, "claude"))) symlinkSync("/bin/bash", join(base, "claude"));
  const env = { HOME: home, BERTH_HOME: join(home, "store") };
  const script = join(home, "claude.sh");
  writeFileSync(
    script,
    `
set -e
say() { printf '{"pid":%s,"procStart":"%s","status":"%s","waitingFor":"Bash","statusUpdatedAt":%s}' $$ "\${2:-$start}" "$1" "$(date +%s%3N)" > ~/.claude/sessions/$$.json; }
hook() { printf '{"session_id":"c-1","hook_event_name":"%s"}' "$1" | ${berth} agent hook claude; }
start=$(cut -d' ' -f22 /proc/$$/stat)
hook UserPromptSubmit
say busy
while ! [ -e ~/go ]; do sleep 0.05; done
say "$(cat ~/go)" "$FORGED"
sleep 60
`,
  );
  return {
    home,
    env,
    script,
    call: (...args: string[]) => run([berth, ...args], { env, cwd: home }),
    events: async (): Promise<BerthEvent[]> =>
      (await run([berth, "events", "--json", "--type", "status"], { env })).stdout.split("\n").filter((
        line,
      ) => line !== "").map((line) => JSON.parse(line)),
  };
}

function started(command: readonly string[], env: Record<string, string>, home: string) {
  return Bun.spawn([...command], {
    env: { ...cleanEnv(home), ...env },
    cwd: home,
    stdio: ["ignore", "ignore", "ignore"],
  });
}

const ofAgent = (events: readonly BerthEvent[]) =>
  events.filter(({ data }) => data["agent"] === "claude").map(({ data }) => [data["to"], data["by"]]);

describe("what an agent says of itself", () => {
  test("no event tells of Esc: its file does, and who waits is woken", async () => {
    const { call, env, home, script, events } = person();
    const child = started([join(base, "claude"), script], { ...env, BERTH_SESSION: "here" }, home);
    const status = async () =>
      JSON.parse((await call("status", "here", "--json")).stdout || "{}").agents?.[0];
    await until("the agent at work", async () => (await status())?.status === "active" ? true : undefined);
    const waiting = call("wait", "here", "--until", "idle", "--timeout", "20");
    writeFileSync(join(home, "go"), "idle");
    expect((await waiting).status).toBe(0);
    expect(await status()).toMatchObject({ status: "idle", evidence: { source: "~/.claude/sessions" } });
    // Told once, by whoever saw it first.
    expect(ofAgent(await events())).toEqual([["active", "hook UserPromptSubmit"], [
      "idle",
      "~/.claude/sessions",
    ]]);
    child.kill("SIGKILL");
    await child.exited;
    expect(await status()).toBeUndefined();
  }, 40_000);

  test("the supervisor of a run tells it, though nobody asks", async () => {
    const { env, home, script, events } = person();
    const child = started(
      [berth, "new", "one", "--no-worktree", "--", join(base, "claude"), script],
      env,
      home,
    );
    await until("the agent at work", async () => ofAgent(await events()).length === 1 ? true : undefined);
    writeFileSync(join(home, "go"), "waiting");
    await until("its word", async () => ofAgent(await events()).length === 2 ? true : undefined);
    expect(ofAgent(await events())[1]).toEqual(["waiting", "~/.claude/sessions"]);
    child.kill("SIGTERM");
    await child.exited;
  }, 40_000);

  test("a file of an earlier process with that PID says nothing", async () => {
    const { call, env, home, script } = person();
    const child = started(
      [join(base, "claude"), script],
      { ...env, BERTH_SESSION: "here", FORGED: "1" },
      home,
    );
    const row = async () => JSON.parse((await call("status", "here", "--json")).stdout || "{}").agents?.[0];
    await until("the agent at work", async () => (await row())?.status === "active" ? true : undefined);
    writeFileSync(join(home, "go"), "idle");
    await Bun.sleep(500);
    expect(await row()).toMatchObject({ status: "active", evidence: { source: "hook UserPromptSubmit" } });
    child.kill("SIGKILL");
    await child.exited;
  }, 40_000);
});

describe("an agent that no event ever told of", () => {
  test("is listed by its process and its own word; without that it is unknown", async () => {
    const { call, env, home } = person();
    const script = join(home, "silent.sh");
    writeFileSync(
      script,
      `while ! [ -e ~/go ]; do sleep 0.05; done
start=$(cut -d' ' -f22 /proc/$$/stat)
printf '{"pid":%s,"procStart":"%s","status":"waiting","waitingFor":"a plan","statusUpdatedAt":%s}' $$ "$start" "$(date +%s%3N)" > ~/.claude/sessions/$$.json
sleep 60
`,
    );
    const agent = join(base, "claude");
    // At terminals of their own; what an agent starts of itself is not another one.
    const at = (session: string, command: string) =>
      started(["script", "-qec", command, "/dev/null"], { ...env, BERTH_SESSION: session }, home);
    const children = [
      at("here", `${agent} -c '${agent} ${script} & wait'`),
      at("there", `${agent} ${script}`),
    ];
    for (const session of ["here", "there"]) await call("set", "--session-id", session, "a", "1");
    const rows = async (session: string) =>
      JSON.parse((await call("status", session, "--json")).stdout || "{}").agents ?? [];
    await until(
      "both agents",
      async () => (await rows("here")).length === 1 && (await rows("there")).length === 1 ? true : undefined,
    );
    const [row] = await rows("there");
    expect(row).toMatchObject({ agent: "claude", status: "unknown", since: null, conversation: null });
    writeFileSync(join(home, "go"), "");
    await until("its word", async () => (await rows("there"))[0]?.status === "waiting" ? true : undefined);
    expect(await rows("there")).toMatchObject([{
      pid: row.pid,
      reason: "a plan",
      evidence: { source: "~/.claude/sessions" },
    }]);
    const listed = JSON.parse((await call("list", "--json")).stdout).sessions
      .flatMap(({ agents }: { agents: { pid: number }[] }) => agents.map(({ pid }) => pid));
    expect(listed).toHaveLength(2);
    expect((await call("wait", "there", "--until", "waiting", "--timeout", "20")).status).toBe(0);
    expect((await call("metrics")).stdout).toContain(`berth_agents{agent="claude",status="waiting"} 1\n`);
    const queue = JSON.parse((await call("top", "--once", "--json")).stdout).rows;
    expect(queue[0]).toMatchObject({ agent: "claude", state: "waiting", reason: "a plan" });
    await using served = await new Raw({ base: home, args: ["--session", "there"], env }).open();
    const { data } = await served.call("session_show");
    expect(data?.["agents"]).toMatchObject([{ pid: row.pid, status: "waiting" }]);
    // What nobody told is in no log.
    expect((await call("events", "--json", "--type", "status")).stdout).toBe("");
    process.kill(row.pid, "SIGKILL");
    await until("it to be gone", async () => (await rows("there")).length === 0 ? true : undefined);
    for (const child of children) child.kill("SIGKILL");
  }, 40_000);
});

describe("the files", () => {
  test("a word of later than now says nothing", () => {
    const at = Date.parse("2026-03-01T00:00:00Z");
    const point = { event: "UserPromptSubmit", kind: "work" as const, when: at };
    const process = { pid: 7, start: "100", boot: "b", host: null, pidNamespace: null };
    const known = {
      agent: "claude",
      session: "s",
      process,
      base: step(NO_COURSE, point),
      points: [],
      told: null,
    };
    const looked = (seconds: number) =>
      judge({
        known,
        alive: true,
        evidence: { status: "idle", reason: null, at: at + seconds * 1000, source: "file" },
        waitingMs: undefined,
        typedAt: null,
        now: at + 20_000,
      });
    expect([looked(10)?.status, looked(30)?.status, looked(3600)?.status]).toEqual([
      "idle",
      "idle",
      "active",
    ]);
  });

  const witness = (text: string | null) => ({
    pid: 7,
    start: "100",
    conversation: "c-1",
    read: (path: string) => path.startsWith("/h/") ? text : null,
    variable: (name: string) => name === "HOME" ? "/h" : undefined,
  });
  const file = (more: object) =>
    JSON.stringify({ pid: 7, procStart: "100", status: "idle", updatedAt: 5, ...more });

  test.each([
    ["text", file({}), "idle"],
    ["a number", file({ procStart: 100 }), "idle"],
    ["a shell command of its person's", file({ status: "shell" }), "active"],
    ["another start", file({ procStart: "99" }), undefined],
    ["another process", file({ pid: 8 }), undefined],
    ["a word that is new", file({ status: "dreaming" }), undefined],
    ["no time", file({ updatedAt: "soon" }), undefined],
    ["half a file", file({}).slice(0, 20), undefined],
    ["nothing", "", undefined],
    ["no file", null, undefined],
  ])("Claude Code, %s", (_what, text, status) => {
    expect(claude.evidence?.(witness(text))?.status).toBe(status as "idle");
  });

  test("Copilot CLI: the last line that tells what no hook does", () => {
    const line = (type: string, timestamp: string) => JSON.stringify({ type, timestamp, data: {} });
    const text = [
      line("permission.requested", "2026-03-01T00:00:01Z"),
      line("abort", "2026-03-01T00:00:02Z"),
      line("later.kind", "2026-03-01T00:00:03Z"),
      `{"type":"per`,
    ].join("\n");
    expect(copilot.evidence?.(witness(text))).toMatchObject({
      status: "idle",
      reason: "cancelled",
      at: Date.parse("2026-03-01T00:00:02Z"),
    });
    expect(copilot.evidence?.({ ...witness(text), conversation: "../../etc" })).toBeNull();
  });

  test.each([
    ["approved", "active"],
    ["denied-interactively-by-user", "active"],
    // At Esc, which it tells before.
    ["cancelled", "idle"],
  ])("Copilot CLI: a question that was %s leaves it %s", (kind, status) => {
    const text = [
      { type: "permission.requested", timestamp: "2026-03-01T00:00:01Z", data: {} },
      ...kind === "cancelled" ? [{ type: "abort", timestamp: "2026-03-01T00:00:02.000Z", data: {} }] : [],
      { type: "permission.completed", timestamp: "2026-03-01T00:00:02.003Z", data: { result: { kind } } },
    ].map((line) => JSON.stringify(line)).join("\n");
    expect(copilot.evidence?.(witness(text))?.status).toBe(status as "idle");
  });
});

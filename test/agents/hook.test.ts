import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { lockFiles } from "../../src/store/lock-files.ts";
import type { BerthEvent } from "../../src/events/event.ts";
import { berth, cleanEnv, run, scratch } from "../support/berth.ts";
import { payloadsOf, type Sample, samplesOf, type Step } from "../support/agent-streams.ts";

const home = scratch("berth-agents-");
let count = 0;

/** A store of its own, and a session that needs no terminal. */
function shelf(more: Record<string, string> = {}) {
  const store = `${home}/store-${count++}`;
  const env = { HOME: home, BERTH_HOME: store, BERTH_SESSION: "here", ...more };
  const call = (...args: string[]) => run([berth, ...args], { env, cwd: home });
  return {
    store,
    env,
    call,
    json: async (...args: string[]) => JSON.parse((await call(...args, "--json")).stdout),
    hook: (stdin: string, ...args: string[]) =>
      run([berth, "agent", "hook", ...args], { env, cwd: home, stdin }),
    events: async (): Promise<BerthEvent[]> =>
      (await call("events", "--json")).stdout.split("\n").filter((line) => line !== "").map((line) =>
        JSON.parse(line)
      ),
  };
}
const step = (name: string): Step => ({ name, status: null });
const payload = (agent: string, name: string) =>
  JSON.stringify((payloadsOf(agent, [step(name)])[0] as Sample).stdin);
const SILENT = { stdout: "", stderr: "", status: 0 };

describe("berth agent hook", () => {
  test("notes every recorded event of every agent, says nothing, and keeps no content", async () => {
    for (const agent of ["claude", "codex", "gemini", "copilot", "qwen", "kimi", "opencode"]) {
      const { store, hook, events } = shelf();
      const samples = samplesOf(agent).filter((_, at) => at % 3 === 0);
      for (const { event, stdin } of samples) {
        expect(await hook(JSON.stringify(stdin), agent, ...event === undefined ? [] : [event])).toEqual(
          SILENT,
        );
      }
      expect((await events()).filter(({ type }) => type === "agent.event").length).toBe(samples.length);
      const text = readFileSync(`${store}/events/events.jsonl`, "utf8");
      for (const secret of ["FAKE", "probe", "touch ", "OK10", "/home/user"]) {
        expect(text).not.toContain(secret);
      }
    }
  }, 60_000);

  test("the session shows its agent: who, what, since when and what says so", async () => {
    const { hook, json, call } = shelf();
    await hook(payload("claude", "UserPromptSubmit"), "claude");
    await hook(payload("claude", "PermissionRequest"), "claude");
    const [session] = (await json("list")).sessions;
    expect(session.agents).toEqual([{
      agent: "claude",
      // Whoever called it, since that is no Claude Code: this test.
      pid: process.pid,
      conversation: "c-1",
      status: "waiting",
      reason: "permission for Bash",
      since: expect.stringMatching(/^20.*Z$/),
      evidence: { source: "hook PermissionRequest", at: expect.stringMatching(/^20.*Z$/) },
    }]);
    expect(session.status).toBe("active");
    expect((await json("show")).session.agents).toEqual(session.agents);
    expect(await json("status", session.id)).toEqual({
      schema: 1,
      id: session.id,
      status: "active",
      agents: session.agents,
    });
    expect((await call("status", session.id)).stdout).toStartWith(
      "active\nclaude waiting now: permission for Bash (hook",
    );
    expect((await call("list")).stdout).toContain("claude waiting now: permission for Bash");
    await hook(payload("claude", "Stop"), "claude");
    expect((await json("list")).sessions[0].agents[0].status).toBe("idle");
  });

  test("a change of status is told once, with what it was", async () => {
    const { hook, events } = shelf();
    for (const name of ["UserPromptSubmit", "PreToolUse", "PermissionRequest", "PermissionRequest", "Stop"]) {
      await hook(payload("claude", name), "claude");
    }
    const told = (await events()).filter(({ type }) => type === "status.changed");
    expect(told.map(({ data }) => [data["from"], data["to"], data["by"]])).toEqual([
      [null, "active", "hook UserPromptSubmit"],
      ["active", "waiting", "hook PermissionRequest"],
      ["waiting", "idle", "hook Stop"],
    ]);
  });

  test("an agent that was started by an agent is one of its own", async () => {
    const { env, json } = shelf();
    for (const name of ["claude", "codex"]) {
      if (!existsSync(`${home}/${name}`)) symlinkSync("/bin/bash", `${home}/${name}`);
    }
    const calling = (agent: string) =>
      `printf '%s' '${
        payload(agent, "UserPromptSubmit").replaceAll("'", "")
      }' | sh -c 'exec ${berth} agent hook ${agent}'`;
    const script = `${calling("claude")}; ${home}/codex -c "${
      calling("codex").replaceAll(/["$\\]/g, "\\$&")
    }; ${berth} list --json; true"; true`;
    const { stdout, stderr } = await run([`${home}/claude`, "-c", script], { env, cwd: home });
    expect(stderr).toBe("");
    const { agents } = JSON.parse(stdout).sessions[0];
    expect(agents.map(({ agent, status }: { agent: string; status: string }) => [agent, status])).toEqual([
      ["claude", "active"],
      ["codex", "active"],
    ]);
    expect(agents[0].pid).not.toBe(agents[1].pid);
    // Both are gone with their processes, whatever was heard of them last.
    expect((await json("list")).sessions[0].agents).toEqual([]);
  });

  test("of a server for all terminals each conversation is a session, as its tools see it, and ends for itself", async () => {
    const { env, call } = shelf();
    const { BERTH_SESSION: _, ...none } = env;
    if (!existsSync(`${home}/codex`)) symlinkSync("/bin/bash", `${home}/codex`);
    const tell = (conversation: string, event: string) =>
      `printf '{"hook_event_name":"${event}","session_id":"${conversation}"}' | sh -c 'exec ${berth} agent hook codex'`;
    const script = [
      tell("c-1", "UserPromptSubmit"),
      tell("c-2", "PermissionRequest"),
      `${berth} list --json`,
      `CODEX_THREAD_ID=c-2 ${berth} id`,
      // The server lives on.
      tell("c-2", "SessionEnd"),
      `${berth} list --json`,
    ].join("; ");
    const { stdout } = await run([
      `${home}/codex`,
      "-c",
      `${script}; true`,
      "app-server",
      "--listen",
      "unix://",
    ], {
      env: none,
      cwd: home,
    });
    const [before = "", id, after = ""] = stdout.split("\n");
    const agentsIn = (text: string) =>
      JSON.parse(text).sessions.flatMap((
        { id, agents }: { id: string; agents: { conversation: string; status: string }[] },
      ) => agents.map(({ conversation, status }) => [conversation, status, id])).sort();
    expect(agentsIn(before)).toEqual([
      ["c-1", "active", expect.stringMatching(/^anchor--/)],
      ["c-2", "waiting", id],
    ]);
    expect(agentsIn(after)).toEqual([["c-1", "active", expect.stringMatching(/^anchor--/)]]);
    // Gone with the server.
    expect(agentsIn((await call("list", "--json")).stdout)).toEqual([]);
  });

  test.each([
    ["of no calendar", 1e300],
    ["of another age", Date.parse("2999-01-01")],
    ["before its time", 1],
    ["in seconds", Math.floor(Date.now() / 1000)],
  ])("a time %s: what is told later counts, and nothing breaks", async (_what, timestamp) => {
    const { hook, json, call } = shelf();
    await hook(JSON.stringify({ hook_event_name: "BeforeAgent", session_id: "c", timestamp }), "gemini");
    const told = { hook_event_name: "AfterAgent", session_id: "c", timestamp: Date.now() + 1000 };
    await hook(JSON.stringify(told), "gemini");
    const [{ agents }] = (await json("list")).sessions;
    expect(agents[0]).toMatchObject({ status: "idle" });
    expect(Math.abs(Date.parse(agents[0].since) - Date.now())).toBeLessThan(60 * 60_000);
    for (const command of ["metrics", "list"]) expect((await call(command)).status).toBe(0);
  });

  test(
    "what is long takes no time: names and paths of megabytes, an event that is named behind them",
    async () => {
      const { hook, json } = shelf();
      const long = "a".repeat(3_000_000);
      await hook(
        JSON.stringify({ hook_event_name: "UserPromptSubmit", session_id: long, cwd: long }),
        "claude",
      );
      const payload = { x: long.repeat(4), hook_event_name: "PermissionRequest", tool_name: "Bash" };
      await hook(JSON.stringify(payload), "claude");
      const [{ agents }] = (await json("list")).sessions;
      expect(agents).toMatchObject([{ status: "waiting", reason: "permission for Bash" }]);
      expect(agents[0].conversation).toHaveLength(100);
    },
    20_000,
  );

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a list", "[1]"],
    ["no event", "{}"],
    ["half an event", `{"hook_event_name":`],
    ["bytes", "\u0000\u0001\ufffd"],
  ])("%s on standard input: silence, and status 0", async (_what, stdin) => {
    const { hook, store } = shelf();
    expect(await hook(stdin, "claude")).toEqual(SILENT);
    expect(existsSync(`${store}/events/events.jsonl`)).toBe(false);
  });

  test("an agent that nobody knows, or none: the same", async () => {
    const { hook } = shelf();
    expect(await hook(payload("claude", "Stop"), "nobody")).toEqual(SILENT);
    expect(await hook(payload("claude", "Stop"))).toEqual(SILENT);
    expect(await hook(payload("claude", "Stop"), "__proto__")).toEqual(SILENT);
  });

  test("8 MiB are read, and of more the event is noted without its payload", async () => {
    const { hook, events } = shelf();
    const stdin = (bytes: number) =>
      JSON.stringify({ session_id: "c-1", hook_event_name: "PostToolUse", tool_response: "x".repeat(bytes) });
    expect(await hook(stdin(8_000_000), "claude")).toEqual(SILENT);
    expect(await hook(stdin(9_000_000), "claude")).toEqual(SILENT);
    expect(
      (await events()).filter(({ type }) => type === "agent.event").map((
        { data },
      ) => [data["event"], data["conversation"]]),
    )
      .toEqual([["PostToolUse", "c-1"], ["PostToolUse", "c-1"]]);
  });

  test("a pipe that stays open is not waited for", async () => {
    const { env, events } = shelf();
    const child = Bun.spawn([berth, "agent", "hook", "claude"], {
      env: { ...cleanEnv(home), ...env },
      stdin: "pipe",
      stdout: "ignore",
      stderr: "ignore",
    });
    child.stdin.write(payload("claude", "Stop"));
    child.stdin.flush();
    expect(await child.exited).toBe(0);
    expect((await events()).some(({ type }) => type === "agent.event")).toBe(true);
  });

  test("while somebody holds the log, the event is left for the next writer", async () => {
    const { store, hook, events, call } = shelf();
    await hook(payload("claude", "UserPromptSubmit"), "claude");
    const openLock = await lockFiles();
    const held = openLock(`${store}/events/events.lock`);
    expect(held.tryLock()).toBe(true);
    expect(await hook(payload("claude", "Stop"), "claude")).toEqual(SILENT);
    held.close();
    const noted = async () =>
      (await events()).filter(({ type }) => type === "agent.event").at(-1)?.data["event"];
    expect(await noted()).toBe("UserPromptSubmit");
    await call("set", "k", "v");
    expect(await noted()).toBe("Stop");
  });

  test("without HOME, in a directory that is gone, and where no session is known", async () => {
    const { env, events, store } = shelf();
    const stdin = payload("claude", "Stop");
    const { HOME: _, ...homeless } = { ...cleanEnv(home), ...env } as Record<string, string>;
    const gone = `${home}/gone`;
    mkdirSync(gone);
    // As it is installed: the runtime ends in such a directory before our code, and so it is left.
    const script = `rmdir '${gone}'; cd / 2>/dev/null; exec '${berth}' agent hook claude`;
    const child = Bun.spawn(["sh", "-c", script], {
      cwd: gone,
      env: homeless,
      stdin: new Blob([stdin]),
      stdout: "pipe",
      stderr: "pipe",
    });
    expect([
      await child.exited,
      await new Response(child.stdout).text(),
      await new Response(child.stderr).text(),
    ]).toEqual([0, "", ""]);
    expect((await events()).filter(({ type }) => type === "agent.event").length).toBe(1);
    const before = readFileSync(`${store}/events/events.jsonl`, "utf8");
    expect(
      (await run([berth, "agent", "hook", "claude"], { env: { ...env, BERTH_SESSION: "a\u0001b" }, stdin }))
        .status,
    ).toBe(0);
    expect(readFileSync(`${store}/events/events.jsonl`, "utf8")).toBe(before);
  });

  test("many at once: each is noted", async () => {
    const { hook, events, call } = shelf();
    await Promise.all(Array.from({ length: 30 }, () => hook(payload("claude", "PostToolUse"), "claude")));
    await call("set", "k", "v");
    const seen = await events();
    expect(seen.filter(({ type }) => type === "agent.event").length).toBe(30);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => at + 1));
  });
});

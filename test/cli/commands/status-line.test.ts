/** `berth status-line`: a line in every case, and exit status 0. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { forTmux, harmless, loudest, titleSequence } from "../../../src/cli/say/mark-text.ts";
import { berth, run, scratch } from "../../support/berth.ts";

const top = scratch("berth-line-");
let count = 0;
function shelf(more: Record<string, string> = {}) {
  const store = `${top}/store-${count++}`;
  const env = { HOME: top, BERTH_HOME: store, BERTH_SESSION: "here", ...more };
  const call = (...args: string[]) => run([berth, ...args], { env, cwd: top });
  const hook = (event: string, more: object = {}) =>
    run([berth, "agent", "hook", "claude"], {
      env,
      cwd: top,
      stdin: JSON.stringify({ hook_event_name: event, session_id: "c-1", ...more }),
    });
  return { store, env, call, hook };
}
const FORMATS = ["claude", "tmux", "starship", "json"] as const;

test("says who and how, in four formats", async () => {
  const { call } = shelf();
  await call("set", "a", "b");
  await call("status", "waiting");
  const lines = Object.fromEntries(
    await Promise.all(
      FORMATS.map(async (format) =>
        [format, (await call("status-line", "--format", format)).stdout] as const
      ),
    ),
  );
  expect(lines).toMatchObject({
    claude: "ex--here_fc waiting\n",
    tmux: "ex--here_fc waiting\n",
    starship: "ex--here_fc waiting\n",
  });
  expect(JSON.parse(lines["json"] ?? "")).toEqual({
    schema: 1,
    id: "ex--here_fc",
    short: "ex--here_fc",
    name: null,
    status: "waiting",
    state: null,
    branch: null,
    agents: [],
  });
});

test("a label with capitals has a file of another name", async () => {
  const { call } = shelf({ BERTH_SESSION: "Capital" });
  await call("set", "a", "b");
  await call("status", "waiting");
  expect((await call("status-line")).stdout).toMatch(/^ex--Capital\S* waiting\n$/);
});

test("with an agent its status, and for Claude Code the reason", async () => {
  const { call, hook } = shelf();
  await hook("UserPromptSubmit");
  expect((await call("status-line")).stdout).toBe("ex--here_fc active\n");
  await hook("PermissionRequest", { tool_name: "Bash" });
  expect((await call("status-line", "--format=tmux")).stdout).toBe("ex--here_fc waiting\n");
  expect((await call("status-line", "--format", "claude")).stdout).toBe(
    "ex--here_fc waiting: permission for Bash\n",
  );
  const { agents } = JSON.parse((await call("status-line", "--format", "json")).stdout);
  expect(agents).toMatchObject([{ agent: "claude", status: "waiting", reason: "permission for Bash" }]);
});

test("always a line and status 0, whatever is wrong", async () => {
  const damaged = shelf();
  await damaged.call("set", "a", "b");
  writeFileSync(`${damaged.store}/sessions/ex--here_fc.session.json`, "{ not json");
  const file = `${top}/a-file`;
  writeFileSync(file, "x");
  const garbageLog = shelf();
  mkdirSync(`${garbageLog.store}/events`, { recursive: true });
  writeFileSync(`${garbageLog.store}/events/events.jsonl`, "\0\0nonsense\n{}\n[1]\n");
  const cases: readonly Record<string, string>[] = [
    damaged.env,
    garbageLog.env,
    { ...damaged.env, BERTH_HOME: file },
    { ...damaged.env, BERTH_HOME: `${file}/below` },
    { ...damaged.env, BERTH_HOME: "relative" },
    { ...damaged.env, BERTH_SESSION: "no/such\u0007label" },
    { ...damaged.env, TMUX: "/nonexistent,1,0", TMUX_PANE: "%1" },
  ];
  for (const env of cases) {
    for (const format of FORMATS) {
      const { stdout, stderr, status } = await run([berth, "status-line", "--format", format], {
        env,
        cwd: top,
        stdin: "\u0000garbage",
      });
      expect({ env, stderr, status, lines: stdout.split("\n").length }).toEqual({
        env,
        stderr: "",
        status: 0,
        lines: 2,
      });
      expect(stdout.trim()).not.toBe("");
    }
  }
  const bare = ["env", "-i", berth, "status-line"];
  for (
    const command of [bare, ["setsid", ...bare], ["sh", "-c", `exec ${berth} status-line <&-`], [
      berth,
      "status-line",
      "--format",
      "bogus",
    ]]
  ) {
    const { stdout, status } = await run(command, { cwd: top });
    expect([status, stdout.trim() !== ""]).toEqual([0, true]);
  }
  for (const how of [">&-", "> /dev/full", "| true"]) {
    expect((await run(["sh", "-c", `${berth} status-line ${how}`], { cwd: top, env: damaged.env })).status)
      .toBe(0);
  }
});

test("a # is doubled for tmux and in titles, and nothing is sent that a terminal obeys", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (name) => {
    const shown = forTmux(name);
    expect(shown.replaceAll("##", "")).not.toContain("#");
    expect(harmless(shown)).toBe(shown);
    const title = titleSequence({ id: "x", short: "x", name, status: "active" });
    expect(title.slice(4, -1)).toBe(`${shown} active`);
    // deno-lint-ignore no-control-regex -- it is what is looked for
    expect(title.slice(4, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  }));
  expect(forTmux("a#(touch x)#[fg=red]\u001b]0;x\u0007")).toBe("a##(touch x)##[fg=red]]0;x");
});

test("of several agents the one is shown that asks for somebody", () => {
  const statuses = (...all: ("active" | "waiting" | "idle" | "error" | "unknown")[]) =>
    all.map((status) => ({ status }));
  expect(loudest("stopped", [])).toBe("stopped");
  expect(loudest("active", statuses("idle", "waiting", "error"))).toBe("waiting");
  expect(loudest("active", statuses("idle", "error"))).toBe("error");
  expect(loudest("error", statuses("idle"))).toBe("idle");
});

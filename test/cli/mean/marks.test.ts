/** What is shown without being asked: tmux pane options by a real server, sequences in a real terminal. */
import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { sequenceFor } from "../../../src/cli/say/mark-text.ts";
import { berth, root, run, scratch, until } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

const top = scratch("berth-marks-");
const socket = `${top}/tmux`;
const env = { HOME: top, BERTH_HOME: `${top}/store`, PS1: "" };
const tmux = async (...args: string[]) =>
  (await run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env })).stdout.trim();
afterAll(() => tmux("kill-server"));

let lines = 0;
/** Type a line into a pane, and wait for its end. */
async function typed(pane: string, line: string, limit?: number): Promise<string> {
  const file = `${top}/line-${lines++}`;
  await tmux("send-keys", "-t", pane, `{ ${line}; } > ${file} 2>&1; mv ${file} ${file}.done`, "Enter");
  return await until(line, () => {
    try {
      return readFileSync(`${file}.done`, "utf8");
    } catch {
      return undefined;
    }
  }, limit);
}
const option = (pane: string, name: string) => tmux("show-options", "-pqv", "-t", pane, name);

test("a pane's options change with the session's status, by whoever changes it, without a process", async () => {
  const first = await tmux("new-session", "-dP", "-F", "#{pane_id}", "-x", "100", "sh");
  const id = (await typed(first, `${berth} id`)).trim();
  await typed(first, `${berth} set key value`);
  expect(await option(first, "@berth_id")).toBe(id);
  expect(await option(first, "@berth_short")).toBe(id.slice(0, 18));
  expect(await option(first, "@berth_status")).toBe("active");
  const at = Number(await option(first, "@berth_status_at"));
  expect(Math.abs(Date.now() / 1000 - at)).toBeLessThan(60);
  // No `tmux` is on the PATH of the one who changes it.
  expect(await typed(first, `PATH=/nowhere ${berth} status waiting`)).toBe("");
  expect(await option(first, "@berth_status")).toBe("waiting");
  const hook = `echo '{"hook_event_name":"StopFailure","session_id":"c"}' | ${berth} agent hook claude`;
  expect(await typed(first, hook)).toBe("");
  expect(await option(first, "@berth_status")).toBe("error");
});

test("another terminal's session is shown in its own pane, and never in ours", async () => {
  const [one, other] = [
    await tmux("new-session", "-dP", "-F", "#{pane_id}", "-s", "one", "sh"),
    await tmux("new-session", "-dP", "-F", "#{pane_id}", "-s", "other", "sh"),
  ];
  await typed(one, `${berth} set key value`);
  await typed(other, `${berth} set key value`);
  const id = (await typed(one, `${berth} id`)).trim();
  const own = await option(other, "@berth_id");
  expect(await typed(other, `${berth} status ${id} waiting`)).toBe("");
  expect(await option(one, "@berth_status")).toBe("waiting");
  expect([await option(other, "@berth_id"), await option(other, "@berth_status")]).toEqual([own, "active"]);
});

test("a terminal that only inherited TMUX marks no pane", async () => {
  const pane = await tmux("new-session", "-dP", "-F", "#{pane_id}", "-s", "outer", "sh");
  const pid = await tmux("display-message", "-p", "-t", pane, "#{pid}");
  const more = { ...env, TMUX: `${socket},${pid},0`, TMUX_PANE: pane, BERTH_SESSION: "elsewhere" };
  const terminal = new Terminal(["sh"], { home: top, env: more });
  try {
    expect(await terminal.line(`${berth} set key value; echo done`, `${top}/out`)).toBe("done");
  } finally {
    await terminal.close();
  }
  expect(await option(pane, "@berth_id")).toBe("");
});

test("500 changes of status start no process in tmux, whose bar shows each", async () => {
  const pane = await tmux("new-session", "-dP", "-F", "#{pane_id}", "-s", "bar", "-x", "100", "sh");
  await tmux("set-option", "-g", "status-right", "#{@berth_short} #{@berth_status}");
  await tmux("set-option", "-g", "window-status-format", "#I:#{@berth_status}");
  await typed(pane, `${berth} set key value`);
  const server = await tmux("display-message", "-p", "#{pid}");
  const before = (await run(["ps", "-o", "pid=", "--ppid", server])).stdout;
  const loop =
    `i=0; while [ $i -lt 250 ]; do ${berth} status waiting; ${berth} status active; i=$((i+1)); done; ${berth} status waiting`;
  // Whatever tmux starts for its bar is started by its server.
  const trace = `${top}/trace`;
  const tracer = Bun.spawn(["strace", "-f", "-qq", "-e", "trace=execve", "-o", trace, "-p", server], {
    stderr: "ignore",
  });
  await until(
    "strace",
    () => readFileSync(`/proc/${server}/status`, "utf8").match(/TracerPid:\t[1-9]/) ?? undefined,
  );
  await typed(pane, loop, 200_000);
  expect(await tmux("display-message", "-p", "-t", pane, "#{E:status-right}")).toEndWith(" waiting");
  tracer.kill("SIGINT");
  await tracer.exited;
  expect(readFileSync(trace, "utf8")).not.toContain("execve");
  expect((await run(["ps", "-o", "pid=", "--ppid", server])).stdout).toBe(before);
}, 240_000);

test("the lines of the page are tmux's, and show what they say", async () => {
  const page = readFileSync(`${root}/docs/status-lines.md`, "utf8");
  const block = /```tmux\n(.*?)```/s.exec(page)?.[1] ?? "";
  await Bun.write(`${top}/page.conf`, block);
  const pane = await tmux("new-session", "-dP", "-F", "#{pane_id}", "-s", "page", "-x", "100", "sh");
  expect(await run(["tmux", "-S", socket, "source-file", `${top}/page.conf`])).toEqual({
    stdout: "",
    stderr: "",
    status: 0,
  });
  const shown = (format: string) => tmux("display-message", "-p", "-t", pane, `#{E:${format}}`);
  expect(await shown("status-right")).toBe("");
  await typed(pane, `${berth} set key value`);
  expect(await shown("status-right")).toMatch(/^tmux--[0-9a-f]{12} active \d\d:\d\d$/);
  expect(await shown("window-status-format")).not.toContain("!");
  await typed(pane, `${berth} status waiting`);
  expect(await shown("window-status-format")).toEndWith(" !");
  expect(await shown("window-status-current-format")).toEndWith(" !");
  expect(await tmux("list-keys", "-T", "prefix", "b")).toMatch(/display-popup -E .*"berth top"$/);
});

test("the terminal gets a sequence where the user wants one, and else none", async () => {
  const terminal = new Terminal(["sh"], { home: top, env: { ...env, BERTH_HOME: `${top}/titled` } });
  try {
    await terminal.line(`${berth} set a b; echo done`, `${top}/off`);
    expect(terminal.output).not.toContain("\x1b]");
    await terminal.line(
      `${berth} config marks.terminal wezterm; ${berth} status waiting; echo done`,
      `${top}/on`,
    );
    const status = Buffer.from("waiting").toString("base64");
    await terminal.shows(new RegExp(`\\x1b\\]1337;SetUserVar=berth_status=${status}\\x07`));
    await terminal.line(
      `${berth} config marks.terminal title; ${berth} status active; echo done`,
      `${top}/on`,
    );
    // deno-lint-ignore no-control-regex -- it is what is looked for
    await terminal.shows(/\x1b\]2;\S+ active\x07/);
  } finally {
    await terminal.close();
  }
  const { status, stderr } = await run([berth, "config", "marks.terminal", "everywhere"], { env });
  expect([status, stderr]).toEqual([2, expect.stringContaining("iterm2, wezterm, kitty, title or nothing")]);
});

test("inside of tmux a sequence goes through it, a title does not", () => {
  const marked = { id: "ex--a", short: "ex--a", name: "a", status: "idle" };
  expect(sequenceFor("kitty", marked, { TMUX: "x" })).toStartWith(
    "\x1bPtmux;\x1b\x1b]1337;SetUserVar=berth_id=",
  );
  expect(sequenceFor("title", marked, { TMUX: "x" })).toBe("\x1b]2;a idle\x07");
  expect(sequenceFor("constructor", marked, {})).toBe("");
});

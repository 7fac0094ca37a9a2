import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { berth, until } from "../../support/berth.ts";
import { project } from "../../support/project.ts";
import { gone, groupOf, isActive, lives, started, supervisor } from "../../support/runs.ts";

describe("run", () => {
  test("passes output, input and exit status through, and signals as 128 + n", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    const echoed = await p.in(p.root, [berth, "run", "auth", "--", "cat"], { stdin: "in\n" });
    expect(echoed).toMatchObject({ stdout: "in\n", stderr: "", status: 0 });
    expect(await p.berth("run", "auth", "--", "sh", "-c", "pwd; exit 42")).toMatchObject({
      stdout: `${worktree}\n`,
      status: 42,
    });
    expect((await p.berth("run", "auth", "--", "sh", "-c", "kill -9 $$")).status).toBe(137);
    expect((await p.session("auth")).run).toMatchObject({ n: 3, state: "CLEANED", exitCode: 137 });
  });

  test("a program that is not there: 127, the session stays, the run is CLEANED with lastError", async () => {
    const p = await project();
    expect(await p.refused("new", "auth", "--", "no-such-program")).toMatchObject({
      code: "no_such_program",
      status: 127,
    });
    const session = await p.session("auth");
    expect(session).toMatchObject({
      status: "error",
      lastError: expect.stringContaining("no-such-program"),
      run: { state: "CLEANED", exitCode: 127 },
    });
    expect(existsSync(session.project?.worktree ?? "")).toBe(true);
    p.write("../not-executable", "x");
    expect((await p.berth("run", "auth", "--", join(p.root, "../not-executable"))).status).toBe(126);
    expect((await p.session("auth")).run?.state).toBe("CLEANED");
  });

  test("resume repeats the last command, and nothing else", async () => {
    const p = await project();
    await p.ok("new", "auth");
    expect(await p.refused("resume", "auth")).toMatchObject({ code: "no_command", status: 2 });
    expect(await p.ok("run", "auth", "--", "echo", "a b", "$HOME")).toBe("a b $HOME\n");
    expect(await p.ok("resume", "auth")).toBe("a b $HOME\n");
    expect((await p.session("auth")).run?.n).toBe(2);
    const { session } = JSON.parse((await p.ok("resume", "auth", "--json")).split("\n")[0] ?? "");
    expect(session.run.state).toBe("SPAWNING");
  });

  test("a live session is not resumed, also by ten at once", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const children = Array.from({ length: 10 }, () => supervisor(p, "run", "auth", "--", "sleep", "600"));
    await isActive(p);
    const winners = children.filter(({ exitCode }) => exitCode === null);
    await until(
      "nine to be refused",
      () => children.filter(({ exitCode }) => exitCode === 5).length === 9 || undefined,
    );
    expect(winners.length).toBeGreaterThan(0);
    expect(await p.refused("resume", "auth")).toMatchObject({ code: "session_running", status: 5 });
    await p.ok("stop", "auth");
    await Promise.all(children.map(({ exited }) => exited));
    expect(children.map(({ exitCode }) => exitCode).sort()).toEqual([143, ...Array(9).fill(5)].sort());
  });

  test("signals reach the whole process group", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = supervisor(
      p,
      "run",
      "auth",
      "--",
      "sh",
      "-c",
      "trap 'exit 7' TERM; sleep 600 & echo $!; wait; wait",
    );
    const pid = await isActive(p);
    const reader = child.stdout.getReader();
    const inner = Number(new TextDecoder().decode((await reader.read()).value).trim());
    process.kill(child.pid, "SIGTERM");
    expect(await child.exited).toBe(7);
    await gone(pid);
    await gone(inner);
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 7 });
  });
});

describe("stop", () => {
  test("TERM, then KILL, for the whole group; twice is no fault", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = supervisor(
      p,
      "run",
      "auth",
      "--",
      "sh",
      "-c",
      "trap '' TERM; sleep 600 & while :; do sleep 600; done",
    );
    const pid = await isActive(p);
    await p.ok("stop", "auth", "--timeout", "0.3");
    expect(await child.exited).toBe(137);
    await gone(pid);
    expect(
      readdirSync("/proc").filter((name) =>
        /^\d+$/.test(name) && groupOf(Number(name)) === pid && lives(Number(name))
      ),
    ).toEqual([]);
    const { session } = JSON.parse(await p.ok("stop", "auth", "--json"));
    expect(session).toMatchObject({
      status: "stopped",
      run: { state: "CLEANED", exitCode: 137, reason: "stopped" },
    });
  });

  test("a killed supervisor: the session is live as long as its command, and stop ends it", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = supervisor(p, "run", "auth", "--", "sleep", "600");
    const pid = await isActive(p);
    child.kill("SIGKILL");
    await child.exited;
    const row = async () => JSON.parse(await p.ok("list", "--json")).sessions[0];
    expect(await row()).toMatchObject({ alive: true, state: "ACTIVE" });
    expect(await p.refused("run", "auth", "--", "true")).toMatchObject({ code: "session_running" });
    await p.ok("stop", "auth");
    await gone(pid);
    expect(await row()).toMatchObject({ alive: false, state: "CLEANED", status: "stopped" });
  });

  test("a killed supervisor and a dead command: not alive, and the next command ends the run", async () => {
    const p = await project();
    await p.ok("new", "auth");
    for (const next of [["run", "auth", "--", "true"], ["stop", "auth"], ["doctor", "--fix"]]) {
      const child = supervisor(p, "run", "auth", "--", "sleep", "600");
      const pid = await isActive(p);
      child.kill("SIGKILL");
      await child.exited;
      process.kill(pid, "SIGKILL");
      await gone(pid);
      expect(JSON.parse(await p.ok("list", "--json")).sessions[0]).toMatchObject({
        alive: false,
        state: "ACTIVE",
      });
      await p.ok(...next);
      const session = await p.session("auth");
      expect(session).toMatchObject({ status: "idle", run: { state: "CLEANED" } });
      expect(session.history.some(({ kind }) => kind === "lost")).toBe(true);
    }
  });

  test("a record of another boot, or of a PID that was handed out again, is not alive and kills nobody", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const bystander = Bun.spawn(["sleep", "600"]);
    started.push(bystander);
    const file = join(p.store, "sessions", p.stored("sessions")[0] ?? "");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    for (const [bootId, pidStart] of [[boot, "1"], ["another boot", "1"]]) {
      const record = JSON.parse(readFileSync(file, "utf8"));
      record.run = { ...record.run, state: "ACTIVE", pid: bystander.pid, pidStart, bootId, command: ["x"] };
      writeFileSync(file, JSON.stringify(record));
      expect(JSON.parse(await p.ok("list", "--json")).sessions[0].alive).toBe(false);
      await p.ok("stop", "auth");
      expect((await p.session("auth")).status).toBe("idle");
      expect(lives(bystander.pid)).toBe(true);
    }
  });
});

describe("status, heartbeat, wait", () => {
  test("a command in the session tells how it is doing, others wait for it", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const go = join(p.home, "go");
    const script =
      `"${berth}" status "$BERTH_SESSION" waiting; "${berth}" heartbeat --message; until [ -e "${go}" ]; do sleep 0.05; done`;
    const child = supervisor(p, "run", "auth", "--", "sh", "-c", script);
    expect(JSON.parse(await p.ok("wait", "auth", "--until", "waiting", "--timeout", "20", "--json")))
      .toMatchObject({ state: "ACTIVE" });
    expect(await p.refused("wait", "auth", "--timeout", "0.1")).toMatchObject({
      code: "wait_timeout",
      status: 5,
    });
    const ended = p.refused("wait", "auth", "--until", "error");
    const over = p.ok("wait", "auth", "--timeout", "20");
    writeFileSync(go, "");
    await over;
    expect(await ended).toMatchObject({ code: "wait_ended", status: 1 });
    expect(await child.exited).toBe(0);
    expect(await p.session("auth")).toMatchObject({ messageCount: 1, status: "idle" });
    expect(await p.refused("heartbeat", "auth")).toMatchObject({ code: "invalid_transition", status: 5 });
    expect(await p.refused("status", "auth", "bored")).toMatchObject({ code: "bad_option_value", status: 2 });
    rmSync(go);
  });
});

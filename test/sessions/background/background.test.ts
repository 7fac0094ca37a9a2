import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { berth, directory, type Result, run, until } from "../../support/berth.ts";
import { at, type Project, project } from "../../support/project.ts";
import { isActive } from "../../support/runs.ts";
import { Terminal } from "../../support/terminal.ts";

interface Field extends Project {
  tmux(...args: string[]): Promise<Result>;
}

const servers: Field[] = [];
const sockets: string[] = [];
afterAll(async () => {
  for (const field of servers) await field.tmux("kill-server");
  for (const path of sockets) rmSync(path, { recursive: true, force: true });
});

/** A project with tmux servers of its own: a socket's path must be short. */
async function field(): Promise<Field> {
  const made = await project();
  const socket = mkdtempSync(join(tmpdir(), "t-"));
  sockets.push(socket);
  const env = { ...made.env, TMUX_TMPDIR: socket, SHELL: "/bin/sh" };
  const p: Field = {
    ...at(made.root, made.home, made.store, env),
    tmux: (...args) => run(["tmux", ...args], { env: { TMUX_TMPDIR: socket, HOME: made.home } }),
  };
  servers.push(p);
  return p;
}

const shown = async (p: Field, target: string): Promise<string> =>
  (await p.tmux("capture-pane", "-p", "-t", target)).stdout;

const showing = (p: Field, target: string, pattern: RegExp) =>
  until(`${pattern} in ${target}`, async () => pattern.exec(await shown(p, target)) ?? undefined);

describe("outside of tmux", () => {
  test("a session of the default server; its words and the environment go by a file that is gone", async () => {
    const p = await field();
    const script = "echo $TOKEN says $0; sleep 300";
    const { stdout, status } = await p.in(p.root, [
      berth,
      "new",
      "auth",
      "-d",
      "--",
      "sh",
      "-c",
      script,
      "word",
    ], {
      env: { TOKEN: "secret-7" },
    });
    expect([status, stdout]).toEqual([0, "auth\n"]);
    expect((await p.session("auth")).run?.state).toBe("ACTIVE");
    expect((await p.tmux("list-sessions", "-F", "#{session_name}")).stdout).toBe("berth-project-auth\n");
    await until(
      "its output",
      async () => (await p.ok("logs", "auth")).includes("secret-7 says word") || undefined,
    );
    const known = [
      await p.tmux("show-environment", "-g"),
      await p.tmux("show-environment", "-t", "berth-project-auth"),
      await p.tmux("list-panes", "-a", "-F", "#{pane_start_command}"),
    ].map(({ stdout: text }) => text).join("");
    expect(known).toContain(" background ");
    expect(known).not.toMatch(/secret-7|word|BERTH_SESSION/);
    expect(readdirSync(join(p.store, "background"))).toEqual([]);
    await p.ok("stop", "auth");
    await until("the server to end", async () => (await p.tmux("list-sessions")).status !== 0 || undefined);
  });

  test("wait knows it at once; logs has what it showed last, for nobody else to read", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sh", "-c", "seq 1 3000; sleep 0.3; echo the end; exit 3");
    await p.ok("wait", "auth");
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 3 });
    const text = await p.ok("logs", "auth");
    expect(text).toEndWith("3000\nthe end\n");
    const [log = ""] = readdirSync(join(p.store, "background"));
    expect(statSync(join(p.store, "background", log)).mode & 0o777).toBe(0o600);
    expect((await p.refused("attach", "auth")).code).toBe("not_in_background");
    await p.ok("resume", "auth", "-d");
    await p.ok("wait", "auth");
    expect((await p.session("auth")).run).toMatchObject({ n: 2, exitCode: 3 });
  });

  test("what cannot start is said, with its own status, and leaves nothing", async () => {
    const p = await field();
    await p.ok("new", "auth");
    expect(await p.refused("run", "auth", "-d", "--", "nonexistent")).toMatchObject({
      code: "no_such_program",
      status: 127,
    });
    expect(readdirSync(join(p.store, "background")).filter((name) => !name.endsWith(".log"))).toEqual([]);
    expect((await p.session("auth"))["asked"]).toBeUndefined();
    const bin = join(p.home, "only");
    mkdirSync(bin);
    symlinkSync(Bun.which("git") ?? "", join(bin, "git"));
    const { stderr } = await p.in(p.root, [berth, "run", "auth", "-d", "--", "true"], { env: { PATH: bin } });
    expect(stderr).toContain("there is no tmux here");
    expect(readdirSync(join(p.store, "background")).filter((name) => !name.endsWith(".log"))).toEqual([]);
  });

  test("a second one beside it is refused; two projects of one name do not meet", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sleep", "300");
    expect((await p.refused("run", "auth", "-d", "--", "true")).code).toBe("session_running");
    const other = at(directory(p.home, "project"), p.home, p.store, p.env);
    await other.git("init", "-q");
    await other.git("-c", "user.name=x", "commit", "-q", "--allow-empty", "-m", "one");
    await other.ok("new", "auth", "-d", "--", "sleep", "300");
    expect((await p.tmux("list-sessions", "-F", "#{session_name}")).stdout.trim().split("\n")).toHaveLength(
      2,
    );
  });

  test("a project and a directory with names that tmux would expand", async () => {
    const p = await field();
    const evil = join(p.home, "a#(touch evil).b; c");
    renameSync(p.root, evil);
    const q = { ...p, ...at(evil, p.home, p.store, p.env) };
    await q.ok("new", "auth", "-d", "--", "sh", "-c", "pwd; sleep 300");
    await until(
      "its directory",
      async () => (await q.ok("logs", "auth")).includes("touch evil") || undefined,
    );
    expect((await p.tmux("list-sessions", "-F", "#{session_name}")).stdout).toBe(
      "berth-a__touch_evil__b__c-auth\n",
    );
    expect([evil, p.home, "/"].filter((one) => existsSync(join(one, "evil")))).toEqual([]);
  });

  test("after the server ended: the run is over, and both say so", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sleep", "300");
    await p.tmux("kill-server");
    await until(
      "the run to end",
      async () => (await p.session("auth")).run?.state === "CLEANED" || undefined,
    );
    expect((await p.refused("attach", "auth")).code).toBe("not_in_background");
    expect((await p.refused("logs", "auth")).code).toBe("no_log");
  });

  test("after the server was killed and the command goes on: what to type works", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sh", "-c", "trap '' HUP; echo begun; while :; do sleep 0.1; done");
    const begun = () => p.ok("logs", "auth").then((text) => text.includes("begun") || undefined);
    await until("its first word", begun);
    const server = Number((await p.tmux("display-message", "-p", "#{pid}")).stdout);
    process.kill(server, "SIGKILL");
    const { stderr } = await until("the server to end", async () => {
      const answer = await p.berth("attach", "auth");
      return answer.stderr.includes("is gone") ? answer : undefined;
    });
    const words = [...stderr.matchAll(/"berth ([^"]+)"/g)].map(([, one = ""]) => one.split(" "));
    expect(words).toEqual([["stop", "auth"], ["resume", "auth", "-d"]]);
    for (const one of words) await p.ok(...one);
    await until("its first word", begun);
    await p.ok("stop", "auth");
  });

  test("where tmux ends what nobody looks at (destroy-unattached): it goes on", async () => {
    const p = await field();
    writeFileSync(join(p.home, ".tmux.conf"), "set -g destroy-unattached on\n");
    await p.ok("new", "auth", "-d", "--", "sh", "-c", "until test -e end; do sleep 0.05; done; exit 7");
    expect((await p.tmux("list-sessions")).status).toBe(0);
    writeFileSync(join(await p.worktree("auth"), "end"), "");
    await p.ok("wait", "auth");
    expect((await p.session("auth")).run).toMatchObject({ exitCode: 7 });
  });

  test("what somebody else starts in its pane afterwards is none of it", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sh", "-c", "echo the run; until test -e end; do sleep 0.05; done");
    const pane = (await p.tmux("list-panes", "-a", "-F", "#{pane_id}")).stdout.trim();
    await p.tmux("set-option", "-g", "remain-on-exit", "on");
    writeFileSync(join(await p.worktree("auth"), "end"), "");
    await p.ok("wait", "auth");
    await until("its pane to be free", async () => {
      const { stdout } = await p.tmux("display-message", "-p", "-t", pane, "#{pane_dead}");
      return stdout === "1\n" || undefined;
    });
    await p.tmux("respawn-pane", "-t", pane, "echo somebody else; sleep 300");
    await showing(p, pane, /somebody else/);
    expect(await p.ok("logs", "auth")).toBe("the run\n");
    expect((await p.refused("attach", "auth")).code).toBe("not_in_background");
  });

  test("logs has what this run showed, and nothing of one before", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "echo", "the first one");
    await p.ok("wait", "auth");
    expect(await p.ok("logs", "auth")).toContain("the first one");
    await p.ok("run", "auth", "-d", "--", "sleep", "300");
    await p.tmux("kill-server");
    await p.ok("wait", "auth");
    expect((await p.refused("logs", "auth")).code).toBe("no_log");
  });

  test("attach from a terminal, and from a second one; both come back when they detach", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sh", "-c", "echo here I am; exec cat");
    const open = () =>
      new Terminal(["bash", "--norc"], { home: p.home, env: { ...p.env, PS1: "\\$ " }, cwd: p.root });
    const [one, two] = [open(), open()];
    for (const terminal of [one, two]) {
      terminal.type(`${berth} attach auth; echo back""again\r`);
      await terminal.shows(/here I am/);
    }
    await until(
      "two clients",
      async () => (await p.tmux("list-clients")).stdout.trim().split("\n").length === 2 || undefined,
    );
    for (const terminal of [one, two]) {
      terminal.type("\x02d");
      await terminal.shows(/backagain/);
      await terminal.close();
    }
    expect((await p.session("auth")).run?.state).toBe("ACTIVE");
  });

  test("rename while it runs: it goes on, and is found by its new name", async () => {
    const p = await field();
    await p.ok("new", "auth", "-d", "--", "sh", "-c", "echo started; exec sleep 300");
    const name = "Login-2-abcdefghijklmnopqrstuvwxyz0123456789ABCDE";
    await p.ok("rename", "auth", name, "--branch");
    expect((await p.session(name)).project?.branch).toBe(`feature/${name}`);
    await until("its output", async () => (await p.ok("logs", name)).includes("started") || undefined);
    await p.ok("stop", name);
    expect((await p.session(name)).run?.state).toBe("CLEANED");
  });
});

describe("inside of tmux, by keys, at 80 by 24", () => {
  test("a window beside, which attach goes to from another window, and list that fits", async () => {
    const p = await field();
    const env = Object.entries(p.env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    await p.tmux(
      "new-session",
      "-d",
      "-s",
      "mine",
      "-n",
      "shell",
      "-x",
      "80",
      "-y",
      "24",
      "-c",
      p.root,
      ...env,
      "bash --norc",
    );
    const type = (keys: string) => p.tmux("send-keys", "-t", "mine:0", keys, "Enter");
    await type(`PS1='> '; ${berth} new auth -d -- sh -c 'echo in the window; exec cat'`);
    await isActive(p);
    // What is typed ahead may get lost.
    const prompt = /^>$/m;
    await showing(p, "mine:0", /window auth of this tmux/);
    await showing(p, "mine:0", prompt);
    expect((await p.tmux("list-windows", "-t", "mine", "-F", "#{window_name}")).stdout).toBe("shell\nauth\n");
    await type(`clear; ${berth} list; ${berth} finish auth`);
    await showing(p, "mine:0", /auth +active/);
    await showing(p, "mine:0", /process \d+/);
    await showing(p, "mine:0", prompt);
    const lines = (await shown(p, "mine:0")).split("\n");
    expect(lines.find((line) => line.includes("NAME"))).toContain("BRANCH");
    // Nobody looks yet, and it goes there all the same.
    await type(`clear; ${berth} attach auth`);
    await until(
      "the window",
      async () =>
        (await p.tmux("display-message", "-p", "-t", "mine", "#{window_name}")).stdout === "auth\n" ||
        undefined,
    );
    await p.tmux("select-window", "-t", "mine:0");
    const client = new Terminal(["tmux", "attach", "-t", "mine"], { home: p.home, env: p.env });
    await until("the client", async () => (await p.tmux("list-clients")).stdout !== "" || undefined);
    client.type(`clear; ${berth} attach auth\r`);
    await until(
      "the other window",
      async () =>
        (await p.tmux("display-message", "-p", "-t", "mine", "#{window_name}")).stdout === "auth\n" ||
        undefined,
    );
    await client.shows(/in the window/);
    await client.close();
    await p.ok("stop", "auth");
    await until(
      "the window to close",
      async () =>
        (await p.tmux("list-windows", "-t", "mine", "-F", "#{window_name}")).stdout === "shell\n" ||
        undefined,
    );
  });

  test("a TMUX that another terminal inherited counts for nothing", async () => {
    const p = await field();
    await p.tmux("new-session", "-d", "-s", "other", "-x", "80", "-y", "24");
    const socket = (await p.tmux("display-message", "-p", "#{socket_path},#{pid},0")).stdout.trim();
    await p.ok("new", "auth");
    const { status } = await p.in(p.root, [berth, "run", "auth", "-d", "--", "sleep", "300"], {
      env: { TMUX: socket, TMUX_PANE: "%0" },
    });
    expect(status).toBe(0);
    expect((await p.tmux("list-windows", "-t", "other")).stdout.trim().split("\n")).toHaveLength(1);
  });
});

describe("what a killed process left", () => {
  test("a command that nobody took goes, with its environment, and so does what a session showed that is gone", async () => {
    const p = await field();
    await p.ok("new", "auth");
    const folder = join(p.store, "background");
    const { id } = await p.session("auth");
    const [old, fresh] = ["0".repeat(8), "1".repeat(8)].map((part) =>
      join(folder, `${id}.${part}-0000-4000-8000-000000000000.json`)
    );
    for (const file of [old, fresh, join(folder, "uuid--gone.log"), join(folder, `${id}.log`)]) {
      writeFileSync(file ?? "", "{}", { mode: 0o600 });
    }
    utimesSync(old ?? "", 1, 1);
    await p.ok("doctor", "--fix");
    expect(readdirSync(folder).map((name) => join(folder, name)).sort()).toEqual(
      [fresh ?? "", join(folder, `${id}.log`)].sort(),
    );
  });
});

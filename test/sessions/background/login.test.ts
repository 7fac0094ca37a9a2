/** What runs in the background outlives the login over SSH that it was started by. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { berth, run, until } from "../../support/berth.ts";
import { at, type Project, project } from "../../support/project.ts";
import { startSshd } from "../../support/sshd.ts";
import { Terminal } from "../../support/terminal.ts";

const ended: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ended) await end();
});

/** A project with a tmux server of its own, whose socket's path must be short. */
async function field(): Promise<Project> {
  const made = await project();
  const socket = mkdtempSync(join(tmpdir(), "t-"));
  ended.push(async () => {
    await run(["tmux", "kill-server"], { env: { TMUX_TMPDIR: socket, HOME: made.home } });
    rmSync(socket, { recursive: true, force: true });
  });
  return at(made.root, made.home, made.store, { ...made.env, TMUX_TMPDIR: socket, SHELL: "/bin/sh" });
}

test("over SSH: it goes on after the logout, and a later login attaches, reads and ends it", async () => {
  const p = await field();
  await p.ok("new", "auth");
  const sshd = await startSshd();
  ended.push(sshd.stop);
  const words = Object.entries(p.env).map(([name, value]) => `${name}='${value}'`).join(" ");
  const there = (command: string) => `cd '${p.root}' && env ${words} ${command}`;
  const first = await run([
    ...sshd.ssh,
    there(`'${berth}' run auth -d -- sh -c 'echo over $SSH_CONNECTION; exec cat'`),
  ]);
  expect([first.status, first.stderr]).toEqual([0, expect.stringContaining("berth attach auth")]);
  // The connection is closed, and with it the login.
  await until("its output", async () => (await p.ok("logs", "auth")).includes("over 127.0.0.1") || undefined);
  expect((await p.session("auth")).run?.state).toBe("ACTIVE");
  const second = new Terminal([
    ...sshd.ssh.slice(0, 1),
    "-tt",
    ...sshd.ssh.slice(1),
    there(`'${berth}' attach auth`),
  ], {
    home: p.home,
    env: p.env,
    cwd: p.root,
  });
  await second.shows(/over 127\.0\.0\.1/);
  second.type("\x02d");
  await second.shows(/detached/);
  await second.close();
  expect((await p.session("auth")).run?.state).toBe("ACTIVE");
  const third = await run([...sshd.ssh, there(`'${berth}' stop auth`)]);
  expect([third.status, (await p.session("auth")).run?.state]).toEqual([0, "CLEANED"]);
});

test("a systemd that does not take the server: it starts all the same, and what may end it is said", async () => {
  const p = await field();
  await p.ok("new", "auth");
  const runtime = join(p.home, "runtime");
  mkdirSync(join(runtime, "systemd"), { recursive: true });
  writeFileSync(join(runtime, "systemd/private"), "");
  // What sd_booted(3) looks for, seen by nobody else.
  const script = `mount -t tmpfs none /run; mkdir -p /run/systemd/system
    exec '${berth}' run auth -d -- sleep 300`;
  const root = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const { status, stderr } = await p.in(p.root, ["unshare", ...root, "--mount", "sh", "-ec", script], {
    env: { XDG_RUNTIME_DIR: runtime, SSH_CONNECTION: "127.0.0.1 1 127.0.0.1 2" },
  });
  expect([status, stderr]).toEqual([0, expect.stringContaining("KillUserProcesses")]);
  await p.ok("stop", "auth");
});

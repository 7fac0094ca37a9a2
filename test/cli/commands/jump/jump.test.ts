/** `berth jump` and Enter in `berth top`, in real tmux servers and screen. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory, run, until } from "../../../support/berth.ts";
import { type Project, project } from "../../../support/project.ts";
import { Screen } from "../../../support/screen.ts";

const screens: Screen[] = [];
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const screen of screens) await screen.close();
  for (const end of ends) await end();
});

/** A project whose sessions run in a tmux server of their own. */
async function inTmux(...names: string[]) {
  const made = await project();
  const env = { ...made.env, TMUX_TMPDIR: directory(made.home, "t") };
  const p: Project = { ...made, env };
  const call = (...args: string[]) => run([berth, ...args], { cwd: p.root, env });
  const tmux = async (...args: string[]) =>
    (await run(["tmux", ...args], { env, cwd: p.root })).stdout.trim();
  ends.push(() => tmux("kill-server"), () => tmux("-L", "other", "kill-server"));
  for (const name of names) {
    await call("new", name);
    expect((await call("run", name, "-d", "--", "sleep", "1000")).status).toBe(0);
  }
  const open = (...command: string[]) => {
    const screen = new Screen(command, { home: p.home, cwd: p.root, env });
    screens.push(screen);
    return screen;
  };
  /** The session that each client of the server shows, by the name that berth gave it. */
  const shown = async () =>
    (await tmux("list-clients", "-F", "#{session_name}")).split("\n").sort().join(" ");
  return {
    p,
    call,
    tmux,
    open,
    shown,
    seen: () => readFileSync(join(p.store, "events", "seen.json"), "utf8"),
  };
}

const rows = async (call: (...args: string[]) => Promise<{ stdout: string }>) =>
  JSON.parse((await call("top", "--json")).stdout).rows as { name: string; seen: boolean; state: string }[];

describe("tmux", () => {
  test("a client of the same server goes there; the session was looked at", async () => {
    const { p, call, open, shown } = await inTmux("auth", "mail");
    const screen = open(
      ...[
        "tmux",
        "-f",
        "/dev/null",
        "new-session",
        "-e",
        `BERTH_HOME=${p.store}`,
        "-s",
        "me",
        "bash",
        "--norc",
      ],
    );
    await screen.shows(/[$#]/);
    screen.type(`${berth} jump auth\r`);
    await until(
      "the client in auth",
      async () => (await shown()).includes("auth") || undefined,
      5000,
    ).catch((error) => {
      throw new Error(`${error}\n${screen.text}`);
    });
    expect(Object.fromEntries((await rows(call)).map(({ name, seen }) => [name, seen]))).toEqual({
      auth: true,
      mail: false,
    });
  });

  test("from outside, and from another server, tmux is attached to; Enter in top is the same", async () => {
    const { open, shown, tmux } = await inTmux("auth");
    const detach = async () => {
      await tmux("detach-client", "-s", await tmux("list-clients", "-F", "#{session_name}"));
      await until("no client", async () => (await shown()) === "" || undefined);
    };
    const plain = open("bash", "--norc", "-i");
    await plain.shows(/[$#]/);
    plain.type(`${berth} jump auth\r`);
    await until("a client", async () => (await shown()).includes("auth") || undefined);
    await detach();
    await plain.shows(/detached/);
    const other = open("tmux", "-L", "other", "-f", "/dev/null", "new-session", "bash", "--norc");
    await other.shows(/[$#]/);
    other.type(`${berth} top\r`);
    await other.shows(/▸ project\/auth[^]*q quit/);
    other.type("\r");
    await until("a client", async () => (await shown()).includes("auth") || undefined);
    await detach();
    await other.shows(/▸ project\/auth[^]*q quit/);
    other.type("q");
  });

  test("without a terminal the client that is there is sent; without one it is said", async () => {
    const { call, open, shown } = await inTmux("auth");
    expect((await call("jump", "auth", "--json")).stderr).toContain('"code":"no_terminal"');
    open("tmux", "-f", "/dev/null", "new-session", "-s", "me", "bash", "--norc");
    await until("a client", async () => (await shown()) === "me" || undefined);
    expect((await call("jump", "auth")).status).toBe(0);
    expect(await shown()).toContain("auth");
  });

  test("without a name: who waits, then what failed, each once", async () => {
    const { call, open, shown } = await inTmux("auth", "mail");
    open("tmux", "-f", "/dev/null", "new-session", "-s", "me", "bash", "--norc");
    await until("a client", async () => (await shown()) === "me" || undefined);
    expect((await call("jump", "--json")).stderr).toContain('"code":"nobody_calls"');
    await call("status", "mail", "waiting");
    await Bun.sleep(5);
    await call("status", "auth", "waiting");
    for (const name of ["mail", "auth", "mail"]) {
      expect((await call("jump")).status).toBe(0);
      expect(await shown()).toContain(name);
    }
  });
});

test("screen is told to show its window", async () => {
  const p = await project();
  const env = { ...p.env, SCREENDIR: directory(p.home, "s") };
  await run(["chmod", "700", env.SCREENDIR]);
  await p.ok("new", "auth");
  writeFileSync(join(p.home, ".screenrc"), "startup_message off\n");
  const screen = new Screen(["screen", "-S", "here", "bash", "--norc"], { home: p.home, cwd: p.root, env });
  screens.push(screen);
  ends.push(() => run(["screen", "-S", "here", "-X", "quit"], { env }));
  await screen.shows(/[$#]/);
  screen.type(`${berth} run auth -- sh -c 'echo in""-auth; sleep 1000'\r`);
  await screen.shows(/in-auth/);
  screen.type("\x01c");
  await until("another window", () => screen.text.includes("in-auth") ? undefined : true);
  expect(await run([berth, "jump", "auth"], { cwd: p.root, env })).toMatchObject({ status: 0 });
  await screen.shows(/in-auth/);
});

test("elsewhere it says where it is; where nothing runs, how to go into the worktree", async () => {
  const p = await project();
  await p.ok("new", "auth");
  expect(await p.refused("jump", "auth")).toMatchObject({ code: "nowhere_to_go", status: 1 });
  const { stderr } = await p.berth("jump", "auth");
  expect(stderr).toContain('Type "berth cd auth"');
  const screen = new Screen([berth, "run", "auth", "--", "sleep", "1000"], {
    home: p.home,
    cwd: p.root,
    env: p.env,
  });
  screens.push(screen);
  await until("the run", async () => (await p.session("auth")).run?.state === "ACTIVE" || undefined);
  const { code, message } = await p.refused("jump", "auth");
  expect(code).toBe("out_of_reach");
  expect(message).toMatch(/it is on \/dev\/pts\/\d+, process \d+ \(sleep\)/);
});

/** Supervisors that are late, killed, stopped, elsewhere; and the signals that reach them. */
import { describe, expect, test } from "bun:test";
import { chownSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { berth, run, until } from "../../support/berth.ts";
import { type Project, project } from "../../support/project.ts";
import { background, gone, groupOf, ignoredBy, isActive, lives, supervisor } from "../../support/runs.ts";

const SIGHUP = 1;
const SIGINT = 2;
const SIGPIPE = 13;
const SIGXFSZ = 25;

/** A supervisor that was stopped before its command was killed, so that it has yet to write down the end. */
async function late(p: Project) {
  const child = supervisor(p, "run", "auth", "--", "sleep", "600");
  const pid = await isActive(p);
  child.kill("SIGSTOP");
  process.kill(pid, "SIGKILL");
  await gone(pid);
  return child;
}

describe("a supervisor that is late", () => {
  test("has the last word about its run, and none about the next one", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = await late(p);
    expect(await p.refused("run", "auth", "--", "true")).toMatchObject({
      code: "session_running",
      message: expect.stringContaining("has yet to write down"),
    });
    await p.ok("stop", "auth");
    supervisor(p, "run", "auth", "--", "sleep", "600");
    const pid = await isActive(p, "auth", 2);
    child.kill("SIGCONT");
    expect(await child.exited).toBe(137);
    expect(await p.session("auth")).toMatchObject({ status: "active", run: { n: 2, state: "ACTIVE", pid } });
    await p.ok("stop", "auth");
    expect(lives(pid)).toBe(false);
  });

  test("is waited for", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = await late(p);
    expect(await p.refused("wait", "auth", "--timeout", "0.3")).toMatchObject({ code: "wait_timeout" });
    expect(await p.refused("wait", "auth", "--until", "stopped", "--timeout", "0.3"))
      .toMatchObject({ code: "wait_timeout" });
    child.kill("SIGCONT");
    await p.ok("wait", "auth", "--until", "stopped", "--timeout", "20");
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 137 });
  });

  test("that was killed is no longer waited for: the session is idle", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = await late(p);
    child.kill("SIGKILL");
    await child.exited;
    expect(JSON.parse(await p.ok("wait", "auth", "--until", "idle", "--json")))
      .toMatchObject({ state: "CLEANED", status: "idle" });
  });
});

test("a session that is destroyed has come to its end for those who wait", async () => {
  const p = await project();
  await p.ok("new", "auth");
  // It takes its time, so that the others are waiting by then.
  const slow = "trap 'sleep 2; trap - TERM; kill -TERM $$' TERM; while :; do sleep 0.1; done";
  supervisor(p, "run", "auth", "--", "sh", "-c", slow);
  await isActive(p);
  const waiters = [["--until", "stopped"], ["--json"], ["--until", "idle", "--json"]].map((args) =>
    p.berth("wait", "auth", ...args, "--timeout", "30")
  );
  await p.ok("destroy", "auth", "--force");
  const [stopped, ended, idle] = await Promise.all(waiters);
  expect([stopped?.status, ended?.status, idle?.status]).toEqual([0, 0, 1]);
  expect(JSON.parse(ended?.stdout ?? "")).toMatchObject({ state: "CLEANED", status: "stopped" });
  expect(JSON.parse(idle?.stderr ?? "").error.code).toBe("wait_ended");
});

describe("another PID namespace", () => {
  const elsewhere = (p: Project, ...args: string[]) =>
    p.in(p.root, ["unshare", "--pid", "--fork", "--mount-proc", berth, ...args]);

  test("takes a command that it cannot see for alive", async () => {
    const p = await project();
    await p.ok("new", "auth");
    supervisor(p, "run", "auth", "--", "sleep", "600");
    const pid = await isActive(p);
    const second = await elsewhere(p, "run", "auth", "--", "echo", "SECOND");
    expect([second.status, second.stdout]).toEqual([5, ""]);
    expect(JSON.parse((await elsewhere(p, "list", "--json")).stdout).sessions[0].alive).toBe(null);
    expect((await elsewhere(p, "stop", "auth")).status).toBe(5);
    expect((await p.session("auth")).run?.state).toBe("ACTIVE");
    expect(lives(pid)).toBe(true);
    await p.ok("stop", "auth");
    expect(lives(pid)).toBe(false);
  });

  test("notes the end of one that is known to be gone", async () => {
    const p = await project();
    await p.ok("new", "auth");
    supervisor(p, "run", "auth", "--", "sleep", "600");
    const pid = await isActive(p);
    expect((await elsewhere(p, "stop", "auth", "--force")).status).toBe(0);
    expect(await p.session("auth")).toMatchObject({ status: "stopped", run: { state: "CLEANED" } });
    expect(lives(pid)).toBe(true);
    process.kill(pid, "SIGKILL");
  });
});

describe("whatever happens, the run ends", () => {
  test("where nothing can be printed", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const line = (rest: string) =>
      p.in(p.root, ["bash", "-c", `"${berth}" run auth --json -- touch ran ${rest}`]);
    expect(await line("> /dev/full")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("standard output"),
    });
    expect(await p.session("auth")).toMatchObject({ status: "error", run: { state: "CLEANED" } });
    const closed = await line("> >(exit 0); exit $?");
    const ran = join(await p.worktree("auth"), "ran");
    expect([closed.status, existsSync(ran)]).toEqual([0, true]);
    expect(await p.session("auth")).toMatchObject({ status: "idle", run: { state: "CLEANED", exitCode: 0 } });
  });

  test("a second signal does not keep the end from being written", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const child = supervisor(p, "run", "auth", "--", "sleep", "600");
    const pid = await isActive(p);
    const lock = join(p.store, "sessions", `${(await p.session("auth")).id}.session.lock`);
    const holder = background(p, ["flock", "--no-fork", lock, "sleep", "600"]);
    await until(
      "the lock to be held",
      async () => (await run(["flock", "-n", lock, "true"])).status === 1 || undefined,
    );
    child.kill("SIGTERM");
    await gone(pid);
    child.kill("SIGTERM");
    child.kill("SIGHUP");
    holder.kill("SIGKILL");
    expect(await child.exited).toBe(143);
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 143 });
  });

  test("a directory that may not be entered is no missing program", async () => {
    const p = await project();
    await p.ok("new", "auth", "--no-worktree");
    await run(["chown", "-R", "65534:65534", p.store, p.home]);
    await run(["chmod", "711", dirname(p.root)]);
    chownSync(p.root, 0, 0);
    await run(["chmod", "700", p.root]);
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const refused = await p.in("/", [...nobody, berth, "run", "auth", "--json", "--", "true"]);
    expect([refused.status, JSON.parse(refused.stderr).error.code]).toEqual([1, "bad_directory"]);
    await run(["chown", "-R", "0:0", p.store]);
    expect((await p.session("auth")).run?.state).toBe("CREATED");
  });
});

describe("signals and variables", () => {
  test("what was ignored at the start stays so, for the command too; what the runtime ignores does not", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const script = `trap '' HUP INT; exec "${berth}" run auth -- sleep 600`;
    const child = background(p, ["bash", "-c", script]);
    const pid = await isActive(p);
    const ignored = ignoredBy(pid);
    expect([SIGHUP, SIGINT, SIGPIPE, SIGXFSZ].map((signal) => ignored.includes(signal)))
      .toEqual([true, true, false, false]);
    child.kill("SIGHUP");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 143 });
  });

  test("the command knows its session, and nothing of the terminal's", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const env = { BERTH_SESSION_ID: "tmux--1", BERTH_SESSION_BIND: "x", BERTH_USE: "other" };
    const script = 'echo "$BERTH_SESSION $BERTH_SESSION_ID ${BERTH_SESSION_BIND-none} ${BERTH_USE-none}"';
    const { stdout } = await p.in(p.root, [berth, "run", "auth", "--", "sh", "-c", script], { env });
    const { id } = await p.session("auth");
    expect(stdout).toBe(`${id} ${id} none none\n`);
  });

  test("so does a hook", async () => {
    const p = await project();
    const line =
      'echo "$BERTH_SESSION $BERTH_SESSION_ID ${BERTH_SESSION_BIND-none} ${BERTH_USE-none}" > "$HOME/said"';
    p.write(".berth.json", JSON.stringify({ hooks: { "post-create": line } }));
    await p.git("add", ".");
    await p.git("commit", "-qm", "hooks");
    await p.ok("trust");
    const env = { BERTH_SESSION_ID: "tmux--1", BERTH_SESSION_BIND: "x", BERTH_USE: "other" };
    await p.in(p.root, [berth, "new", "auth"], { env });
    const { id } = await p.session("auth");
    expect(readFileSync(join(p.home, "said"), "utf8")).toBe(`${id} ${id} none none\n`);
  });

  test("stop reaches a command that has left its process group", async () => {
    const p = await project();
    await p.ok("new", "auth");
    supervisor(p, "run", "auth", "--", "perl", "-e", "setpgrp(0, getpgrp(getppid())); sleep 600");
    const pid = await isActive(p);
    await until("it to leave", () => groupOf(pid) === pid ? undefined : true);
    await p.ok("stop", "auth");
    expect(lives(pid)).toBe(false);
  });

  test("a hook, with all that it started, ends with us", async () => {
    const p = await project();
    p.write(
      ".berth.json",
      JSON.stringify({ hooks: { "post-create": "sleep 600 & echo $$ $! > $HOME/pids; wait" } }),
    );
    await p.git("add", ".");
    await p.git("commit", "-qm", "hooks");
    await p.ok("trust");
    const child = supervisor(p, "new", "auth");
    const pids = await until("the hook to run", () => {
      const text = existsSync(join(p.home, "pids")) ? readFileSync(join(p.home, "pids"), "utf8") : "";
      return text.endsWith("\n") ? text.trim().split(" ").map(Number) : undefined;
    });
    expect(pids.map(lives)).toEqual([true, true]);
    child.kill("SIGTERM");
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    for (const pid of pids) await gone(pid);
    expect((await p.session("auth"))["pending"]).toBeUndefined();
  });

  test("also when the signal comes while it is being started", async () => {
    const p = await project();
    const line = "echo $$ > $HOME/pid; kill -TERM $PPID; exec sleep 600";
    p.write(".berth.json", JSON.stringify({ hooks: { "post-create": line } }));
    await p.git("add", ".");
    await p.git("commit", "-qm", "hooks");
    await p.ok("trust");
    for (const name of ["one", "two", "three", "four"]) {
      const child = supervisor(p, "new", name);
      await child.exited;
      expect(child.signalCode).toBe("SIGTERM");
      await gone(Number(readFileSync(join(p.home, "pid"), "utf8")));
    }
  });

  test("a script without #! runs, by its path and by its name", async () => {
    const p = await project();
    await p.ok("new", "auth", "--no-worktree");
    p.write("bin/script", 'echo "script $1"\n');
    await run(["chmod", "755", join(p.root, "bin/script")]);
    expect(await p.ok("run", "auth", "--", "bin/script", "one")).toBe("script one\n");
    const env = { PATH: `${join(p.root, "bin")}:${process.env["PATH"]}` };
    const { stdout } = await p.in(p.root, [berth, "run", "auth", "--", "script", "two"], { env });
    expect(stdout).toBe("script two\n");
  });

  test("arguments and variables that are not UTF-8 stay as they are", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const inner = `"${berth}" run auth -- sh -c 'printf "%s|%s|%s|%s" "$1" "$2" "$3" "$V" | od -An -tx1' sh`;
    const script = `export V=$'v\\xfe'; ${inner} $'a\\xff' $'a\\xfe' 'é'`;
    const { stdout } = await p.in(p.root, ["bash", "-c", script]);
    expect(stdout.replace(/\s+/g, " ").trim()).toBe("61 ff 7c 61 fe 7c c3 a9 7c 76 fe");
  });

  test("resume takes what stands behind -- for the session's name", async () => {
    const p = await project();
    await p.ok("new", "auth");
    await p.ok("run", "auth", "--", "echo", "again");
    expect(await p.ok("resume", "--", "auth")).toBe("again\n");
  });
});

test("of several sessions each is waited for, and the first that fails tells why", async () => {
  const p = await project();
  const go = join(p.home, "go");
  for (const name of ["auth", "api", "over"]) await p.ok("new", name);
  await p.ok("run", "over", "--", "true");
  for (const name of ["auth", "api"]) {
    supervisor(p, "run", name, "--", "sh", "-c", `until [ -e "${go}-${name}" ]; do sleep 0.05; done`);
    await isActive(p, name);
  }
  writeFileSync(`${go}-auth`, "");
  await p.ok("wait", "auth", "over");
  const late = await p.refused("wait", "auth", "api", "--timeout", "0.3");
  expect(late).toMatchObject({ code: "wait_timeout", status: 5, message: expect.stringContaining('"api"') });
  expect(await p.refused("wait", "api", "over", "--until", "waiting")).toMatchObject({ code: "wait_ended" });
  expect(await p.refused("wait", "api", "nobody")).toMatchObject({ code: "no_such_session" });
  const both = p.ok("wait", "api", "auth", "--json");
  writeFileSync(`${go}-api`, "");
  const ended = { state: "CLEANED", status: "idle" };
  expect(JSON.parse(await both)).toEqual({
    schema: 1,
    sessions: [{ id: (await p.session("api")).id, ...ended }, { id: (await p.session("auth")).id, ...ended }],
  });
});

import { describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/facts/sha256.ts";
import { legalName } from "../../src/cli/commands/agent/worktree.ts";
import { berth, run, scratch } from "../support/berth.ts";

const base = scratch("berth-worktree-");
let count = 0;

/** A repository, and an agent that asks for worktrees in it. */
async function project() {
  const home = join(base, `home-${count++}`);
  const root = join(home, "p");
  mkdirSync(root, { recursive: true });
  const identity = {
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b.invalid",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b.invalid",
  };
  const env = { HOME: home, BERTH_HOME: join(home, "store"), ...identity };
  const git = (...args: string[]) => run(["git", ...args], { env, cwd: root });
  await git("init", "-q");
  await git("commit", "-q", "--allow-empty", "-m", "first");
  const call = (...args: string[]) => run([berth, ...args], { env, cwd: root });
  const agent = (action: string, payload: object) =>
    run([berth, "agent", action], { env, cwd: "/", stdin: JSON.stringify(payload) });
  return {
    root,
    env,
    git,
    call,
    create: (name: string) =>
      agent("worktree-create", { hook_event_name: "WorktreeCreate", name, cwd: root }),
    remove: (path: string) =>
      agent("worktree-remove", { hook_event_name: "WorktreeRemove", worktree_path: path }),
    sessions: async () => JSON.parse((await call("list", "--json")).stdout).sessions,
  };
}

describe("berth agent worktree-create and worktree-remove", () => {
  test("what serves the agent goes with it; a command that it left running keeps the worktree", async () => {
    const { root, env, create, sessions } = await project();
    const made = await create("served");
    const path = made.stdout.trimEnd().split("\n").at(-1) ?? "";
    const claude = join(root, "..", "claude");
    symlinkSync("/bin/bash", claude);
    // The agent itself leaves; what it started does not, and is no shell's but where a shell ran it.
    const script = (start: string, name: string) =>
      [
        `cd ${path}`,
        `${start} >/dev/null 2>&1 &`,
        `until [ "$(cat /proc/$!/comm)" = ${name} ]; do sleep 0.01; done`,
        "cd /",
        `printf '{"worktree_path":"${path}"}' | sh -c 'exec ${berth} agent worktree-remove' 2>&1`,
        "echo $?; kill $!; wait",
      ].join("\n");
    const asked = (start: string, name: string) =>
      run([claude, "-c", script(start, name)], { env, cwd: root });
    const kept = await asked(`sh -c 'trap "kill \\$!" TERM; sleep 60 & wait'`, "sh");
    expect(kept.stdout).toContain("at work in its worktree");
    expect(existsSync(path)).toBe(true);
    const gone = await asked("sleep 60", "sleep");
    expect(gone.stdout).toBe("0\n");
    expect([existsSync(path), (await sessions()).length]).toEqual([false, 0]);
  });

  test("the path is the last line, the same at the second time, with a link to read and a session that is live", async () => {
    const { root, create, sessions, git } = await project();
    const made = await create("feat1");
    expect(made.status).toBe(0);
    const path = made.stdout.trimEnd().split("\n").at(-1) ?? "";
    expect([realpathSync(path), existsSync(join(path, ".git"))]).toEqual([path, true]);
    expect((await create("feat1")).stdout).toBe(made.stdout);
    expect(readlinkSync(join(root, ".worktrees", "feat1"))).toBe(path.slice(path.lastIndexOf("/") + 1));
    expect((await git("status", "--porcelain")).stdout).toBe("");
    // No run of ours is in it, but whoever asked for it lives: this test.
    expect(
      (await sessions()).map(({ name, alive, worktree }: Record<string, unknown>) => [name, alive, worktree]),
    ).toEqual([["feat1", true, path]]);
    expect((await create("feat1")).stdout).toBe(made.stdout);
    const { remove } = { remove: (await project()).remove };
    expect((await remove(path)).status).toBe(3);
  });

  test("any name of an agent's becomes a legal one, and two stay two", async () => {
    for (const name of ["a/b", "a_b", "a.b", "é", "x".repeat(51), "a b", "../../x", "-", "agent-a1b2"]) {
      expect(legalName(name, sha256)).toMatch(/^[A-Za-z0-9-]{1,50}$/);
    }
    expect(legalName("feat1", sha256)).toBe("feat1");
    expect(legalName("a/b", sha256)).not.toBe(legalName("a_b", sha256));
    const { create, root } = await project();
    expect((await create("deep/name_x.y")).status).toBe(0);
    expect((await create("../../../escape")).status).toBe(0);
    expect(readdirSync(join(root, ".worktrees")).length).toBe(4);
  });

  test("a link never takes the place of what is not ours, and only ours goes", async () => {
    const { root, create, remove } = await project();
    mkdirSync(join(root, ".worktrees"));
    symlinkSync("elsewhere", join(root, ".worktrees", "one"));
    writeFileSync(join(root, ".worktrees", "two"), "mine");
    for (const name of ["one", "two"]) {
      const path = (await create(name)).stdout.trim();
      expect((await remove(path)).status).toBe(0);
    }
    expect(readlinkSync(join(root, ".worktrees", "one"))).toBe("elsewhere");
    expect(readFileSync(join(root, ".worktrees", "two"), "utf8")).toBe("mine");
  });

  test("removal: what is clean goes with its link and branch; work stays, and so does a branch with commits", async () => {
    const { root, create, remove, git } = await project();
    const path = (await create("feat1")).stdout.trim();
    writeFileSync(join(path, "work"), "x");
    const refused = await remove(path);
    expect([refused.status, refused.stderr]).toEqual([6, expect.stringContaining("1 untracked file")]);
    expect(existsSync(join(path, "work"))).toBe(true);
    await run(["git", "add", "work"], { cwd: path });
    await run(["git", "-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-qm", "work"], {
      cwd: path,
    });
    expect((await remove(path)).status).toBe(0);
    expect([existsSync(path), lstatSync(join(root, ".worktrees", "feat1"), { throwIfNoEntry: false })])
      .toEqual([false, undefined]);
    expect((await git("branch", "--list", "feature/feat1")).stdout).toContain("feature/feat1");
    const other = (await create("feat2")).stdout.trim();
    expect((await remove(other)).status).toBe(0);
    expect((await git("branch", "--list", "feature/feat2")).stdout).toBe("");
  });

  test("worktrees of subagents have a limit of their own", async () => {
    const { create, call, sessions } = await project();
    await call("config", "limits.agentWorktrees", "2");
    await call("config", "limits.sessions", "1");
    for (const name of ["agent-a1", "agent-a2", "mine"]) expect((await create(name)).status).toBe(0);
    const full = await create("agent-a3");
    expect([full.status, full.stderr]).toEqual([
      6,
      expect.stringContaining("Maximum 2 sessions supported. Destroy a session to create a new one."),
    ]);
    expect(full.stderr).toContain("limits.agentWorktrees");
    expect((await create("second")).stderr).toContain("limits.sessions");
    expect((await sessions()).length).toBe(3);
  });

  test("those that an agent left behind unchanged make room, those with work do not", async () => {
    const { create, call, sessions, env, root } = await project();
    await call("config", "limits.agentWorktrees", "2");
    // Asked for by a program that is gone afterwards.
    const from = async (name: string) => {
      const payload = JSON.stringify({ name, cwd: root });
      const script = `printf '%s' '${payload}' | ${berth} agent worktree-create`;
      if (!existsSync(join(base, "claude"))) symlinkSync("/bin/bash", join(base, "claude"));
      return (await run([join(base, "claude"), "-c", `${script}; true`], { env, cwd: root })).stdout.trim();
    };
    const worked = await from("agent-a1");
    await from("agent-a2");
    writeFileSync(join(worked, "work"), "x");
    expect((await create("agent-a3")).status).toBe(0);
    expect((await sessions()).map(({ name }: { name: string }) => name).sort()).toEqual([
      "agent-a1",
      "agent-a3",
    ]);
    expect(existsSync(join(worked, "work"))).toBe(true);
  });

  test.each(["", "{}", "[]", "{"])(
    "%j on standard input is told, with a status that stops the agent",
    async (stdin) => {
      const { env } = await project();
      for (const action of ["worktree-create", "worktree-remove"]) {
        const failed = await run([berth, "agent", action], { env, cwd: "/", stdin });
        expect([failed.status, failed.stdout, failed.stderr]).toEqual([
          2,
          "",
          expect.stringContaining("on standard input"),
        ]);
      }
    },
  );
});

describe("berth new --or-existing", () => {
  test("makes it once, and gives what is there; eight at once are one", async () => {
    const { call, sessions } = await project();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => call("new", "one", "--or-existing", "--print-path", "--wait", "60")),
    );
    const paths = new Set(all.filter(({ status }) => status === 0).map(({ stdout }) => stdout));
    expect(paths.size).toBe(1);
    // Who came while it was being made may have been told so.
    expect(all.filter(({ status }) => ![0, 5].includes(status))).toEqual([]);
    expect((await sessions()).length).toBe(1);
    expect((await call("new", "one", "--or-existing")).stdout).toBe("one\n");
    expect((await call("new", "one")).status).toBe(6);
  }, 60_000);
});

describe("what an agent's programs know", () => {
  test("a run's measurements carry its session, beside what was there", async () => {
    const { call, env, root } = await project();
    const print = ["sh", "-c", 'printf %s "$OTEL_RESOURCE_ATTRIBUTES"'];
    const first = await call("new", "one", "--no-worktree", "--", ...print);
    expect(first.stdout).toMatch(/^berth\.session\.id=uuid--[0-9a-f-]{36}$/);
    const more = { ...env, OTEL_RESOURCE_ATTRIBUTES: "team=x,berth.session.id=old" };
    const second = await run([berth, "run", "one", "--", ...print], { env: more, cwd: root });
    expect(second.stdout).toBe(`team=x,${first.stdout}`);
  });

  test("Claude Code's commands learn the session, and its list the session's name", async () => {
    const { env, root, call } = await project();
    const file = join(root, "env");
    const payload = JSON.stringify({
      session_id: "c-1",
      hook_event_name: "SessionStart",
      source: "startup",
      cwd: root,
    });
    const script =
      `printf '%s' '${payload}' | CLAUDE_ENV_FILE='${file}' ${berth} agent hook claude; printf '%s' '${payload}' | CLAUDE_ENV_FILE='${file}' ${berth} agent hook claude`;
    const done = await call("new", "one", "--no-worktree", "--", "sh", "-c", script);
    const answer = { hookSpecificOutput: { hookEventName: "SessionStart", sessionTitle: "one" } };
    expect(done.stdout).toBe(`${JSON.stringify(answer)}\n${JSON.stringify(answer)}\n`);
    expect(readFileSync(file, "utf8")).toMatch(/^export BERTH_SESSION_ID=uuid--[0-9a-f-]{36}\n$/);
    expect(
      (await run([berth, "agent", "hook", "claude"], {
        env: { ...env, BERTH_SESSION: "x", CLAUDE_ENV_FILE: join(root, "gone", "env") },
        stdin: payload,
      })).status,
    ).toBe(0);
  });

  test("one that works in a worktree is shown with that session too, which is live", async () => {
    const { env, root, create, call } = await project();
    const path = (await create("feat1")).stdout.trim();
    const payload = JSON.stringify({
      session_id: "c-1",
      hook_event_name: "UserPromptSubmit",
      cwd: join(path, "deep"),
    });
    expect(
      (await run([berth, "agent", "hook", "claude"], {
        env: { ...env, BERTH_SESSION: "terminal" },
        cwd: root,
        stdin: payload,
      })).status,
    ).toBe(0);
    const { sessions } = JSON.parse((await call("list", "--json")).stdout);
    const shown = sessions.map((
      { name, alive, agents }: { name: string; alive: boolean; agents: { status: string }[] },
    ) => [name, alive, agents.map(({ status }) => status)]);
    expect(shown.sort()).toEqual([["feat1", true, ["active"]], [null, false, ["active"]]].sort());
  });

  test("one that ends itself when it is asked to has stopped, and did not fail", async () => {
    const { env, root, call } = await project();
    for (const status of [143, 130, 129, 3]) {
      const name = `s${status}`;
      const child = Bun.spawn([
        berth,
        "new",
        name,
        "--no-worktree",
        "--",
        "sh",
        "-c",
        `trap 'exit ${status}' TERM; echo ready; while :; do sleep 0.05; done`,
      ], {
        env: { PATH: process.env["PATH"] ?? "", ...env },
        cwd: root,
        stdio: ["ignore", "pipe", "ignore"],
      });
      for await (const chunk of child.stdout) if (new TextDecoder().decode(chunk).includes("ready")) break;
      await call("stop", name);
      await child.exited;
      const { session } = JSON.parse((await call("show", name, "--json")).stdout);
      expect([name, session.status]).toEqual([name, status === 3 ? "error" : "stopped"]);
      await call("destroy", name);
    }
  }, 30_000);
});

import { describe, expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, until } from "../../support/berth.ts";
import { at, type Project, project, read } from "../../support/project.ts";

/** A project whose `.berth.json` is committed. */
async function withHooks(
  hooks: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<Project> {
  const p = await project();
  p.write(".berth.json", JSON.stringify({ hooks, ...more }));
  await p.git("add", ".");
  await p.git("commit", "-qm", "hooks");
  return p;
}

const hookOf = async (p: Project, name: string) =>
  (await p.session(name)).history.filter(({ kind }) => kind === "hook");

describe("hooks of the project", () => {
  test("run only after the user trusted this very file", async () => {
    const p = await withHooks({ "post-create": 'echo "out $BERTH_HOOK"; pwd >"$HOME/ran"' });
    const first = await p.berth("new", "a");
    expect(first.stderr).toContain('type "berth trust a"');
    expect([first.status, existsSync(join(p.home, "ran"))]).toEqual([0, false]);
    expect((await p.berth("trust")).stderr).toContain("post-create");
    await p.ok("new", "b");
    expect(read(join(p.home, "ran"))).toBe(`${await p.worktree("b")}\n`);
    expect(await hookOf(p, "b")).toMatchObject([{
      hook: "post-create",
      exitCode: 0,
      output: "out post-create\n",
    }]);

    rmSync(join(p.home, "ran"));
    p.write(".berth.json", JSON.stringify({ hooks: { "post-create": 'touch "$HOME/evil"' } }));
    await p.git("commit", "-qam", "changed");
    expect((await p.berth("new", "c")).stderr).toContain('type "berth trust c"');
    expect(existsSync(join(p.home, "evil"))).toBe(false);
    await p.ok("destroy", "c");
    await p.ok("trust");
    await p.ok("trust", "--revoke");
    expect((await p.berth("new", "d")).stderr).toContain('type "berth trust d"');
    expect(existsSync(join(p.home, "evil"))).toBe(false);
  });

  test("trust is the workspace's own", async () => {
    const p = await withHooks({ "post-create": ["touch", "ran"] });
    await p.ok("trust");
    const copy = join(p.home, "copy");
    await p.git("clone", "-q", p.root, copy);
    const q = at(copy, p.home, p.store, p.env);
    expect((await q.berth("new", "a")).stderr).toContain('type "berth trust a"');
  });

  test("new --no-hooks runs none, and says nothing of it", async () => {
    const p = await withHooks({ "post-create": 'touch "$HOME/ran"' });
    await p.ok("trust");
    expect(await p.berth("new", "a", "--no-hooks")).toMatchObject({
      status: 0,
      stdout: "a\n",
      stderr: expect.not.stringContaining("hook"),
    });
    expect([existsSync(join(p.home, "ran")), await hookOf(p, "a")]).toEqual([false, []]);
    await p.ok("new", "b");
    expect(existsSync(join(p.home, "ran"))).toBe(true);
  });

  test("a failing pre-destroy keeps the worktree; --no-hooks and --force do without", async () => {
    const p = await withHooks({ "pre-destroy": "echo no; exit 3" });
    await p.ok("trust");
    await p.ok("new", "a");
    expect(await p.refused("destroy", "a", "--cleanup")).toMatchObject({ code: "hook_failed", status: 6 });
    expect(await hookOf(p, "a")).toMatchObject([{ hook: "pre-destroy", exitCode: 3, output: "no\n" }]);
    expect(existsSync(await p.worktree("a"))).toBe(true);
    await p.ok("destroy", "a", "--cleanup", "--no-hooks");
  });

  test("a hook that takes too long is killed with all it started", async () => {
    const p = await withHooks({ "post-create": "echo begun; sleep 600 & sleep 600" }, { timeout: 0.5 });
    await p.ok("trust");
    expect((await p.berth("new", "a")).stderr).toContain("longer than 0.5 s");
    expect(await hookOf(p, "a")).toMatchObject([{ timedOut: true, output: "begun\n" }]);
  });

  test("status-change is told both", async () => {
    const p = await withHooks({ "status-change": 'echo "$BERTH_OLD_STATUS $BERTH_STATUS"' });
    await p.ok("trust");
    await p.ok("new", "a");
    await p.ok("status", "a", "waiting");
    await p.ok("status", "a", "waiting");
    expect(await hookOf(p, "a")).toMatchObject([{ output: "active waiting\n" }]);
  });

  test("a file that nobody understands runs nothing and stops nothing", async () => {
    const p = await project();
    const hook = 'touch "$HOME/ran"; exit 1';
    const files = [
      '{"hooks": {"post-create": "touch $HOME/ran"',
      JSON.stringify({ hooks: { "post-create": hook, "pre-destroy": 1 } }),
      JSON.stringify({ hooks: { "post-create": hook, "pre-destroy": hook, "pre-commit": hook } }),
    ];
    for (const [n, text] of files.entries()) {
      p.write(".berth.json", text);
      await p.git("add", ".");
      await p.git("commit", "-qm", `file ${n}`);
      expect(await p.refused("trust")).toMatchObject({ code: "bad_hooks", status: 1 });
      const made = await p.berth("new", `a${n}`);
      expect(made).toMatchObject({
        status: 0,
        stdout: `a${n}\n`,
        stderr: expect.stringContaining("warning"),
      });
      const worktree = await p.worktree(`a${n}`);
      expect((await p.berth("destroy", `a${n}`, "--cleanup")).status).toBe(0);
      expect([existsSync(worktree), existsSync(join(p.home, "ran"))]).toEqual([false, false]);
    }
    rmSync(join(p.root, ".berth.json"));
    expect(await p.refused("trust")).toMatchObject({ code: "no_hooks" });
  });
});

describe("export and import", () => {
  const UUID = "a1b2c3d4-e5f6-4890-abcd-ef1234567890";
  const ENTRY = {
    id: UUID,
    name: "feature-auth",
    status: "active",
    branch: "feature/feature-auth",
    worktreePath: `/workspace/.worktrees/${UUID}`,
    ptyPid: 12345,
    createdAt: "2025-11-24T10:30:00.000Z",
    lastActivity: "2025-11-24T10:45:00.000Z",
  };
  const file = (p: Project, value: unknown): string => {
    const path = join(p.home, "sessions.json");
    writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
    return path;
  };

  test("a document comes back as it went", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const { id, project: place, createdAt, lastActivity } = await p.session("auth");
    const exported = JSON.parse(await p.ok("export"));
    expect(exported).toEqual({
      version: "1.0",
      sessions: [{
        id: id.slice(6),
        name: "auth",
        status: "active",
        branch: "feature/auth",
        worktreePath: place?.worktree,
        createdAt,
        lastActivity,
      }],
    });
    rmSync(p.store, { recursive: true });
    const { stdout } = await p.in(p.root, [berth, "import", "-", "--json"], {
      stdin: JSON.stringify(exported),
    });
    expect(JSON.parse(stdout)).toEqual({ schema: 1, imported: [id], skipped: [] });
    expect(await p.session("auth")).toMatchObject({
      id,
      status: "idle",
      createdAt,
      project: { worktree: place?.worktree },
    });
    await p.ok("run", "auth", "--", "true");
    await p.ok("destroy", "auth", "--cleanup");
  });

  test("the documented example comes in, idle, without a worktree of somebody else's", async () => {
    const p = await project();
    await p.ok("import", file(p, { version: "1.0", sessions: [ENTRY] }));
    const session = await p.session("feature-auth");
    expect(session).toMatchObject({ id: `uuid--${UUID}`, status: "idle", createdAt: ENTRY.createdAt });
    expect(session.project?.worktree).toBeUndefined();
    expect(
      JSON.parse((await p.berth("import", file(p, { version: "1.0", sessions: [ENTRY] }), "--json")).stdout),
    )
      .toEqual({ schema: 1, imported: [], skipped: [`uuid--${UUID}`] });
  });

  test("phase and metadata come in and go out as they are; ptyPid while the command runs", async () => {
    const p = await project();
    const more = { currentPhase: "review", metadata: { ticket: 7, tags: ["a", { b: null }] } };
    await p.ok("import", file(p, { version: "1.0", sessions: [{ ...ENTRY, ...more }] }));
    expect(await p.session("feature-auth")).toMatchObject(more);
    const exported = async () => JSON.parse(await p.ok("export")).sessions[0];
    const { ptyPid: none, ...idle } = await exported();
    expect([none, idle]).toEqual([undefined, expect.objectContaining(more)]);
    const script = ["sh", "-c", 'echo $$ >"$HOME/pid.new"; mv "$HOME/pid.new" "$HOME/pid"; exec sleep 600'];
    const running = p.in(p.root, [berth, "run", "feature-auth", "--", ...script]);
    const pid = join(p.home, "pid");
    await until("the command", () => existsSync(pid) || undefined);
    await until(
      "its record",
      async () => (await p.session("feature-auth")).run?.state === "ACTIVE" || undefined,
    );
    expect((await exported()).ptyPid).toBe(Number(read(pid)));
    await p.ok("stop", "feature-auth");
    await running;
    expect((await exported()).ptyPid).toBeUndefined();
  });

  test("all or none, within the limit", async () => {
    const p = await project();
    await p.ok("new", "taken");
    const many = [1, 2, 3, 4].map((n) => ({ ...ENTRY, id: UUID.replace(/.$/, String(n)), name: `n${n}` }));
    const cases: [unknown, string, number][] = [
      ["{", "bad_workspace_file", 7],
      [{ version: "2.0", sessions: [] }, "bad_workspace_file", 7],
      [{ version: "1.0", sessions: [ENTRY, { ...ENTRY, id: "../../etc" }] }, "bad_workspace_file", 7],
      [{ version: "1.0", sessions: [{ ...ENTRY, name: "a b" }] }, "bad_workspace_file", 7],
      [{ version: "1.0", sessions: [{ ...ENTRY, status: "bored" }] }, "bad_workspace_file", 7],
      [{ version: "1.0", sessions: many }, "MAX_SESSIONS", 6],
      [{ version: "1.0", sessions: [many[0], { ...ENTRY, name: "taken" }] }, "name_taken", 6],
    ];
    for (const [value, code, status] of cases) {
      expect([value, await p.refused("import", file(p, value))]).toMatchObject([value, { code, status }]);
    }
    expect(p.stored("sessions")).toHaveLength(1);
  });
});

test("list of 1,000 sessions starts no process", async () => {
  const p = await project();
  await p.ok("new", "auth");
  const { id, ...record } = await p.session("auth");
  for (let n = 1; n < 1000; n++) {
    const other = `uuid--${crypto.randomUUID()}`;
    const file = join(p.store, "sessions", `${other}.session.json`);
    writeFileSync(file, JSON.stringify({ ...record, id: other, name: `n${n}` }));
  }
  const log = join(p.home, "strace");
  const trace = ["strace", "-f", "-qq", "-o", log, "-e", "trace=clone,clone3,fork,vfork,execve"];
  const { stdout, status } = await p.in(p.root, [...trace, berth, "list", "--json"]);
  const { sessions } = JSON.parse(stdout);
  expect([status, sessions.length]).toEqual([0, 1000]);
  expect(sessions.map((one: { id: string }) => one.id)).toContain(id);
  // Threads are no processes. Where two of them talk at once, strace prints a call in two lines.
  const calls = read(log).split("\n").filter((line) =>
    /\b(clone3?|v?fork|execve)\(/.test(line) && !line.includes("CLONE_THREAD")
  );
  expect(calls).toEqual([expect.stringContaining(`execve("${berth}"`)]);
});

import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { type Dependencies, noCleaner } from "../../../src/sessions/model/dependencies.ts";
import { gitIn } from "../../../src/sessions/git/git.ts";
import { findOrphans, rebuild } from "../../../src/sessions/steps/rebuild.ts";
import { findRepository } from "../../../src/sessions/git/repository.ts";
import { checkoutOf } from "../../../src/sessions/git/checkout.ts";
import { recover } from "../../../src/sessions/steps/recover.ts";
import { lockScope } from "../../../src/store/locks.ts";
import { openStore } from "../../../src/store/open.ts";
import { asideOf } from "../../../src/sessions/git/aside.ts";
import { berth, run, until } from "../../support/berth.ts";
import { gitBy, type Project, project, read } from "../../support/project.ts";
import { failureOf, machineOf } from "../../support/store.ts";

/** Start berth and kill it with SIGKILL after a while. */
async function killed(p: Project, ms: number, ...args: string[]): Promise<void> {
  const child = Bun.spawn([berth, ...args], {
    cwd: p.root,
    env: { PATH: process.env["PATH"] ?? "", ...p.env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  await Promise.race([Bun.sleep(ms), child.exited]);
  child.kill("SIGKILL");
  await child.exited;
}

/** What must hold after `doctor --fix`: records, worktrees and branches belong together, and nothing is begun. */
async function consistent(p: Project): Promise<void> {
  await p.berth("doctor", "--fix");
  const { ok, findings } = JSON.parse((await p.berth("doctor", "--json")).stdout);
  expect([ok, findings]).toEqual([true, []]);
  const { sessions } = JSON.parse(await p.ok("list", "--json"));
  const worktrees = (await p.git("worktree", "list", "--porcelain")).split("\n\n").filter(Boolean).slice(1);
  expect(worktrees.every((one) => !one.includes("\nlocked"))).toBe(true);
  const paths = worktrees.map((one) => one.split("\n")[0]?.slice("worktree ".length)).sort();
  expect(sessions.map(({ worktree }: { worktree: string }) => worktree).sort()).toEqual(paths);
  for (const { worktree } of sessions) {
    expect(await p.git("-C", worktree, "status", "--porcelain")).toBe("");
    expect(read(join(worktree, "file.txt"))).toBe("one\n");
  }
  const branches = (await p.git("for-each-ref", "--format=%(refname:short)", "refs/heads/feature")).split(
    "\n",
  ).filter(Boolean);
  const used = new Set(sessions.map(({ branch }: { branch: string }) => branch));
  expect(branches.filter((branch) => !used.has(branch))).toEqual([]);
}

describe("kill -9", () => {
  test("of new, at many moments", async () => {
    const p = await project();
    for (let n = 0; n < 400; n++) p.write(`many/${n}.txt`, "x".repeat(2000));
    await p.git("add", ".");
    await p.git("commit", "-qm", "many");
    for (let ms = 2; ms < 62; ms += 3) {
      await killed(p, ms, "new", `at-${ms}`);
      await consistent(p);
      for (const { id } of JSON.parse(await p.ok("list", "--json")).sessions) {
        await p.ok("destroy", id, "--cleanup", "--delete-branch");
      }
    }
  }, 120_000);

  test("of destroy, at many moments", async () => {
    const p = await project();
    for (let n = 0; n < 400; n++) p.write(`many/${n}.txt`, "x".repeat(2000));
    await p.git("add", ".");
    await p.git("commit", "-qm", "many");
    for (let ms = 2; ms < 62; ms += 3) {
      await p.ok("new", `at-${ms}`);
      await killed(p, ms, "destroy", `at-${ms}`, "--cleanup", "--delete-branch");
      await consistent(p);
      for (const { id } of JSON.parse(await p.ok("list", "--json")).sessions) {
        await p.ok("destroy", id, "--cleanup", "--delete-branch");
      }
    }
  }, 120_000);

  test(
    "of run, at many moments: the session is live while its command lives, and can be run again",
    async () => {
      const p = await project();
      await p.ok("new", "auth");
      for (let ms = 2; ms < 42; ms += 3) {
        await killed(p, ms, "run", "auth", "--", "sleep", "600");
        await p.berth("doctor", "--fix");
        const { run } = await p.session("auth");
        if (run !== undefined && run.state === "ACTIVE") {
          expect(await p.refused("run", "auth", "--", "true")).toMatchObject({ code: "session_running" });
          await p.ok("stop", "auth");
        }
        await p.ok("run", "auth", "--", "true");
        const { stdout } = await p.in(p.root, [
          "sh",
          "-c",
          "grep -laz BERTH_RUN= /proc/[0-9]*/environ 2>/dev/null | xargs -r grep -laz $BERTH 2>/dev/null",
        ], {
          env: { BERTH: (await p.session("auth")).id },
        });
        const alive = stdout.split("\n").filter((line) => line !== "" && existsSync(line) && isSleep(line));
        expect(alive).toEqual([]);
      }
    },
    120_000,
  );

  const isSleep = (environ: string): boolean => {
    try {
      return readFileSync(environ.replace("environ", "cmdline"), "utf8").startsWith("sleep");
    } catch {
      return false;
    }
  };
});

/** The manager's world over the store of a project, on a machine where no other process lives. */
const meansFor = (p: Project): Dependencies => ({
  store: openStore({ directory: p.store, waitMs: 0 }),
  newUuid: () => "00000000-0000-4000-8000-000000000000",
  clock: () => new Date(),
  cleaner: noCleaner,
  log: () => {},
  machine: () => machineOf({}),
  findMarked: () => [],
  processesAt: () => [],
  lookAround: () => ({ occupants: [], ownMounts: [], mounts: [] }),
  mountsBelow: () => [],
  self: { pid: 10, start: "100", bootId: "this boot" },
});

describe("what a crash leaves is told and can be put right", () => {
  /** Put the journal of a dead process into the record of a session. */
  function leave(p: Project, pending: Record<string, unknown>, worktree?: string): void {
    const file = join(p.store, "sessions", p.stored("sessions")[0] ?? "");
    const record = JSON.parse(read(file));
    if (worktree !== undefined) record.project.worktree = worktree;
    record.pending = { by: { pid: 999999999, start: "1", bootId: "gone" }, ...pending };
    writeFileSync(file, JSON.stringify(record));
  }

  test("commands refuse a session that is half made; doctor names it", async () => {
    const p = await project();
    await p.ok("new", "auth");
    leave(p, { kind: "new", base: null });
    for (const args of [["run", "auth", "--", "true"], ["destroy", "auth"]]) {
      expect(await p.refused(...args)).toMatchObject({ code: "session_unfinished", status: 5 });
    }
    const { ok, findings } = JSON.parse((await p.berth("doctor", "--json")).stdout);
    expect([ok, findings[0].code]).toEqual([false, "session_unfinished"]);
    await p.ok("doctor", "--fix");
    await p.ok("run", "auth", "--", "true");
  });

  /** As a `new` that was killed after the record and before the branch. */
  async function onlyRecord(p: Project): Promise<string> {
    await p.ok("new", "auth");
    const base = (await p.git("rev-parse", "main")).trim();
    await p.git("worktree", "remove", await p.worktree("auth"));
    await p.git("branch", "-D", "feature/auth");
    leave(p, { kind: "new", base });
    return (await p.session("auth")).id;
  }
  const branches = (p: Project) => p.git("for-each-ref", "--format=%(refname:short)", "refs/heads/feature");

  test("a branch is taken back only where its reflog says that it was made for the session", async () => {
    const p = await project();
    const id = await onlyRecord(p);
    await p.git("branch", "feature/auth");
    await p.ok("doctor", "--fix");
    expect([await branches(p), p.stored("sessions")]).toEqual(["feature/auth\n", []]);
    const q = await project();
    const own = await onlyRecord(q);
    const made = ["update-ref", "--create-reflog", "refs/heads/feature/auth", "main", ""];
    await q.git(...made, "-m", `branch: Created from main for ${own}`);
    await q.ok("doctor", "--fix");
    expect([await branches(q), q.stored("sessions")]).toEqual(["", []]);
    const r = await project();
    await onlyRecord(r);
    await r.git(...made, "-m", `branch: Created from main for ${id}`);
    await r.ok("doctor", "--fix");
    expect([await branches(r), r.stored("sessions")]).toEqual(["feature/auth\n", []]);
  });

  test("a branch without a reflog, and one that moved, are not taken back", async () => {
    const p = await project();
    await p.git("config", "core.logAllRefUpdates", "false");
    await onlyRecord(p);
    await p.git("branch", "feature/auth");
    await p.ok("doctor", "--fix");
    expect([await branches(p), p.stored("sessions")]).toEqual(["feature/auth\n", []]);
    const q = await project();
    const id = await onlyRecord(q);
    await q.git("commit", "-q", "--allow-empty", "-m", "two");
    const message = `branch: Created from main for ${id}`;
    await q.git("update-ref", "--create-reflog", "-m", message, "refs/heads/feature/auth", "main", "");
    await q.ok("doctor", "--fix");
    expect([await branches(q), q.stored("sessions")]).toEqual(["feature/auth\n", []]);
  });

  test("the session of a repository that is gone is archived, and nothing else goes", async () => {
    for (const kind of ["new", "destroy"]) {
      const p = await project();
      await p.ok("new", "auth");
      const worktree = await p.worktree("auth");
      leave(p, kind === "new" ? { kind, base: null } : { kind, cleanup: true, commit: null });
      rmSync(join(p.root, ".git"), { recursive: true });
      const { findings } = JSON.parse(await p.ok("doctor", "--fix", "--json"));
      expect(findings).toHaveLength(1);
      expect(findings[0].hint).toBe("It was archived: its repository is gone");
      expect([p.stored("sessions"), p.stored("archive").length]).toEqual([[], 1]);
      expect(read(join(worktree, "file.txt"))).toBe("one\n");
    }
    const q = await project();
    await q.ok("new", "auth");
    rmSync(join(q.root, ".git"), { recursive: true });
    const { findings } = JSON.parse(await q.ok("doctor", "--json"));
    expect(findings).toMatchObject([{ code: "repository_missing", fixed: false }]);
    leave(q, { kind: "new", base: null });
    rmSync(q.root, { recursive: true });
    await q.in(q.home, [berth, "doctor", "--fix"]);
    expect([q.stored("sessions"), q.stored("archive").length]).toEqual([[], 1]);
  });

  test("files without a .git file: it is put back, and where git has forgotten the worktree it learns of it again", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    const base = (await p.git("rev-parse", "main")).trim();
    for (const remove of [rmSync, (path: string) => writeFileSync(path, "")]) {
      writeFileSync(join(worktree, "mine.txt"), "mine");
      remove(join(worktree, ".git"));
      leave(p, { kind: "new", base });
      await p.ok("doctor", "--fix");
      expect(await p.git("-C", worktree, "status", "--porcelain")).toBe("?? mine.txt\n");
    }
    rmSync(join(worktree, ".git"));
    rmSync(join(p.root, ".git/worktrees"), { recursive: true });
    leave(p, { kind: "new", base });
    const { findings } = JSON.parse(await p.ok("doctor", "--fix", "--json"));
    expect(findings[0].hint).toBe("It was finished");
    expect(read(join(worktree, "mine.txt"))).toBe("mine");
    expect(await p.git("-C", worktree, "status", "--porcelain")).toBe("?? mine.txt\n");
    expect((await p.session("auth")).project?.worktree).toBe(worktree);
  });

  test("a .git file that leads nowhere is told, and nothing is done until it is gone", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    writeFileSync(join(worktree, ".git"), "nothing");
    leave(p, { kind: "new", base: (await p.git("rev-parse", "main")).trim() });
    const { status, stdout } = await p.berth("doctor", "--fix", "--json");
    expect([status, JSON.parse(stdout).findings[0].hint]).toEqual([
      1,
      `No .git file leads from "${worktree}" to the repository: move the files there away, ` +
      'then type "berth doctor --fix" again',
    ]);
    renameSync(worktree, join(p.home, "away"));
    await p.ok("doctor", "--fix");
    expect(read(join(p.home, "away/file.txt"))).toBe("one\n");
    expect([p.stored("sessions"), await branches(p)]).toEqual([[], ""]);
  });

  test("reset leaves the journal to doctor, also with --force", async () => {
    const p = await project();
    await p.ok("new", "auth");
    leave(p, { kind: "destroy", cleanup: true, commit: null });
    const before = await p.session("auth");
    for (const args of [["reset", "auth"], ["reset", "auth", "--force"]]) {
      expect(await p.refused(...args)).toMatchObject({ code: "session_unfinished", status: 5 });
    }
    expect(await p.session("auth")).toEqual(before);
  });

  test("a record that names another directory leads recovery nowhere", async () => {
    for (const pending of [{ kind: "new", base: null }, { kind: "destroy", cleanup: true, commit: null }]) {
      const p = await project();
      await p.ok("new", "auth");
      await p.git("worktree", "add", "-q", ".worktrees/other", "-b", "other");
      leave(p, pending, join(p.root, ".worktrees/other"));
      const { findings } = JSON.parse((await p.berth("doctor", "--fix", "--json")).stdout);
      expect(findings[0].code).toBe("worktree_refused");
      expect(read(join(p.root, ".worktrees/other/file.txt"))).toBe("one\n");
    }
  });

  test("what somebody finished while doctor waited for the workspace is not done again", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const [name = ""] = p.stored("sessions");
    const [file, worktree] = [join(p.store, "sessions", name), await p.worktree("auth")];
    const whole = read(file);
    // Nothing is checked out, so that it would be undone.
    await p.git("worktree", "remove", worktree);
    await p.git("worktree", "add", "-q", "--no-checkout", worktree, "feature/auth");
    leave(p, { kind: "new", base: (await p.git("rev-parse", "main")).trim() });
    const deps = meansFor(p);
    const stale = await p.session("auth");
    const place = await checkoutOf(stale, { ...process.env, ...p.env });
    {
      await using _lock = await lockScope(deps.store, { kind: "workspace", root: p.root });
      expect(await failureOf(() => recover(deps, stale, place))).toMatchObject({ code: "locked" });
      writeFileSync(file, whole);
    }
    expect(await recover(deps, stale, place)).toBe("finished");
    expect([read(file), existsSync(join(worktree, ".git"))]).toEqual([whole, true]);
    rmSync(file);
    expect(await recover(deps, stale, place)).toBe("finished");
    expect(existsSync(join(worktree, ".git"))).toBe(true);
  });

  test("work that came after the crash is kept: a destroy with work in the worktree is undone", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    leave(p, { kind: "destroy", cleanup: true, commit: (await p.git("rev-parse", "feature/auth")).trim() });
    writeFileSync(join(worktree, "new-work"), "precious");
    await p.ok("doctor", "--fix");
    expect(read(join(worktree, "new-work"))).toBe("precious");
    expect((await p.session("auth"))["pending"]).toBeUndefined();
  });

  test("a removal that was killed half-way is finished", async () => {
    const p = await project();
    p.write("second.txt", "two\n");
    await p.git("add", ".");
    await p.git("commit", "-qm", "two");
    for (const missing of [["second.txt"], ["second.txt", ".git"]]) {
      await p.ok("new", "auth");
      const worktree = await p.worktree("auth");
      for (const name of missing) rmSync(join(worktree, name));
      leave(p, { kind: "destroy", cleanup: true, commit: null });
      await p.ok("doctor", "--fix");
      expect([existsSync(worktree), p.stored("sessions")]).toEqual([false, []]);
      await p.git("branch", "-D", "feature/auth");
    }
  });

  test("a checkout that was killed is completed, and no file that is there is overwritten", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    const admin = join(p.root, ".git/worktrees", worktree.split("/").at(-1) ?? "");
    rmSync(join(admin, "index"));
    rmSync(join(admin, "berth.json"));
    writeFileSync(join(admin, "index.lock"), "");
    writeFileSync(join(admin, "locked"), "initializing\n");
    writeFileSync(join(worktree, "mine.txt"), "mine");
    rmSync(join(worktree, "file.txt"));
    leave(p, { kind: "new", base: (await p.git("rev-parse", "main")).trim() });
    await p.ok("doctor", "--fix");
    expect([read(join(worktree, "file.txt")), read(join(worktree, "mine.txt"))]).toEqual(["one\n", "mine"]);
    expect(await p.git("-C", worktree, "status", "--porcelain")).toBe("?? mine.txt\n");
  });

  test("the file that a killed git was writing is written again, and no other one", async () => {
    const p = await project();
    const wanted: Record<string, string> = {
      ".gitattributes": "*.crlf text eol=crlf\n",
      "empty.txt": "two\n",
      "cut.txt": "\u00e4 long line\n".repeat(1000),
      "cut.crlf": "a\nb\n",
      "line\nbreak": "three\n",
    };
    for (const [path, text] of Object.entries(wanted)) p.write(path, text);
    p.write("mine.txt", "theirs, and long\n");
    p.write("longer.txt", "short\n");
    await p.git("add", ".");
    await p.git("commit", "-qm", "files");
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    const admin = join(p.root, ".git/worktrees", worktree.split("/").at(-1) ?? "");
    rmSync(join(admin, "index"));
    writeFileSync(join(admin, "locked"), "initializing\n");
    const there = {
      "empty.txt": "",
      "cut.txt": (wanted["cut.txt"] ?? "").slice(0, 5000),
      "cut.crlf": "a\r\nb\r",
      "line\nbreak": "th",
      "mine.txt": "mine",
      "longer.txt": "short\nand mine\n",
    };
    for (const [path, text] of Object.entries(there)) writeFileSync(join(worktree, path), text);
    leave(p, { kind: "new", base: (await p.git("rev-parse", "main")).trim() });
    await p.ok("doctor", "--fix");
    for (const path of ["empty.txt", "cut.txt", "line\nbreak"]) {
      expect(read(join(worktree, path))).toBe(wanted[path] as string);
    }
    expect(read(join(worktree, "cut.crlf"))).toBe("a\r\nb\r\n");
    for (const path of ["mine.txt", "longer.txt"] as const) {
      expect(read(join(worktree, path))).toBe(there[path]);
    }
    expect(await p.git("-C", worktree, "status", "--porcelain")).toBe(" M longer.txt\n M mine.txt\n");
    expect(readdirSync(admin)).not.toContain("berth-copies");
  });

  /** Start berth, and let git kill it before or after one of its steps. */
  async function killedAt(p: Project, when: "before" | "after", step: string, ...args: string[]) {
    const work = when === "after" ? '$GIT "$@";' : "";
    const script = `case "$*" in *"${step}"*) ${work} kill -9 $PPID; exit 1;; esac; exec $GIT "$@"`;
    const env = { ...p.env, ...gitBy(p, script).env };
    const child = Bun.spawn([berth, ...args], { cwd: p.root, env, stdin: "ignore", stderr: "ignore" });
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  }

  test("a branch whose commits nothing else has any more outlives the destruction, unless by force", async () => {
    for (const force of [false, true]) {
      const p = await project();
      await p.ok("new", "auth");
      await p.git("-C", await p.worktree("auth"), "commit", "-q", "--allow-empty", "-m", "work");
      await p.git("branch", "keep", "feature/auth");
      const args = ["destroy", "auth", "--cleanup", "--delete-branch", ...force ? ["--force-branch"] : []];
      await killedAt(p, "before", "worktree remove", ...args);
      await p.git("branch", "-D", "keep");
      await p.ok("doctor", "--fix");
      expect([p.stored("sessions"), await branches(p)]).toEqual([[], force ? "" : "feature/auth\n"]);
      if (force) continue;
      await p.ok("restore", (p.stored("archive")[0] ?? "").replace(".session.json", ""));
      expect((await p.session("auth")).project?.["ownsBranch"]).toBe(true);
    }
  });

  test("commits of a worktree without files are kept: its making is finished, not undone", async () => {
    const p = await project("empty");
    await p.git("commit", "-q", "--allow-empty", "-m", "one");
    await killedAt(p, "after", "worktree add", "new", "auth");
    const worktree = await p.worktree("auth");
    await p.git("-C", worktree, "checkout", "-q", "--detach");
    await p.git("-C", worktree, "commit", "-q", "--allow-empty", "-m", "work");
    const commit = await p.git("-C", worktree, "rev-parse", "HEAD");
    await p.ok("doctor", "--fix");
    expect(await p.git("-C", worktree, "rev-parse", "HEAD")).toBe(commit);
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({ code: "work_at_risk" });
  });

  test("another worktree that is broken keeps recovery from nothing, and stays as it is", async () => {
    const p = await project();
    p.write("second.txt", "two\n");
    await p.git("add", ".");
    await p.git("commit", "-qm", "two");
    await p.git("worktree", "add", "-q", "../other", "-b", "other");
    await p.git("worktree", "add", "-q", "../third", "-b", "third");
    const [other, third] = [join(p.root, "../other"), join(p.root, "../third")];
    rmSync(join(other, ".git"));
    await p.git("init", "-q", other);
    rmSync(join(third, ".git"));
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    await killedAt(p, "before", "worktree remove", "destroy", "auth", "--cleanup");
    for (const name of [".git", "second.txt"]) rmSync(join(asideOf(worktree), name));
    await p.ok("doctor", "--fix");
    expect([existsSync(worktree), p.stored("sessions")]).toEqual([false, []]);
    expect([statSync(join(other, ".git")).isDirectory(), existsSync(join(third, ".git"))]).toEqual([
      true,
      false,
    ]);
  });

  test("the worktree of another session at its path is left alone", async () => {
    const p = await project();
    for (const name of ["one", "two"]) await p.ok("new", name);
    const [one, two] = [await p.worktree("one"), await p.worktree("two")];
    await killedAt(p, "before", "worktree remove", "destroy", "one", "--cleanup");
    await p.git("worktree", "move", asideOf(one), join(p.home, "away"));
    await p.git("worktree", "move", two, one);
    await p.ok("doctor", "--fix");
    expect(read(join(one, "file.txt"))).toBe("one\n");
    expect(p.stored("sessions")).toHaveLength(2);
  });

  const GOING_ON = [["destroy", "auth", "--cleanup"], ["doctor", "--fix"]];

  test.each(GOING_ON)("a removal that was stopped half-way is gone on with by %s %s", async (...args) => {
    for (const missing of ["second.txt", "second.txt .git", ""]) {
      const p = await project();
      p.write("second.txt", "two\n");
      await p.git("add", ".");
      await p.git("commit", "-qm", "two");
      await p.ok("new", "auth");
      const worktree = await p.worktree("auth");
      // As git that met a ^C, at last while it deletes the branch.
      const step = missing === ""
        ? '*"update-ref --no-deref --stdin"*) exit 130'
        : `*"worktree remove"*) cd ${asideOf(worktree)}; rm ${missing}; exit 130`;
      const git = gitBy(p, `case "$*" in ${step};; esac; exec $GIT "$@"`);
      const stopped = await p.in(
        p.root,
        [berth, "destroy", "auth", "--cleanup", "--delete-branch", "--json"],
        git,
      );
      expect([stopped.status, JSON.parse(stopped.stderr).error.code]).toEqual([1, "destroy_unfinished"]);
      expect(await p.refused("destroy", "auth")).toMatchObject({ code: "session_unfinished" });
      await p.ok(...args);
      expect([existsSync(worktree), p.stored("sessions"), await branches(p)]).toEqual([false, [], ""]);
    }
  });

  test("a removal that was stopped half-way is none any more where there is work in it since", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    await killedAt(p, "before", "worktree remove", "destroy", "auth", "--cleanup");
    writeFileSync(join(asideOf(worktree), "work"), "w");
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({ code: "work_at_risk" });
    expect([read(join(worktree, "work")), (await p.session("auth"))["pending"]]).toEqual([
      "w",
      undefined as never,
    ]);
    await p.ok("run", "auth", "--", "true");
  });

  test("a removal that git did not begin leaves the session as it was", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const git = gitBy(p, `case "$*" in *"worktree remove"*) exit 1;; esac; exec $GIT "$@"`);
    const { stderr } = await p.in(p.root, [berth, "destroy", "auth", "--cleanup", "--json"], git);
    expect(JSON.parse(stderr).error.code).toBe("git_failed");
    await p.ok("run", "auth", "--", "true");
  });

  test.each(GOING_ON)(
    "what cannot be deleted is left to the user, and the rest goes on by %s %s",
    async (...args) => {
      const p = await project();
      p.write(".gitignore", "modules/\n");
      await p.git("add", ".");
      await p.git("commit", "-qm", "ignore");
      await p.ok("new", "auth");
      const worktree = await p.worktree("auth");
      const file = join(worktree, "modules/pkg/file");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "x");
      // Before the removal begins it would be refused: the directory is closed when git is about to begin.
      p.write(
        "../bin/git",
        `#!/bin/sh\ncase " $* " in *" worktree remove "*) chmod 555 ${dirname(file)} ;; esac\nexec ${
          Bun.which("git")
        } "$@"\n`,
      );
      await run(["chmod", "755", dirname(p.root), join(p.root, "../bin/git")]);
      await run(["chown", "-R", "65534:65534", p.root, p.store, p.home]);
      const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const as = (...command: string[]) => p.in(p.root, [...nobody, ...command]);
      const path = `PATH=${join(p.root, "../bin")}:${process.env["PATH"]}`;
      const failed = await as(
        "env",
        path,
        berth,
        "destroy",
        "auth",
        "--cleanup",
        "--delete-branch",
        "--json",
      );
      expect([failed.status, JSON.parse(failed.stderr).error.code]).toEqual([1, "destroy_unfinished"]);
      const found = JSON.parse((await as(berth, "doctor", "--json")).stdout).findings;
      // Nobody sees less of the machine than its owner; only what is said of sessions counts here.
      const ofSessions = found.filter((one: { code: string }) => one.code === "session_unfinished");
      expect(ofSessions).toMatchObject([{ code: "session_unfinished", fixed: false }]);
      const dry = await as(berth, "destroy", "auth", "--cleanup", "--dry-run");
      expect([dry.status, dry.stdout]).toEqual([
        0,
        expect.stringContaining("keep worktree: git has removed"),
      ]);
      const done = await as(berth, ...args);
      expect([done.status, done.stdout + done.stderr]).toEqual([0, expect.stringContaining(worktree)]);
      expect([p.stored("sessions"), p.stored("archive").length, read(file)]).toEqual([[], 1, "x"]);
      const listed = ["git", "for-each-ref", "--format=%(refname:short)", "refs/heads/feature"];
      expect((await as(...listed)).stdout).toBe("");
      expect((await as(berth, "doctor")).stdout).toStartWith("Nothing is wrong");
    },
  );

  test("lost and corrupt records are rebuilt from the worktrees, idle", async () => {
    const p = await project();
    await p.git("branch", "topic");
    await p.ok("new", "auth", "--role", "coder");
    await p.ok("new", "adopted", "--existing-branch", "topic");
    await p.ok("new", "gone");
    const before = await Promise.all(["auth", "adopted"].map((name) => p.session(name)));
    await p.ok("destroy", "gone");
    const [one = "", two = ""] = p.stored("sessions");
    rmSync(join(p.store, "sessions", one));
    writeFileSync(join(p.store, "sessions", two), "{");
    expect((await p.berth("list")).status).toBe(0);
    await p.berth("doctor", "--fix");
    await p.ok("doctor", "--fix");
    for (const { name = "", id, project: place, role, createdAt } of before) {
      const now = await p.session(name);
      expect(now).toMatchObject({ id, status: "idle", createdAt, project: { ...place } });
      expect(now.role).toBe(role as string);
    }
    expect(p.stored("sessions")).toHaveLength(2);
    await p.ok("run", "auth", "--", "true");
  });

  /** The marker of a worktree. */
  const markerIn = (p: Project, worktree: string) =>
    join(p.root, ".git/worktrees", worktree.split("/").at(-1) ?? "", "berth.json");

  test("a session that was destroyed is not rebuilt when its archive is purged", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    writeFileSync(join(worktree, "work"), "w");
    await p.ok("destroy", "auth");
    await p.ok("config", "maxCount", "0");
    await p.ok("purge", "--yes");
    expect(p.stored("archive")).toEqual([]);
    expect(JSON.parse(await p.ok("doctor", "--fix", "--json")).findings).toEqual([]);
    expect([p.stored("sessions"), read(join(worktree, "work"))]).toEqual([[], "w"]);
    await p.ok("new", "other");
    rmSync(join(p.store, "sessions", p.stored("sessions")[0] ?? ""));
    await p.ok("doctor", "--fix");
    expect(JSON.parse(await p.ok("list", "--json")).sessions.map(({ name }: { name: string }) => name))
      .toEqual(["other"]);
  });

  test("a session that was once begun anew is rebuilt like any other", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const { id } = await p.session("auth");
    await p.ok("reset", "auth");
    writeFileSync(join(p.store, "sessions", p.stored("sessions")[0] ?? ""), "garbage");
    await p.ok("doctor", "--fix");
    expect((await p.session("auth")).id).toBe(id);
    // The archive alone tells of a destruction here.
    await p.ok("destroy", "auth");
    rmSync(markerIn(p, id.replace("uuid--", "")));
    await p.ok("doctor", "--fix");
    expect(p.stored("sessions")).toEqual([]);
  });

  test("the number in the name of a session that was rebuilt does not come again", async () => {
    const p = await project();
    const { session } = JSON.parse(await p.ok("new", "--json"));
    rmSync(join(p.store, "sessions", p.stored("sessions")[0] ?? ""));
    rmSync(join(p.store, "workspaces"), { recursive: true });
    await p.ok("doctor", "--fix");
    await p.ok("destroy", session.name, "--cleanup", "--delete-branch");
    const next = JSON.parse(await p.ok("new", "--json")).session;
    expect(next.name).toBe(session.name.replace("001", "002"));
  });

  const MARKERS: [string, (marker: Record<string, unknown>) => unknown][] = [
    ["no marker", () => null],
    ["one of another session", (marker) => {
      marker["id"] = "uuid--00000000-0000-4000-8000-000000000000";
    }],
    ["one with a name that none has", (marker) => {
      marker["name"] = "\u001b]0;x\u0007/../x";
    }],
    ["one with a role that none has", (marker) => {
      marker["role"] = "\u001b[31m";
    }],
    ["one with a branch that none has", (marker) => {
      marker["branch"] = "feature/auth\u001b";
    }],
    ["one with a time that is none", (marker) => {
      marker["createdAt"] = "yesterday";
    }],
  ];

  test.each(MARKERS)(
    "a worktree with %s is rebuilt from its branch, which is nobody's then",
    async (_, edit) => {
      const p = await project();
      await p.ok("new", "wanted", "--role", "coder", "--branch", "feature/auth");
      const { id, createdAt, project: place } = await p.session("wanted");
      const file = markerIn(p, place?.worktree ?? "");
      const marker = JSON.parse(read(file));
      if (edit(marker) === null) rmSync(file);
      else writeFileSync(file, JSON.stringify(marker));
      rmSync(join(p.store, "sessions", p.stored("sessions")[0] ?? ""));
      await p.ok("doctor", "--fix");
      const now = await p.session("auth");
      expect([now.id, now.role, now.status]).toEqual([id, undefined as never, "idle"]);
      expect(now.createdAt).not.toBe(createdAt);
      expect(now.project).toEqual({
        root: p.root,
        worktree: place?.worktree as string,
        branch: "feature/auth",
        ownsBranch: false,
      });
      expect(await p.refused("destroy", "auth", "--cleanup", "--delete-branch", "--force"))
        .toMatchObject({ code: "branch_not_ours" });
    },
  );

  test("two that rebuild a session make it once", async () => {
    const p = await project();
    await p.ok("new", "auth");
    const main = gitIn(p.root, { ...process.env, ...p.env });
    const [deps, repository] = [meansFor(p), await findRepository(main)];
    rmSync(join(p.store, "sessions", p.stored("sessions")[0] ?? ""));
    const [orphan] = await findOrphans(deps, main, repository);
    if (orphan === undefined) throw new Error("no orphan");
    await rebuild(deps, repository, orphan);
    await p.ok("status", "auth", "waiting");
    expect(await rebuild(deps, repository, orphan)).toBeNull();
    expect((await p.session("auth")).status).toBe("waiting");
  });

  test("a store that cannot be written leaves no ghost", async () => {
    const p = await project();
    await p.ok("list");
    writeFileSync(p.store, "no directory");
    const { status } = await p.berth("new", "auth");
    expect(status).not.toBe(0);
    rmSync(p.store);
    expect(await p.git("branch", "--list", "feature/*")).toBe("");
    expect(JSON.parse(await p.ok("list", "--json")).sessions).toEqual([]);
  });

  const FAILING: [string, string, string, string][] = [
    ["is taken back, also without a reflog", "false", "", ""],
    ["stays where it has moved", "true", "$GIT update-ref refs/heads/feature/auth second;", "feature/auth\n"],
  ];

  test.each(FAILING)("a branch of a worktree that git cannot make %s", async (_, logs, meanwhile, left) => {
    const p = await project();
    await p.git("config", "core.logAllRefUpdates", logs);
    await p.git("tag", "second", await commitOn(p, "main"));
    const git = gitBy(p, `case "$*" in *"worktree add"*) ${meanwhile} exit 1;; esac; exec $GIT "$@"`);
    expect((await p.in(p.root, [berth, "new", "auth"], git)).status).toBe(1);
    expect([await branches(p), p.stored("sessions")]).toEqual([left, []]);
  });

  /** A commit on top of a branch, which stays where it is. */
  const commitOn = async (p: Project, branch: string): Promise<string> =>
    (await p.git("commit-tree", "-p", branch, "-m", "second", `${branch}^{tree}`)).trim();

  test("^C while git makes the worktree takes everything back", async () => {
    const p = await project();
    // A filter that takes its time stands for a large repository.
    p.write(".gitattributes", "*.txt filter=slow\n");
    await p.git("add", ".");
    await p.git("commit", "-qm", "filter");
    await p.git("config", "filter.slow.smudge", "sleep 2; cat");
    const child = Bun.spawn(["setsid", "-w", berth, "new", "auth"], {
      cwd: p.root,
      env: { PATH: process.env["PATH"] ?? "", ...p.env },
      stdout: "pipe",
      stderr: "pipe",
    });
    const pid = await until("git to work", async () => {
      const { stdout } = await p.berth("show", "auth", "--json");
      const { pending, project: place } = stdout === "" ? {} as never : JSON.parse(stdout).session;
      return existsSync(join(place?.worktree ?? "/nonexistent", ".git")) ? Number(pending.by.pid) : undefined;
    });
    process.kill(-pid, "SIGINT");
    expect(await child.exited).not.toBe(0);
    expect(p.stored("sessions")).toEqual([]);
    expect(await p.git("branch", "--list", "feature/*")).toBe("");
    expect((await p.git("worktree", "list")).trim().split("\n")).toHaveLength(1);
  });
});

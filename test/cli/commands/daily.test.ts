/** The commands between `new` and `finish`. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { berth, root } from "../../support/berth.ts";
import { finishable } from "../../support/finish.ts";
import { gitBy, project, read } from "../../support/project.ts";
import { background } from "../../support/runs.ts";
import { Terminal } from "../../support/terminal.ts";

describe("cd", () => {
  test("the path and a word about the hook; with the hook's file the shell goes there", async () => {
    const p = await finishable();
    const plain = await p.berth("cd", "auth");
    expect(plain).toMatchObject({
      status: 0,
      stdout: `${p.tree}\n`,
      stderr: expect.stringContaining("hook"),
    });
    expect(JSON.parse(await p.ok("cd", "auth", "--json"))).toEqual({ schema: 1, path: p.tree });
    expect(await p.ok("path", "--worktree", "auth")).toBe(`${p.tree}\n`);
    const file = join(p.home, "cd");
    writeFileSync(file, "something longer than the path that was there before ".repeat(9));
    const hooked = await p.in(p.root, [berth, "cd", "auth"], { env: { BERTH_CD_FILE: file } });
    expect([hooked, read(file)]).toEqual([{ status: 0, stdout: "", stderr: "" }, `${p.tree}\n`]);
  });

  test("a file that is not there is never made; what runs in a session does not get the variable", async () => {
    const p = await finishable();
    const file = join(p.home, "none");
    const { stdout } = await p.in(p.root, [berth, "cd", "auth"], { env: { BERTH_CD_FILE: file } });
    expect([stdout, readdirSync(p.home).includes("none")]).toEqual([`${p.tree}\n`, false]);
    writeFileSync(file, "");
    const run = [berth, "run", "auth", "--", "sh", "-c", 'echo "[$BERTH_CD_FILE]"'];
    expect((await p.in(p.root, run, { env: { BERTH_CD_FILE: file } })).stdout).toBe("[]\n");
  });

  test("a session without a worktree has its project's root; one of no project has nowhere", async () => {
    const p = await finishable();
    await p.ok("new", "notes", "--no-worktree");
    expect(await p.ok("path", "--worktree", "notes")).toBe(`${p.root}\n`);
    await p.ok("set", "a", "b", "--session-id", "label");
    expect((await p.refused("cd", "label")).code).toBe("not_a_named_session");
  });
});

describe("diff and log", () => {
  test("against where it started, uncommitted and untracked work included, and git's index is as it was", async () => {
    const p = await finishable();
    writeFileSync(join(p.tree, "new.txt"), "new\n");
    writeFileSync(join(p.tree, "file.txt"), "mine\nmore\n");
    await p.commit(p.root, "theirs.txt", "theirs\n");
    const before = await p.git("-C", p.tree, "status", "--porcelain");
    const diff = await p.ok("diff", "auth");
    expect(diff).toContain("+more");
    expect(diff).toContain("+new");
    expect(diff).not.toContain("theirs");
    expect(await p.ok("diff", "auth", "--", "--stat", "file.txt")).toMatch(
      /file\.txt \| 3 .*\n 1 file changed/,
    );
    expect(await p.git("-C", p.tree, "status", "--porcelain")).toBe(before);
    expect(await p.ok("log", "auth", "--", "--format=%s")).toBe("file.txt: mine\n");
  });

  test("what was taken over from the base is not the session's, and what was merged is still shown", async () => {
    const p = await finishable();
    await p.commit(p.root, "theirs.txt", "theirs\n");
    await p.git("-C", p.tree, "merge", "-q", "main");
    expect(await p.ok("diff", "auth", "--", "--name-only")).toBe("file.txt\n");
    expect(await p.ok("log", "auth", "--", "--format=%s", "--no-merges")).toBe("file.txt: mine\n");
    await p.ok("finish", "auth", "--keep");
    expect(await p.ok("diff", "auth", "--", "--name-only")).toContain("file.txt");
  });

  test.each([
    ["diff", "auth", "--stat"],
    ["diff", "--stat", "auth"],
    ["diff", "auth", "file.txt"],
    ["log", "auth", "-1", "--oneline"],
  ])("%s %s %s in front of the dashes: the hint is what was meant, and works", async (command, ...given) => {
    const words: string[] = [command, ...given.filter((word) => typeof word === "string")];
    const p = await project();
    await p.ok("new", "auth");
    writeFileSync(join(await p.worktree("auth"), "file.txt"), "mine");
    const { status, stderr } = await p.berth(...words);
    const [, hint = ""] = /hint: Type "berth (.+)"/.exec(stderr) ?? [];
    const others = words.slice(1).filter((word) => word !== "auth");
    expect([status, hint]).toEqual([2, [command, "auth", "--", ...others].join(" ")]);
    await p.ok(...hint.split(" "));
  });

  test("by git's pager and in git's colours, in a terminal; git's status is ours", async () => {
    const p = await finishable();
    const env = { ...p.env, GIT_PAGER: "sed 's/^/PAGED:/'" };
    const terminal = new Terminal(["bash", "--norc"], { home: p.home, env, cwd: p.root });
    terminal.type(`${berth} diff auth; ${berth} log auth; echo do""ne\r`);
    await terminal.shows(/\bdone\b/);
    expect(terminal.output).toMatch(/PAGED:[^\n]*\[[^\n]*diff --git/);
    expect(terminal.output).toMatch(/PAGED:.*commit /);
    await terminal.close();
    expect((await p.berth("diff", "auth", "--", "--quiet")).status).toBe(1);
    expect((await p.berth("diff", "auth", "--", "--nonsense")).status).toBe(129);
  });
});

describe("rename", () => {
  test("name, marker and with --branch the branch; the worktree stays where it is", async () => {
    const p = await finishable();
    await p.ok("rename", "auth", "login");
    expect((await p.session("login")).project).toMatchObject({ branch: "feature/auth", worktree: p.tree });
    await p.ok("rename", "login", "sign-in", "--branch");
    expect((await p.session("sign-in")).project).toMatchObject({
      branch: "feature/sign-in",
      worktree: p.tree,
    });
    expect(await p.git("-C", p.tree, "branch", "--show-current")).toBe("feature/sign-in\n");
    expect(readdirSync(join(p.root, ".worktrees")).filter((name) => !/^[0-9a-f]{8}-/.test(name))).toEqual([
      "sign-in",
    ]);
    const [admin = ""] = readdirSync(join(p.root, ".git/worktrees"));
    expect(JSON.parse(read(join(p.root, ".git/worktrees", admin, "berth.json")))).toMatchObject({
      name: "sign-in",
      branch: "feature/sign-in",
    });
    await p.ok("finish", "sign-in");
    expect(await p.git("branch", "--format=%(refname:short)")).toBe("main\n");
  });

  test("refuses what would meet another", async () => {
    const p = await finishable();
    await p.ok("new", "other");
    await p.git("branch", "feature/taken");
    expect(await p.refused("rename", "auth", "other")).toMatchObject({ code: "name_taken", status: 6 });
    expect(await p.refused("rename", "auth", "taken", "--branch")).toMatchObject({
      code: "branch_exists",
      status: 6,
    });
    expect(await p.refused("rename", "auth", "no spaces")).toMatchObject({ code: "bad_name", status: 2 });
    expect((await p.session("auth"))["pending"]).toBeUndefined();
  });

  test.each(["before", "after"])(
    "killed %s git renames the branch: doctor --fix completes it or undoes it",
    async (when) => {
      const p = await finishable();
      const first = when === "before" ? "" : '$GIT "$@"; ';
      const { env } = gitBy(
        p,
        `case " $* " in *" branch --move "*) ${first}kill -9 $PPID; exit 1;; esac\nexec $GIT "$@"`,
      );
      await p.in(p.root, [berth, "rename", "auth", "login", "--branch"], { env }).catch(() => {});
      await p.ok("doctor", "--fix");
      const name = when === "before" ? "auth" : "login";
      expect((await p.session(name)).project?.branch).toBe(`feature/${name}`);
      expect(await p.git("-C", p.tree, "branch", "--show-current")).toBe(`feature/${name}\n`);
      expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
    },
  );

  test("killed where git had dropped the old name and not yet made the new one", async () => {
    const p = await finishable();
    const tip = await p.head(p.tree);
    const script = "$GIT update-ref -d refs/heads/feature/auth; kill -9 $PPID; exit 1";
    const { env } = gitBy(p, `case " $* " in *" branch --move "*) ${script};; esac\nexec $GIT "$@"`);
    await p.in(p.root, [berth, "rename", "auth", "login", "--branch"], { env }).catch(() => {});
    await p.ok("doctor", "--fix");
    expect(await p.head(p.tree)).toBe(tip);
    expect(await p.git("-C", p.tree, "branch", "--show-current")).toBe("feature/login\n");
  });
});

describe("wait", () => {
  test("knows of a command that new was asked to run a moment ago", async () => {
    const p = await finishable();
    mkdirSync(join(p.root, ".git/hooks"), { recursive: true });
    writeFileSync(join(p.tree, ".berth.json"), JSON.stringify({ hooks: { "post-create": "sleep 1" } }));
    await p.git("-C", p.tree, "add", ".");
    await p.git("-C", p.tree, "commit", "-qm", "hook");
    await p.in(p.tree, [berth, "trust"]);
    const made = background(p, [berth, "new", "slow", "--base", "feature/auth", "--", "sh", "-c", "exit 7"]);
    while ((await p.berth("show", "slow")).status !== 0) await Bun.sleep(20);
    await p.ok("wait", "slow");
    expect((await p.session("slow")).run).toMatchObject({ state: "CLEANED", exitCode: 7 });
    await made.exited;
  });
});

test("the page's way from a clone to a merged branch, as it is written", async () => {
  const p = await project();
  const [, block = ""] = /^```sh\n([^]*?)^```$/m.exec(read(join(root, "docs/daily.md"))) ?? [];
  const bin = join(p.home, "bin");
  mkdirSync(bin);
  symlinkSync(berth, join(bin, "berth"));
  writeFileSync(join(bin, "claude"), '#!/bin/sh\necho "doing: $1"; sleep 0.5; echo page > login.html\n', {
    mode: 0o755,
  });
  const script = block.replace("https://example.invalid/shop.git", `${p.root} shop`);
  expect(script).not.toBe(block);
  const socket = mkdtempSync(join(tmpdir(), "t-"));
  const { stdout, stderr, status } = await p.in(p.home, ["bash", "-ec", script], {
    env: { PATH: `${bin}:${process.env["PATH"]}`, TMUX_TMPDIR: socket },
  });
  rmSync(socket, { recursive: true });
  expect([status, stderr]).toEqual([0, expect.stringContaining("merge base: feature/auth into main")]);
  expect(stdout).toContain("login.html");
  expect(await p.git("-C", join(p.home, "shop"), "log", "-1", "--format=%s")).toBe("Add a login page\n");
});

test("every command of the day has help, and the page of docs tells of it", async () => {
  const p = await finishable();
  const page = read(join(root, "docs/daily.md"));
  for (
    const name of ["cd", "diff", "log", "list", "finish", "prune", "rename", "attach", "logs", "restore"]
  ) {
    expect(await p.ok("help", name)).toContain(`Usage: berth ${name}`);
    expect(page).toContain(`berth ${name}`);
  }
});

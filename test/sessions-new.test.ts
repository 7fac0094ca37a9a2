import { describe, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, root } from "./support/berth.ts";
import { at, gitBy, project, read } from "./support/project.ts";

const UUID = /^uuid--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("new", () => {
  test("makes branch, worktree and record, and leaves the main checkout clean", async () => {
    const p = await project();
    expect(await p.ok("new", "auth")).toBe("auth\n");
    const session = await p.session("auth");
    expect(session.id).toMatch(UUID);
    const worktree = join(p.root, ".worktrees", session.id.slice(6));
    expect(session).toMatchObject({
      name: "auth",
      status: "active",
      source: "named",
      project: { root: p.root, worktree, branch: "feature/auth", baseRef: "main" },
      run: { n: 1, state: "CREATED" },
    });
    expect(session["pending"]).toBeUndefined();
    expect(read(join(worktree, "file.txt"))).toBe("one\n");
    expect(await p.git("-C", worktree, "branch", "--show-current")).toBe("feature/auth\n");
    expect(await p.git("status", "--porcelain")).toBe("");
    expect(read(join(p.root, ".git/info/exclude")).split("\n").filter((line) => line === "/.worktrees/"))
      .toHaveLength(1);
    await p.ok("new", "second");
    expect(read(join(p.root, ".git/info/exclude")).split("\n").filter((line) => line === "/.worktrees/"))
      .toHaveLength(1);
  });

  test("is the same under Deno, which starts git by another way", async () => {
    const p = await project();
    const deno = [`${root}/node_modules/.bin/deno`, "run", "-A", "--no-lock", `${root}/src/main.ts`];
    const made = await p.in(p.root, [...deno, "new", "auth"], { limit: 60_000 });
    expect(made).toMatchObject({ stderr: "", stdout: "auth\n", status: 0 });
    expect(read(join(await p.worktree("auth"), "file.txt"))).toBe("one\n");
    const refused = await p.in(p.home, [...deno, "new", "other", "--json"], { limit: 60_000 });
    expect(JSON.parse(refused.stderr).error.code).toBe("not_a_repository");
    expect((await at(p.home, p.home, p.store, p.env).refused("new", "other")).message)
      .toBe(JSON.parse(refused.stderr).error.message);
  });

  test("--json prints the session; a command's status passes through", async () => {
    const p = await project();
    const { schema, session } = JSON.parse(await p.ok("new", "auth", "--json"));
    expect([schema, session.name]).toEqual([1, "auth"]);
    const ran = await p.berth("new", "run", "--", "sh", "-c", 'echo "$PWD|$BERTH_SESSION"; exit 3');
    const run = await p.session("run");
    expect(ran).toMatchObject({ status: 3, stdout: `${run.project?.worktree}|${run.id}\n` });
    expect(run.run).toMatchObject({ state: "CLEANED", exitCode: 3 });
  });

  test("starts from --base, from HEAD, from a detached HEAD, from a linked worktree's HEAD", async () => {
    const p = await project();
    await p.git("branch", "old");
    p.write("file.txt", "two\n");
    await p.git("commit", "-qam", "two");
    await p.ok("new", "based", "--base", "old");
    expect(read(join(await p.worktree("based"), "file.txt"))).toBe("one\n");
    await p.git("checkout", "-q", "--detach", "old");
    await p.ok("new", "detached");
    const detached = await p.session("detached");
    expect(read(join(detached.project?.worktree ?? "", "file.txt"))).toBe("one\n");
    expect(detached.project?.baseRef).toMatch(/^[0-9a-f]{40}$/);
    const inside = at(await p.worktree("based"), p.home, p.store, p.env);
    await inside.git("commit", "-q", "--allow-empty", "-m", "three");
    await inside.ok("new", "nested");
    expect((await p.session("nested")).project).toMatchObject({ root: p.root, baseRef: "feature/based" });
    expect(await p.git("rev-parse", "feature/nested")).toBe(await p.git("rev-parse", "feature/based"));
  });

  test("refuses before anything is changed", async () => {
    const p = await project();
    await p.git("branch", "taken/it");
    await p.git("branch", "feature/there");
    await p.ok("new", "auth");
    const before = await Promise.all([
      p.git("for-each-ref"),
      p.git("worktree", "list"),
      p.stored("sessions"),
    ]);
    const cases: [string[], string, number][] = [
      [["new", "no spaces"], "bad_name", 2],
      [["new", "a".repeat(51)], "bad_name", 2],
      [["new", "auth"], "name_taken", 6],
      [["new", "there"], "branch_exists", 6],
      [["new", "x", "--branch", "feature/there"], "branch_exists", 6],
      [["new", "x", "--branch", "taken"], "branch_clash", 6],
      [["new", "x", "--branch", "taken/it/deeper"], "branch_clash", 6],
      [["new", "x", "--branch", "feature"], "branch_clash", 6],
      [["new", "x", "--branch", "a..b"], "bad_branch", 2],
      [["new", "x", "--branch", "@{-1}"], "bad_branch", 2],
      [["new", "x", "--existing-branch", "nothere"], "no_such_branch", 1],
      [["new", "x", "--existing-branch", "main"], "branch_checked_out", 6],
      [["new", "x", "--existing-branch", "feature/auth"], "branch_checked_out", 6],
      [["new", "x", "--base", "nothere"], "no_such_ref", 1],
      [["new", "x", "--base", "HEAD:file.txt"], "no_such_ref", 1],
      [["new", "x", "--existing-branch", "feature/there", "--base", "main"], "options_exclude", 2],
      [["new", "x", "--no-worktree", "--branch", "b"], "options_exclude", 2],
      [["new", "x", "--path", "/nonexistent"], "bad_directory", 1],
    ];
    for (const [args, code, status] of cases) {
      expect([args, await p.refused(...args)]).toMatchObject([args, { code, status }]);
    }
    const after = await Promise.all([p.git("for-each-ref"), p.git("worktree", "list"), p.stored("sessions")]);
    expect(after).toEqual(before);
  });

  test("names that only resemble each other are in nobody's way", async () => {
    const p = await project();
    for (const name of ["feature/aut", "feature/auth2", "feature/Auth", "featurf"]) {
      await p.git("branch", name);
    }
    // Without its `refs/heads/` a branch could be taken for a tag of the same name.
    await p.git("tag", "feature/auth");
    p.write("file.txt", "two\n");
    await p.git("commit", "-qam", "two");
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    expect(read(join(worktree, "file.txt"))).toBe("two\n");
    expect(await p.git("-C", worktree, "symbolic-ref", "HEAD")).toBe("refs/heads/feature/auth\n");
    expect(await p.git("-C", worktree, "rev-parse", "HEAD")).toBe(await p.git("rev-parse", "main"));
    expect(await p.git("reflog", "show", "--format=%gs", "refs/heads/feature/auth"))
      .toBe(`branch: Created from main for ${(await p.session("auth")).id}\n`);
  });

  test.each([["feature/a", "branch_exists"], ["feature/a/b", "branch_clash"]])(
    "%s, which somebody makes while we do, is not ours to take back",
    async (branch, code) => {
      const p = await project();
      const git = gitBy(p, `case "$*" in *update-ref*) $GIT branch ${branch};; esac; exec $GIT "$@"`);
      const { status, stderr } = await p.in(p.root, [berth, "new", "a", "--json"], git);
      expect([status, JSON.parse(stderr).error.code]).toEqual([6, code]);
      expect(await p.git("for-each-ref", "--format=%(refname)", "refs/heads/feature"))
        .toBe(`refs/heads/${branch}\n`);
      expect(p.stored("sessions")).toEqual([]);
      expect((await p.git("worktree", "list")).trim().split("\n")).toHaveLength(1);
    },
  );

  test("adopts an existing branch", async () => {
    const p = await project();
    await p.git("branch", "topic/a");
    await p.ok("new", "adopted", "--existing-branch", "topic/a");
    expect((await p.session("adopted")).project).toMatchObject({ branch: "topic/a", ownsBranch: false });
  });

  test("no commits yet, no repository, no git: clear errors, nothing left", async () => {
    const [empty, none] = [await project("empty"), await project("none")];
    expect(await empty.refused("new", "a")).toMatchObject({ code: "no_commits", status: 1 });
    expect(await none.refused("new", "a")).toMatchObject({ code: "not_a_repository", status: 1 });
    const gitless = await none.in(none.root, [berth, "new", "a", "--json"], {
      env: { PATH: "/nonexistent" },
    });
    expect(gitless).toMatchObject({ status: 1 });
    expect(gitless.stderr).toContain('"git_missing"');
    expect([...empty.stored("sessions"), ...none.stored("sessions")]).toEqual([]);
    expect(existsSync(join(empty.root, ".worktrees"))).toBe(false);
  });

  test("without a worktree any directory will do", async () => {
    const p = await project("none");
    await p.ok("new", "plain", "--no-worktree", "--path", p.root);
    expect((await p.session("plain")).project).toEqual({ root: p.root });
    expect(await p.ok("run", "plain", "--", "pwd")).toBe(`${p.root}\n`);
    await p.ok("destroy", "plain", "--cleanup", "--delete-branch");
    expect(existsSync(p.root)).toBe(true);
  });

  test("bare repositories, beside and inside of their directory", async () => {
    const source = await project();
    for (const [where, root] of [["project.git", "project.git"], ["dir/.bare", "dir"]] as const) {
      const bare = join(source.home, where);
      await source.git("clone", "-q", "--bare", source.root, bare);
      if (root === "dir") writeFileSync(join(source.home, "dir/.git"), "gitdir: ./.bare\n");
      const p = at(bare, source.home, source.store, source.env);
      await p.ok("new", "a");
      const session = await p.session(JSON.parse(await p.ok("list", "--json")).sessions[0].id);
      expect(session.project?.root).toBe(join(source.home, root));
      expect(read(join(session.project?.worktree ?? "", "file.txt"))).toBe("one\n");
      await p.ok("destroy", session.id, "--cleanup", "--delete-branch");
      expect(existsSync(session.project?.worktree ?? "")).toBe(false);
    }
  });

  test("repositories with submodules, and submodules themselves", async () => {
    const p = await project();
    const part = await project();
    await p.git("submodule", "--quiet", "add", part.root, "part");
    await p.git("commit", "-qm", "part");
    await p.ok("new", "whole");
    const worktree = await p.worktree("whole");
    await p.ok("destroy", "whole", "--cleanup");
    expect(existsSync(worktree)).toBe(false);

    const inside = at(join(p.root, "part"), p.home, p.store, p.env);
    await inside.ok("new", "inner");
    const inner = await inside.session("inner");
    expect(inner.project?.root).toBe(inside.root);
    const linked = at(inner.project?.worktree ?? "", p.home, p.store, p.env);
    await linked.ok("new", "from-linked");
    expect((await p.session("from-linked")).project?.root).toBe(inside.root);

    await p.ok("new", "initialised");
    const deep = await p.worktree("initialised");
    await p.git("-C", deep, "submodule", "--quiet", "update", "--init");
    expect(await p.refused("destroy", "initialised", "--cleanup")).toMatchObject({
      code: "work_at_risk",
      status: 6,
    });
    expect(existsSync(join(deep, "part/file.txt"))).toBe(true);
  });

  test("sparse checkouts and separate git directories", async () => {
    const p = await project();
    p.write("dir/inner.txt", "x");
    p.write("other/inner.txt", "x");
    await p.git("add", ".");
    await p.git("commit", "-qm", "dirs");
    await p.git("sparse-checkout", "set", "--cone", "dir");
    await p.ok("new", "sparse");
    expect(existsSync(join(await p.worktree("sparse"), "dir/inner.txt"))).toBe(true);
    await p.ok("destroy", "sparse", "--cleanup");
    expect(await p.git("status", "--porcelain")).toBe("");

    const apart = join(p.home, "apart");
    await p.git("clone", "-q", `--separate-git-dir=${join(p.home, "elsewhere")}`, p.root, apart);
    const q = at(apart, p.home, p.store, p.env);
    await q.ok("new", "apart");
    expect((await q.session("apart")).project?.root).toBe(apart);
  });

  test("hooks, aliases and variables of git do not reach us", async () => {
    const p = await project();
    const elsewhere = await project();
    for (const hook of ["post-checkout", "reference-transaction"]) {
      writeFileSync(join(p.root, ".git/hooks", hook), '#!/bin/sh\ntouch "$HOME/hooked"\nexit 1\n', {
        mode: 0o755,
      });
    }
    await p.git("config", "alias.worktree", "!touch $HOME/aliased");
    const env = {
      GIT_DIR: join(elsewhere.root, ".git"),
      GIT_WORK_TREE: elsewhere.root,
      GIT_INDEX_FILE: join(elsewhere.root, "index"),
      LC_ALL: "de_DE.UTF-8",
    };
    const made = await p.in(p.root, [berth, "new", "auth", "--", "git", "rev-parse", "--show-toplevel"], {
      env,
    });
    const session = await p.session("auth");
    expect(made).toMatchObject({ status: 0, stdout: `${session.project?.worktree}\n` });
    expect(session.project?.root).toBe(p.root);
    expect([existsSync(join(p.home, "hooked")), existsSync(join(p.home, "aliased"))]).toEqual([false, false]);
  });

  test("nothing is written through a .worktrees that is a link, or a file", async () => {
    const p = await project();
    const outside = realpathSync(join(p.home));
    symlinkSync(outside, join(p.root, ".worktrees"));
    expect(await p.refused("new", "a")).toMatchObject({ code: "worktree_refused", status: 6 });
    const q = await project();
    writeFileSync(join(q.root, ".worktrees"), "");
    expect(await q.refused("new", "a")).toMatchObject({ code: "worktree_refused", status: 6 });
    expect([...p.stored("sessions"), ...q.stored("sessions")]).toEqual([]);
    expect((await p.git("branch", "--list", "feature/*")) + (await q.git("branch", "--list", "feature/*")))
      .toBe("");
  });

  test("a failing git leaves neither branch nor record", async () => {
    const p = await project();
    p.write(".gitattributes", "*.txt filter=broken\n");
    await p.git("add", ".");
    await p.git("commit", "-qm", "filter");
    await p.git("config", "filter.broken.smudge", "false");
    await p.git("config", "filter.broken.required", "true");
    expect(await p.refused("new", "a")).toMatchObject({ code: "git_failed" });
    expect(p.stored("sessions")).toEqual([]);
    expect(await p.git("branch", "--list", "feature/*")).toBe("");
    expect((await p.git("worktree", "list")).trim().split("\n")).toHaveLength(1);
  });
});

describe("names and limits", () => {
  test("made-up names count up and never come twice, also after a destroy", async () => {
    const p = await project();
    const day = new Date().toISOString().slice(0, 10);
    const first = (await p.ok("new")).trim();
    expect(first).toBe(`feature-${day}-001`);
    await p.ok("destroy", first, "--cleanup", "--delete-branch");
    expect((await p.ok("new")).trim()).toBe(`feature-${day}-002`);
    await p.git("branch", `feature/feature-${day}-007`);
    expect((await p.ok("new")).trim()).toBe(`feature-${day}-008`);
  });

  test("of eight at once four come about", async () => {
    const p = await project();
    const results = await Promise.all(Array.from({ length: 8 }, () => p.berth("new", "--json")));
    expect(results.filter(({ status }) => status === 0)).toHaveLength(4);
    for (const { stderr } of results.filter(({ status }) => status !== 0)) {
      expect(JSON.parse(stderr).error).toMatchObject({
        code: "MAX_SESSIONS",
        message: "Maximum 4 sessions supported. Destroy a session to create a new one.",
      });
    }
    expect(p.stored("sessions")).toHaveLength(4);
    expect((await p.git("worktree", "list")).trim().split("\n")).toHaveLength(5);
    expect(new Set((await p.git("branch", "--list", "feature/*")).trim().split("\n")).size).toBe(4);
  });

  test("the limit is the workspace's own and can be set", async () => {
    const p = await project();
    await p.ok("config", "limits.sessions", "1");
    await p.ok("new", "a");
    expect(await p.refused("new", "b")).toMatchObject({ code: "MAX_SESSIONS", status: 6 });
    await p.ok("new", "c", "--no-worktree", "--path", p.home);
    await p.ok("destroy", "a");
    await p.ok("new", "b");
  });

  test("a role is held by one", async () => {
    const p = await project();
    await p.ok("new", "a", "--role", "reviewer");
    expect(await p.refused("new", "b", "--role", "reviewer")).toMatchObject({
      code: "ROLE_TAKEN",
      status: 6,
    });
    await p.ok("stop", "a");
    await p.ok("new", "b", "--role", "reviewer");
    expect(await p.refused("run", "a", "--", "true")).toMatchObject({ code: "ROLE_TAKEN" });
  });
});

describe(".worktreeinclude", () => {
  test("copies ignored files; overwrites nothing, follows no link", async () => {
    const p = await project();
    const secret = join(p.home, "secret");
    writeFileSync(secret, "secret");
    p.write(".gitignore", ".env\nlocal/\n*.key\nout\n");
    p.write(".worktreeinclude", ".env\nlocal/\n*.key\nfile.txt\nuntracked.txt\nout/\n");
    // In the branch `out` is a link to the outside; here it is a directory.
    symlinkSync(p.home, join(p.root, "out"));
    await p.git("add", "-f", ".gitignore", ".worktreeinclude", "out");
    await p.git("commit", "-qm", "include");
    await p.git("update-index", "--skip-worktree", "out");
    const { unlinkSync } = await import("node:fs");
    unlinkSync(join(p.root, "out"));
    mkdirSync(join(p.root, "out"));
    p.write("out/escaped", "x");
    p.write(".env", "A=1");
    p.write("local/deep/settings", "s");
    p.write("untracked.txt", "not ignored");
    symlinkSync(secret, join(p.root, "link.key"));
    p.write("real.key", "k");
    await p.ok("new", "a");
    const worktree = await p.worktree("a");
    expect(read(join(worktree, ".env"))).toBe("A=1");
    expect(read(join(worktree, "local/deep/settings"))).toBe("s");
    expect(read(join(worktree, "real.key"))).toBe("k");
    expect(read(join(worktree, "file.txt"))).toBe("one\n");
    expect(existsSync(join(worktree, "untracked.txt"))).toBe(false);
    expect(existsSync(join(worktree, "link.key"))).toBe(false);
    expect(lstatSync(join(worktree, "out")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(p.home, "escaped"))).toBe(false);
  });
});

import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { lockScope } from "../../../src/store/locks.ts";
import type { SessionRecord } from "../../../src/store/record.ts";
import { berth, root } from "../../support/berth.ts";
import { at, gitBy, type Project, project, read } from "../../support/project.ts";
import { storeAt } from "../../support/store.ts";

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
    expect(made).toMatchObject({ stdout: "auth\n", status: 0 });
    expect(made.stderr).toMatch(/^berth: auth is in "[^"]+"\n {2}branch feature\/auth, from main\n$/);
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

  test("--path names the project, from anywhere", async () => {
    const [p, elsewhere] = [await project(), await project()];
    p.write("sub/file.txt", "");
    await elsewhere.git("commit", "-q", "--allow-empty", "-m", "two");
    const from = at(elsewhere.root, p.home, p.store, p.env);
    await from.ok("new", "auth", "--path", p.root);
    await from.ok("new", "deep", "--path", join("..", "..", p.root.split("/").at(-2) ?? "", "project/sub"));
    for (const name of ["auth", "deep"]) {
      const { project: place } = await p.session(name);
      expect(place).toMatchObject({ root: p.root, branch: `feature/${name}`, baseRef: "main" });
      expect(await p.git("-C", place?.worktree ?? "", "rev-parse", "HEAD"))
        .toBe(await p.git("rev-parse", "HEAD"));
    }
    expect(existsSync(join(elsewhere.root, ".worktrees"))).toBe(false);
    expect(await elsewhere.git("branch", "--list", "feature/*")).toBe("");
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
      [["new", "x", "--branch", "1".repeat(40)], "bad_branch", 2],
      [["new", "x", "--branch", "Ab".repeat(32)], "bad_branch", 2],
      [["new", "x", "--branch", (await p.git("rev-parse", "HEAD")).trim()], "bad_branch", 2],
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

  test("a branch that is another name for one yet to be made is taken, and that one is not made", async () => {
    const p = await project();
    await p.git("symbolic-ref", "refs/heads/feature/a", "refs/heads/ghost");
    for (const args of [["new", "a"], ["new", "b", "--branch", "feature/a"]]) {
      expect(await p.refused(...args)).toMatchObject({ code: "branch_exists", status: 6 });
    }
    const swap = "$GIT symbolic-ref refs/heads/feature/c refs/heads/ghost";
    const git = gitBy(p, `case "$*" in *update-ref*) ${swap};; esac; exec $GIT "$@"`);
    await p.in(p.root, [berth, "new", "c"], git);
    expect(await p.git("branch", "--list", "ghost")).toBe("");
    expect(await p.git("symbolic-ref", "refs/heads/feature/a")).toBe("refs/heads/ghost\n");
  });

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

  test("a repository that git cannot read is called that, by every command, and a session without one can be made", async () => {
    const p = await project();
    await p.ok("new", "auth");
    appendFileSync(join(p.root, ".git/config"), "[broken\n");
    for (const words of [["new", "b"], ["finish", "auth"], ["destroy", "auth", "--cleanup"]]) {
      expect(await p.refused(...words)).toMatchObject({
        code: "repository_unreadable",
        message: expect.stringContaining("in file .git/config"),
      });
    }
    await p.ok("new", "plain", "--no-worktree");
  });

  test("without a worktree any directory will do", async () => {
    const p = await project("none");
    await p.ok("new", "plain", "--no-worktree", "--path", p.root);
    expect((await p.session("plain")).project).toEqual({ root: p.root });
    expect(await p.ok("run", "plain", "--", "pwd")).toBe(`${p.root}\n`);
    await p.ok("destroy", "plain", "--cleanup", "--delete-branch");
    expect(existsSync(p.root)).toBe(true);
  });

  test("without a worktree the root is the repository's, wherever we stand in it, or the directory given", async () => {
    const p = await project();
    await p.ok("new", "auth");
    p.write("sub/dir/x", "");
    const worktree = await p.worktree("auth");
    await at(worktree, p.home, p.store, p.env).ok("new", "linked", "--no-worktree");
    await at(join(p.root, "sub/dir"), p.home, p.store, p.env).ok("new", "deep", "--no-worktree");
    for (const name of ["linked", "deep"]) {
      expect((await p.session(name)).project).toEqual({ root: p.root });
    }
    await p.ok("new", "given", "--no-worktree", "--path", worktree);
    expect((await p.session("given")).project).toEqual({ root: worktree });
  });

  test("what speaks against a repository is told where none is needed, too", async () => {
    const p = await project();
    const [apart, linked] = [join(p.home, "apart"), join(p.home, "linked")];
    await p.git("clone", "-q", `--separate-git-dir=${join(p.home, "elsewhere")}`, p.root, apart);
    await p.git("-C", apart, "worktree", "add", "-q", linked);
    const inside = at(linked, p.home, p.store, p.env);
    for (const args of [["new", "a", "--no-worktree"], ["export"], ["trust"]]) {
      expect(await inside.refused(...args)).toMatchObject({ code: "main_checkout_unknown", status: 1 });
    }
    const gitless = { env: { PATH: "/nonexistent" } };
    expect(await p.in(p.home, [berth, "new", "a", "--no-worktree"], gitless)).toMatchObject({ status: 0 });
    expect(await p.in(p.home, [berth, "export"], gitless)).toMatchObject({ status: 0 });
  });

  test("a repository with a newline in its path is refused before anything is changed", async () => {
    const p = await project();
    const broken = join(p.home, "a\nb");
    const linked = join(p.home, "linked");
    await p.git("clone", "-q", p.root, broken);
    await p.git("-C", broken, "worktree", "add", "-q", linked);
    const check = async (why: string) => {
      for (const directory of [broken, linked]) {
        const q = at(directory, p.home, p.store, p.env);
        for (const args of [["new", "x"], ["new", "x", "--no-worktree"], ["export"]]) {
          expect([why, directory, args, await q.refused(...args)])
            .toMatchObject([why, directory, args, { code: "newline_in_path", status: 1 }]);
        }
      }
    };
    await check("no such path");
    mkdirSync(join(p.home, "a"));
    await check("what stands before the newline is a path");
    mkdirSync(join(linked, "b/.git"), { recursive: true });
    await check("and what stands behind it");
    expect([p.stored("sessions"), existsSync(join(p.home, "a/.worktrees"))]).toEqual([[], false]);
    expect(await p.git("-C", broken, "branch", "--list", "feature/*")).toBe("");
  });

  test("bare repositories, beside and inside of their directory", async () => {
    const source = await project();
    for (const [where, root] of [["project.git", "project.git"], ["dir/.bare", "dir"]] as const) {
      const bare = join(source.home, where);
      await source.git("clone", "-q", "--bare", source.root, bare);
      if (root === "dir") writeFileSync(join(source.home, "dir/.git"), "gitdir: ./.bare\n");
      // There is no main checkout to copy from.
      writeFileSync(join(source.home, root, ".worktreeinclude"), ".env\n");
      writeFileSync(join(source.home, root, ".env"), "x");
      const made = async (from: string): Promise<SessionRecord> => {
        const p = at(from, source.home, source.store, source.env);
        const { session } = JSON.parse(await p.ok("new", "--json"));
        const worktree = session.project.worktree;
        expect(session.project.root).toBe(join(source.home, root));
        expect(read(join(worktree, "file.txt"))).toBe("one\n");
        expect(existsSync(join(worktree, ".env"))).toBe(false);
        return session;
      };
      const { id, project: place } = await made(bare);
      const others = [await made(join(source.home, root)), await made(place?.worktree ?? "")];
      for (const one of [id, ...others.map((other) => other.id)]) {
        await source.ok("destroy", one, "--cleanup", "--delete-branch");
      }
      expect(existsSync(place?.worktree ?? "")).toBe(false);
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
    await p.git("-C", join(deep, "part"), "commit", "-q", "--allow-empty", "-m", "nobody has this");
    await p.git("-C", deep, "commit", "-qam", "part moved");
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

  test("hooks and variables of git do not reach us", async () => {
    const p = await project();
    const elsewhere = await project();
    for (const hook of ["post-checkout", "reference-transaction"]) {
      writeFileSync(join(p.root, ".git/hooks", hook), '#!/bin/sh\ntouch "$HOME/hooked"\nexit 1\n', {
        mode: 0o755,
      });
    }
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
    expect(existsSync(join(p.home, "hooked"))).toBe(false);
  });

  test("git speaks one language to us and the user's to the command", async () => {
    const p = await project();
    const locale = { LC_ALL: "de_DE.UTF-8", LANGUAGE: "de" };
    const { env } = gitBy(p, 'echo "$LC_ALL" >>"$HOME/locales"; exec $GIT "$@"');
    const script = ["sh", "-c", 'echo "$LC_ALL"'];
    const made = await p.in(p.root, [berth, "new", "auth", "--", ...script], { env: { ...env, ...locale } });
    expect(made).toMatchObject({ status: 0, stdout: "de_DE.UTF-8\n" });
    const calls = read(join(p.home, "locales")).trim().split("\n");
    expect([calls.length > 1, new Set(calls)]).toEqual([true, new Set(["C"])]);
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

  test("a name that was given or imported is not made up later, also after a destroy", async () => {
    const p = await project();
    const day = new Date().toISOString().slice(0, 10);
    await p.ok("new", `feature-${day}-001`);
    await p.ok("new", "another");
    await p.ok("destroy", `feature-${day}-001`, "--cleanup", "--delete-branch");
    expect((await p.ok("new")).trim()).toBe(`feature-${day}-002`);
    const entry = { status: "idle", createdAt: `${day}T00:00:00Z`, lastActivity: `${day}T00:00:00Z` };
    const imported = { ...entry, id: crypto.randomUUID(), name: `feature-${day}-005` };
    writeFileSync(join(p.home, "in.json"), JSON.stringify({ version: "1.0", sessions: [imported] }));
    await p.ok("import", join(p.home, "in.json"));
    await p.ok("destroy", imported.name);
    expect((await p.ok("new")).trim()).toBe(`feature-${day}-006`);
  });

  test("made-up names do not come twice where the workspace's document is lost", async () => {
    const p = await project();
    const day = new Date().toISOString().slice(0, 10);
    for (const n of ["001", "002"]) {
      await p.ok("new");
      await p.ok("destroy", `feature-${day}-${n}`, "--cleanup", "--delete-branch");
    }
    const documents = join(p.store, "workspaces");
    const damage = async () => {
      for (const name of readdirSync(documents)) writeFileSync(join(documents, name), "{");
      await p.ok("doctor", "--fix");
      expect(readdirSync(documents)).toEqual([]);
    };
    await damage();
    expect((await p.ok("new")).trim()).toBe(`feature-${day}-003`);
    await damage();
    await p.ok("new", `feature-${day}-001`);
    await p.ok("destroy", `feature-${day}-003`, "--cleanup", "--delete-branch");
    expect((await p.ok("new")).trim()).toBe(`feature-${day}-004`);
    // Another workspace counts for itself.
    const q = await project();
    expect((await at(q.root, p.home, p.store, p.env).ok("new")).trim()).toBe(`feature-${day}-001`);
  });

  test("a given name costs no more syncs than its record takes", async () => {
    const p = await project();
    // Which makes the store's directories.
    await p.ok("new", "first");
    const log = join(p.home, "strace");
    const trace = ["strace", "-f", "-qq", "-y", "-o", log, "-e", "trace=fsync,fdatasync"];
    await p.in(p.root, [...trace, berth, "new", "auth"]);
    const synced = read(log).split("\n").filter((line) => line.includes(p.store));
    expect([synced.length, synced.filter((line) => !line.includes("/sessions"))]).toEqual([4, []]);
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

  test("one that was begun anew before its record was damaged counts as well", async () => {
    const p = await project();
    await p.ok("config", "limits.sessions", "1");
    await p.ok("new", "a");
    const { id } = await p.session("a");
    await p.ok("reset", id);
    writeFileSync(join(p.store, "sessions", `${id}.session.json`), "{");
    expect(await p.refused("reset", id)).toMatchObject({ code: "corrupt_record", status: 7 });
    expect(p.stored("sessions")).toEqual([]);
    expect(await p.refused("new", "b")).toMatchObject({ code: "MAX_SESSIONS", status: 6 });
  });

  test("a session whose record is damaged counts, also in quarantine, until its worktree is gone", async () => {
    const p = await project();
    await p.ok("config", "limits.sessions", "2");
    await p.ok("new", "a");
    await p.ok("new", "b");
    const [{ id }, worktree] = [await p.session("a"), await p.worktree("a")];
    const elsewhere = await project();
    const q = at(elsewhere.root, p.home, p.store, p.env);
    writeFileSync(join(p.store, "sessions", `${id}.session.json`), "{");
    expect(await p.refused("new", "c")).toMatchObject({ code: "MAX_SESSIONS", status: 6 });
    const entry = { id: crypto.randomUUID(), name: "in", status: "idle" };
    const times = { createdAt: "2026-03-01T00:00:00Z", lastActivity: "2026-03-01T00:00:00Z" };
    writeFileSync(
      join(p.home, "in.json"),
      JSON.stringify({ version: "1.0", sessions: [{ ...entry, ...times }] }),
    );
    expect(await p.refused("import", join(p.home, "in.json"))).toMatchObject({ code: "MAX_SESSIONS" });
    // It is no session of another workspace.
    await q.ok("new", "y");
    await q.ok("new", "z");

    expect(await p.refused("reset", id)).toMatchObject({ code: "corrupt_record", status: 7 });
    expect(p.stored("sessions")).not.toContain(`${id}.session.json`);
    expect(await p.refused("new", "c")).toMatchObject({ code: "MAX_SESSIONS", status: 6 });

    await p.ok("doctor", "--fix");
    expect((await p.session("a")).id).toBe(id);
    expect(await p.refused("new", "c")).toMatchObject({ code: "MAX_SESSIONS", status: 6 });
    await p.ok("config", "limits.sessions", "3");
    await p.ok("new", "c");
    await p.ok("config", "limits.sessions", "2");
    for (const name of ["a", "b"]) await p.ok("destroy", name);
    expect(existsSync(worktree)).toBe(true);
    await p.ok("new", "d");
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

describe("restore", () => {
  const archived = async (p: Project): Promise<string> =>
    JSON.parse(await p.ok("archives", "--json")).archives[0].name;

  test("is held by the limit, as new is", async () => {
    const p = await project();
    await p.ok("config", "limits.sessions", "2");
    for (const name of ["a", "b"]) await p.ok("new", name);
    await p.ok("destroy", "a");
    const archive = await archived(p);
    await p.ok("new", "c");
    expect(await p.refused("restore", archive)).toMatchObject({ code: "MAX_SESSIONS", status: 6 });
    expect([p.stored("sessions").length, p.stored("archive").length]).toEqual([2, 1]);
    await p.ok("destroy", "c", "--cleanup");
    expect((await p.ok("restore", archive)).trim()).toBe((await p.session("a")).id);
  });

  test("brings back no second session of a name, or of a role that is held", async () => {
    const p = await project();
    await p.ok("new", "auth", "--role", "reviewer");
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch");
    const archive = await archived(p);
    await p.ok("new", "auth");
    expect(await p.refused("restore", archive)).toMatchObject({ code: "name_taken", status: 6 });
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch");
    await p.ok("new", "other", "--role", "reviewer");
    expect(await p.refused("restore", archive)).toMatchObject({ code: "ROLE_TAKEN", status: 6 });
    await p.ok("stop", "other");
    await p.ok("restore", archive);
    expect((await p.session("auth")).role).toBe("reviewer");
  });

  test("of a session that is there takes no place of its own", async () => {
    const p = await project();
    await p.ok("new", "a");
    await p.ok("new", "b");
    await p.ok("config", "limits.sessions", "1");
    const archive = (await p.ok("reset", "a")).trim();
    await p.ok("restore", archive);
    expect((await p.session("a")).history.map(({ kind }) => kind)).toContain("restored");
  });

  test("waits for whoever makes a session in the workspace", async () => {
    const p = await project();
    await p.ok("new", "a");
    await p.ok("destroy", "a");
    const archive = await archived(p);
    {
      await using _lock = await lockScope(storeAt(p.store), { kind: "workspace", root: p.root });
      expect(await p.refused("restore", archive, "--wait", "0")).toMatchObject({ code: "locked", status: 5 });
    }
    await p.ok("restore", archive);
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

  test("a link that is not copied is named", async () => {
    const p = await project();
    p.write(".gitignore", ".env\nnode_modules\n");
    p.write(".worktreeinclude", ".env\nnode_modules\n");
    p.write(".env", "mine");
    symlinkSync("../elsewhere", join(p.root, "node_modules"));
    const { stderr } = await p.berth("new", "a");
    expect(stderr).toContain("berth: copied by .worktreeinclude: .env\n");
    expect(stderr).toEndWith("berth: note: links are not copied: node_modules\n");
    expect(existsSync(join(await p.worktree("a"), "node_modules"))).toBe(false);
  });

  test("a file that git ignores here and the branch has stays the branch's", async () => {
    const p = await project();
    await p.git("checkout", "-qb", "tracks");
    p.write(".env", "the branch's");
    p.write("local/settings", "the branch's");
    await p.git("add", ".");
    await p.git("commit", "-qm", "env");
    await p.git("checkout", "-q", "main");
    p.write(".gitignore", ".env\nlocal/\n");
    p.write(".worktreeinclude", ".env\nlocal/\n");
    p.write(".env", "mine");
    p.write("local/settings", "mine");
    p.write("local/more", "mine");
    const made = await p.berth("new", "a", "--base", "tracks");
    expect(made.status).toBe(0);
    expect(made.stderr).toEndWith("berth: copied by .worktreeinclude: local/more\n");
    const worktree = await p.worktree("a");
    expect([".env", "local/settings", "local/more"].map((file) => read(join(worktree, file))))
      .toEqual(["the branch's", "the branch's", "mine"]);
  });
});

describe("what new says", () => {
  test("where it is, what it starts from, what stays behind; nothing with --quiet", async () => {
    const p = await project();
    await p.git("remote", "add", "origin", p.root);
    await p.git("fetch", "-q");
    await p.git("branch", "-q", "--set-upstream-to=origin/main");
    await p.git("commit", "-q", "--allow-empty", "-m", "two");
    await p.git("update-ref", "refs/remotes/origin/main", "HEAD");
    await p.git("reset", "-q", "--hard", "HEAD~1");
    p.write("file.txt", "changed\n");
    p.write("untracked", "u\n");
    const { stdout, stderr } = await p.berth("new", "auth");
    expect(stdout).toBe("auth\n");
    expect(stderr).toBe(
      `berth: auth is in "${await p.worktree(
        "auth",
      )}"\n  branch feature/auth, from main, 1 behind origin/main\n` +
        `  2 uncommitted files stay in "${p.root}"\n`,
    );
    expect((await p.berth("new", "quiet", "--quiet")).stderr).toBe("");
  });
});

describe("a branch that only a remote has", () => {
  const withRemote = async () => {
    const p = await project();
    await p.git("remote", "add", "origin", p.root);
    await p.git("update-ref", "refs/remotes/origin/feature/auth", "HEAD");
    return p;
  };

  test("new of that name is refused with what to type, which makes a branch that follows it", async () => {
    const p = await withRemote();
    const { code, status } = await p.refused("new", "auth");
    expect([code, status]).toEqual(["branch_on_remote", 6]);
    expect(p.stored("sessions")).toEqual([]);
    const { stderr } = await p.berth("new", "auth");
    const [, words = ""] = /Type "berth (new .*?)"/.exec(stderr) ?? [];
    await p.ok(...words.split(" "));
    expect(await p.git("rev-parse", "--abbrev-ref", "feature/auth@{upstream}")).toBe("origin/feature/auth\n");
    expect((await p.session("auth")).project).toMatchObject({ branch: "feature/auth", ownsBranch: true });
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch");
    expect(await p.git("config", "--local", "--list")).not.toContain("branch.feature/auth");
  });

  test("--branch makes one of its own all the same", async () => {
    const p = await withRemote();
    await p.ok("new", "auth", "--branch", "feature/auth");
    expect((await p.session("auth")).project?.baseRef).toBe("main");
  });

  test("of two remotes checkout.defaultRemote decides, else it is asked for", async () => {
    const p = await withRemote();
    await p.git("remote", "add", "fork", p.root);
    await p.git("update-ref", "refs/remotes/fork/feature/auth", "HEAD");
    expect((await p.refused("new", "auth", "--existing-branch", "feature/auth")).code).toBe(
      "branch_on_remotes",
    );
    await p.git("config", "checkout.defaultRemote", "fork");
    await p.ok("new", "auth", "--existing-branch", "feature/auth");
    expect(await p.git("config", "branch.feature/auth.remote")).toBe("fork\n");
  });
});

describe("branch.prefix", () => {
  test.each([["wip/", "wip/auth"], ["me-", "me-auth"], ["", "auth"]])("%j", async (prefix, branch) => {
    const p = await project();
    await p.ok("config", "branch.prefix", prefix);
    await p.ok("new", "auth");
    expect((await p.session("auth")).project?.branch).toBe(branch);
    await p.ok("rename", "auth", "login", "--branch");
    expect((await p.session("login")).project?.branch).toBe(branch.replace("auth", "login"));
    expect((await p.refused("new", "x", "--branch", branch.replace("auth", "login"))).code).toBe(
      "branch_exists",
    );
  });

  test.each(["a b/", "-x", "a..b/", "/x", "a//b", "x.lock/", "@{", "a\u0001"])(
    "%j is refused",
    async (prefix) => {
      const p = await project();
      expect(await p.refused("config", "branch.prefix", prefix)).toMatchObject({ status: 2 });
    },
  );
});

describe("worktrees.path", () => {
  test.each([
    ["trees", (root: string) => `${root}/trees/`, "/trees/"],
    ["my trees/[x]", (root: string) => `${root}/my trees/[x]/`, "/my trees/\\[x\\]/"],
  ])("%j is below the main checkout, and git ignores it", async (setting, folder, line) => {
    const p = await project();
    await p.ok("config", "worktrees.path", setting);
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    expect(worktree.startsWith(folder(p.root))).toBe(true);
    expect(await p.git("status", "--porcelain")).toBe("");
    expect(readFileSync(join(p.root, ".git/info/exclude"), "utf8")).toContain(`\n${line}\n`);
    expect(readlinkSync(join(dirname(worktree), "auth"))).toBe(basename(worktree));
    await p.ok("destroy", "auth", "--cleanup");
    expect(readdirSync(dirname(worktree))).toEqual([]);
  });

  test("outside each project has a directory of its own, and what was there before stays", async () => {
    const p = await project();
    await p.ok("new", "before");
    const before = await p.worktree("before");
    const trees = join(p.home, "trees");
    mkdirSync(join(p.home, "real"));
    symlinkSync("real", trees);
    await p.ok("config", "worktrees.path", "~/trees");
    await p.ok("new", "auth");
    const worktree = await p.worktree("auth");
    expect(dirname(dirname(worktree))).toBe(realpathSync(trees));
    expect(basename(dirname(worktree))).toMatch(new RegExp(`^${basename(p.root)}-[0-9a-f]{6}$`));
    expect(await p.worktree("before")).toBe(before);
    writeFileSync(join(worktree, "work.txt"), "work\n");
    await p.in(worktree, ["git", "add", "."]);
    await p.in(worktree, ["git", "commit", "-qm", "work"]);
    await p.ok("rename", "auth", "login");
    expect(readdirSync(dirname(worktree)).sort()).toEqual([basename(worktree), "login"].sort());
    await p.ok("finish", "login");
    expect(readdirSync(dirname(worktree))).toEqual([]);
    await p.ok("restore", "login", "--worktree");
    expect(await p.worktree("login")).toBe(worktree);
    expect(readFileSync(join(worktree, "work.txt"), "utf8")).toBe("work\n");
  });

  test("doctor --fix binds a session outside to its repository that was moved, and to no other one", async () => {
    const p = await project();
    await p.ok("config", "worktrees.path", "../trees");
    await p.ok("new", "auth");
    const [worktree, moved] = [await p.worktree("auth"), `${p.root}-moved`];
    renameSync(p.root, moved);
    const other = `${p.root}-other`;
    mkdirSync(other);
    await p.in(other, ["git", "init", "-q"]);
    const placeFrom = async (directory: string) =>
      JSON.parse((await p.in(directory, [berth, "show", "auth", "--json"])).stdout).session.project;
    await p.in(other, [berth, "doctor", "--fix"]);
    expect((await placeFrom(other)).root).toBe(p.root);
    await p.in(moved, [berth, "doctor", "--fix"]);
    expect(await placeFrom(moved)).toMatchObject({ root: moved, worktree });
    expect((await p.in(moved, [berth, "run", "auth", "--", "git", "status", "-sb"])).stdout).toContain(
      "## feature/auth",
    );
  });

  test.each(["", ".", "./", ".git", ".git/x", "./.git/x", "-x", "a\nb"])("%j is refused", async (path) => {
    const p = await project();
    expect(await p.refused("config", "worktrees.path", path)).toMatchObject({ status: 2 });
  });

  test("no link leads out of the repository, and the root is none", async () => {
    const p = await project();
    symlinkSync(p.home, join(p.root, "link"));
    await p.ok("config", "worktrees.path", "link/trees");
    expect((await p.refused("new", "auth")).code).toBe("worktree_refused");
    await p.ok("config", "worktrees.path", p.root);
    expect((await p.refused("new", "auth")).code).toBe("bad_text_setting");
    expect(await p.git("branch", "--list", "feature/*")).toBe("");
  });
});

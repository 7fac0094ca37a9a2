import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { all, type Finishable, finishable, MERGES_ALONE } from "../../support/finish.ts";
import { gitBy, read } from "../../support/project.ts";

function hook(p: Finishable, name: string, script: string): void {
  const path = join(p.root, ".git/hooks", name);
  mkdirSync(join(p.root, ".git/hooks"), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** The session, its worktree and its branch are gone. */
async function isGone(p: Finishable): Promise<void> {
  expect(existsSync(p.tree)).toBe(false);
  expect(p.stored("sessions")).toEqual([]);
  expect(p.stored("archive")).toHaveLength(1);
  expect(await p.git("branch", "--list", "feature/auth")).toBe("");
  expect(await p.git("worktree", "list", "--porcelain")).not.toContain(p.tree);
}

/** Nothing of it changed, and the error is the one with that code and status. */
async function isRefused(p: Finishable, code: string, status: number, ...args: string[]): Promise<string> {
  const before = await all(p);
  const error = await p.refused("finish", "auth", ...args);
  expect([error.code, error.status]).toEqual([code, status]);
  expect(await all(p)).toEqual(before);
  return error.message;
}

describe("finish merges and tidies up", () => {
  test("a base that has nothing else moves on, as git merge does", async () => {
    const p = await finishable();
    const tip = await p.head(p.tree);
    expect(await p.ok("finish", "auth")).toBe("auth\n");
    expect(await p.head(p.root)).toBe(tip);
    expect(read(join(p.root, "file.txt"))).toBe("mine\n");
    await isGone(p);
  });

  test("a base that moved on gets a merge commit, and the report names it", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    const { actions } = JSON.parse(await p.ok("finish", "auth", "--json"));
    expect(actions[0]).toMatchObject({ what: "base", action: "merge", commit: await p.head(p.root) });
    expect((await p.subjects())[0]).toBe("Merge branch 'feature/auth'");
    await isGone(p);
  });

  test("by the user's settings: merge.ff, the signing, the hooks", async () => {
    const p = await finishable();
    await p.git("config", "merge.ff", "false");
    hook(p, "commit-msg", `printf "\\nby the hook\\n" >> "$1"`);
    await p.ok("finish", "auth");
    expect(await p.git("log", "-1", "--format=%B")).toBe("Merge branch 'feature/auth'\nby the hook\n\n");
  });

  test.each(["--ff", "--squash", "--rebase", "--merge"])("%s: a hook finds the session free", async (way) => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    if (way === "--ff") await p.git("reset", "-q", "--hard", "HEAD~1");
    const { id } = await p.session("auth");
    hook(p, "post-merge", `${berth} set merged yes --session-id ${id} --wait 3`);
    await p.ok("finish", "auth", way, "--keep");
    expect((await p.session("auth")).sharedState).toMatchObject({ merged: "yes" });
  });

  test.each([
    ["--merge", ["Merge branch 'feature/auth'", "file.txt: mine", "one"]],
    ["--squash", ["file.txt: mine", "one"]],
    ["--rebase", ["file.txt: mine", "one"]],
    ["--ff", ["file.txt: mine", "one"]],
  ])("%s of a branch that is ahead", async (way, subjects) => {
    const p = await finishable();
    await p.ok("finish", "auth", way);
    expect((await p.subjects()).sort()).toEqual([...subjects].sort());
    await isGone(p);
  });

  test.each([
    ["--merge", ["Merge branch 'feature/auth'", "other.txt: theirs", "file.txt: mine", "one"]],
    ["--squash", ["file.txt: mine", "other.txt: theirs", "one"]],
    ["--rebase", ["file.txt: mine", "other.txt: theirs", "one"]],
  ])("%s of a branch that is ahead and behind", async (way, subjects) => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.ok("finish", "auth", way);
    expect((await p.subjects()).sort()).toEqual(subjects.sort());
    expect([read(join(p.root, "file.txt")), read(join(p.root, "other.txt"))]).toEqual(["mine\n", "theirs\n"]);
    await isGone(p);
  });

  test("a squash of several commits is named after the branch and lists them; -m says otherwise", async () => {
    const p = await finishable();
    await p.commit(p.tree, "more.txt", "more\n");
    await p.ok("finish", "auth", "--squash", "--keep");
    expect(await p.git("log", "-1", "--format=%B")).toContain(
      "feature/auth\n\n* file.txt: mine\n* more.txt: more\n",
    );
    const q = await finishable();
    await q.ok("finish", "auth", "--squash", "-m", "Add login");
    expect(await q.subjects()).toEqual(["Add login", "one"]);
  });

  test("--keep merges, and all else stays; a rebase moves the branch along", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.ok("finish", "auth", "--rebase", "--keep");
    expect(await p.head(p.tree)).toBe(await p.head(p.root));
    expect(read(join(p.tree, "other.txt"))).toBe("theirs\n");
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    expect(await p.ok("doctor", "--json")).toContain('"ok":true');
  });

  test("a session without a commit of its own is tidied up", async () => {
    const p = await finishable();
    await p.git("-C", p.tree, "reset", "-q", "--hard", "main");
    await p.ok("finish", "auth");
    await isGone(p);
  });

  test("a branch that berth did not make stays", async () => {
    const p = await finishable();
    await p.ok("destroy", "auth", "--cleanup");
    await p.ok("new", "adopted", "--existing-branch", "feature/auth");
    await p.ok("finish", "adopted");
    expect(await p.git("branch", "--list", "feature/auth")).toContain("feature/auth");
    expect((await p.subjects())[0]).toBe("file.txt: mine");
  });

  test("a branch whose name is a tag's too is what is merged", async () => {
    const p = await finishable();
    await p.git("tag", "feature/auth", "main");
    await p.ok("finish", "auth");
    expect((await p.subjects())[0]).toBe("file.txt: mine");
  });
});

describe("the base", () => {
  test("another session's branch: merged in that session's worktree", async () => {
    const p = await finishable();
    const made = await p.in(p.tree, [berth, "new", "inner"]);
    expect(made.status).toBe(0);
    const inner = await p.worktree("inner");
    await p.commit(inner, "inner.txt", "inner\n");
    await p.ok("finish", "inner");
    expect(read(join(p.tree, "inner.txt"))).toBe("inner\n");
    expect((await p.subjects()).at(0)).toBe("one");
    await p.ok("finish", "auth");
    expect((await p.subjects())[0]).toBe("inner.txt: inner");
  });

  test("checked out nowhere: moved without a checkout, and no file changes", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.git("switch", "-qc", "elsewhere", "HEAD~1");
    if (!MERGES_ALONE) return void await isRefused(p, "base_needs_checkout", 6);
    await p.ok("finish", "auth");
    expect(await p.git("show", "main:file.txt")).toBe("mine\n");
    expect(await p.git("show", "main:other.txt")).toBe("theirs\n");
    expect(await p.git("log", "-1", "--format=%P", "main")).toMatch(/^\w+ \w+\n$/);
    expect([await p.git("status", "--porcelain"), read(join(p.root, "file.txt"))]).toEqual(["", "one\n"]);
    await isGone(p);
  });

  test.each([["--squash", 1], ["--rebase", 1], ["--merge", 2]])(
    "checked out nowhere, %s",
    async (way, parents) => {
      const p = await finishable();
      await p.commit(p.root, "other.txt", "theirs\n");
      await p.git("switch", "-qc", "elsewhere", "HEAD~1");
      if (!MERGES_ALONE && way !== "--rebase") {
        return void await isRefused(p, "base_needs_checkout", 6, way);
      }
      await p.ok("finish", "auth", way);
      expect((await p.git("log", "-1", "--format=%P", "main")).trim().split(" ")).toHaveLength(parents);
      expect(await p.git("show", "main:file.txt")).toBe("mine\n");
      await isGone(p);
    },
  );

  test("checked out nowhere, with a hook that git would run: refused with what to type, which works", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.git("switch", "-qc", "elsewhere", "HEAD~1");
    hook(p, "pre-merge-commit", "exit 0");
    await isRefused(p, "base_needs_checkout", 6);
    const { stderr } = await p.berth("finish", "auth");
    const [, make = ""] = /Type "(git .*? worktree add .*?)"/.exec(stderr) ?? [];
    expect((await p.in(p.root, ["sh", "-c", make])).status).toBe(0);
    await p.ok("finish", "auth");
    expect(await p.git("show", "main:file.txt")).toBe("mine\n");
  });

  test("in core.hooksPath they count as well", async () => {
    const p = await finishable();
    await p.git("switch", "-qc", "elsewhere");
    await p.git("config", "core.hooksPath", join(p.home, "hooks"));
    mkdirSync(join(p.home, "hooks"));
    writeFileSync(join(p.home, "hooks/post-merge"), "#!/bin/sh\n", { mode: 0o755 });
    await isRefused(p, "base_needs_checkout", 6);
  });

  test("a remote branch means its local one; a commit is asked for", async () => {
    const p = await finishable();
    await p.git("remote", "add", "origin", p.root);
    await p.git("fetch", "-q", "origin");
    await p.ok("new", "remote", "--base", "origin/main");
    await p.commit(await p.worktree("remote"), "remote.txt", "remote\n");
    await p.ok("finish", "remote");
    expect((await p.subjects())[0]).toBe("remote.txt: remote");
    await p.git("branch", "other");
    await p.ok("new", "loose", "--base", await p.head(p.root));
    await p.commit(await p.worktree("loose"), "loose.txt", "loose\n");
    expect((await p.refused("finish", "loose")).code).toBe("no_base");
    await p.ok("finish", "loose", "--into", "other");
    expect((await p.subjects("other"))[0]).toBe("loose.txt: loose");
  });

  test("what the directory of the call has checked out is none", async () => {
    const p = await finishable();
    await p.git("branch", "--no-track", "side");
    await p.git("worktree", "add", "-q", "../side", "side");
    const done = await p.in(join(p.root, "../side"), [berth, "finish", "auth"]);
    expect(done.status).toBe(0);
    expect([(await p.subjects())[0], (await p.subjects("side"))[0]]).toEqual(["file.txt: mine", "one"]);
  });

  test("in a bare repository whose main is a linked worktree", async () => {
    const p = await finishable();
    const bare = join(p.home, "bare");
    await p.git("clone", "-q", "--bare", p.root, join(bare, ".bare"));
    writeFileSync(join(bare, ".git"), "gitdir: ./.bare\n");
    await p.git("-C", bare, "worktree", "add", "-q", "main", "main");
    const made = await p.in(join(bare, "main"), [berth, "new", "linked"]);
    expect(made.status).toBe(0);
    const { stdout } = await p.in(join(bare, "main"), [berth, "path", "--worktree", "linked"]);
    await p.commit(stdout.trim(), "linked.txt", "linked\n");
    const done = await p.in(bare, [berth, "finish", "linked"]);
    expect([done.status, done.stderr]).toEqual([0, expect.stringContaining("into main")]);
    expect(read(join(bare, "main/linked.txt"))).toBe("linked\n");
    expect(existsSync(stdout.trim())).toBe(false);
    expect(existsSync(join(bare, "main"))).toBe(true);
  });

  test("in a bare repository without any other worktree", async () => {
    const p = await finishable();
    const bare = join(p.home, "bare.git");
    await p.git("clone", "-q", "--bare", p.root, bare);
    expect((await p.in(bare, [berth, "new", "linked"])).status).toBe(0);
    const { stdout } = await p.in(bare, [berth, "path", "--worktree", "linked"]);
    await p.commit(stdout.trim(), "linked.txt", "linked\n");
    const done = await p.in(bare, [berth, "finish", "linked"]);
    expect([done.status, done.stderr]).toEqual([0, expect.stringContaining("into main")]);
    expect(await p.git("-C", bare, "show", "main:linked.txt")).toBe("linked\n");
  });

  test.each(["--merge", "--squash", "--rebase"])(
    "in one that git does not look for by itself: %s",
    async (way) => {
      const p = await finishable();
      const bare = join(p.home, "bare.git");
      await p.git("clone", "-q", "--bare", p.root, bare);
      await p.in(p.home, ["git", "config", "--global", "safe.bareRepository", "explicit"]);
      expect((await p.in(bare, [berth, "new", "linked"])).status).toBe(0);
      const { stdout } = await p.in(bare, [berth, "path", "--worktree", "linked"]);
      await p.commit(stdout.trim(), "linked.txt", "linked\n");
      const done = await p.in(bare, [berth, "finish", "linked", way, "-m", "linked"]);
      expect([done.status, done.stderr]).toEqual([0, expect.stringContaining("into main")]);
      expect(await p.git("-C", p.root, `--git-dir=${bare}`, "show", "main:linked.txt")).toBe("linked\n");
    },
  );
});

describe("finish refuses, and nothing has changed", () => {
  test("where both changed the same lines; the hint gets further", async () => {
    const p = await finishable();
    await p.commit(p.root, "file.txt", "theirs\n");
    const message = await isRefused(p, "finish_conflict", 6);
    expect(message).toContain('"file.txt"');
    expect(await isRefused(p, "finish_conflict", 6, "--rebase")).toContain('"file.txt"');
    await isRefused(p, "finish_conflict", 6, "--squash");
    expect((await p.berth("run", "auth", "--", "git", "merge", "main")).status).toBe(1);
    expect((await p.refused("finish", "auth")).code).toBe("finish_work");
    await p.commit(p.tree, "file.txt", "both\n");
    await p.ok("finish", "auth");
    expect(read(join(p.root, "file.txt"))).toBe("both\n");
  });

  test.each([
    ["a change", (p: Finishable) => writeFileSync(join(p.tree, "file.txt"), "changed")],
    ["an untracked file", (p: Finishable) => writeFileSync(join(p.tree, "new"), "new")],
  ])("with %s in the worktree, --force too", async (_, work) => {
    const p = await finishable();
    await work(p);
    await isRefused(p, "finish_work", 6);
    await isRefused(p, "finish_work", 6, "--force");
  });

  test("with changes in the base's checkout in the same files; with others it goes through", async () => {
    const p = await finishable();
    p.write("file.txt", "unfinished\n");
    expect(await isRefused(p, "base_dirty", 6)).toContain('"file.txt"');
    await p.git("checkout", "-q", "file.txt");
    await p.commit(p.root, "other.txt", "theirs\n");
    p.write("other.txt", "unfinished\n");
    p.write("untracked", "untracked\n");
    await p.ok("finish", "auth");
    expect([read(join(p.root, "other.txt")), read(join(p.root, "untracked"))]).toEqual([
      "unfinished\n",
      "untracked\n",
    ]);
    expect(read(join(p.root, "file.txt"))).toBe("mine\n");
  });

  test.each(["untracked", "ignored"])("where the merge adds a file that is there and %s", async (how) => {
    const p = await finishable();
    if (how === "ignored") writeFileSync(join(p.root, ".git/info/exclude"), "secret\n/.worktrees/\n");
    await p.git("-C", p.tree, "reset", "-q", "--hard");
    writeFileSync(join(p.tree, "secret"), "theirs\n");
    await p.git("-C", p.tree, "add", "-f", "secret");
    await p.git("-C", p.tree, "commit", "-qm", "secret");
    p.write("secret", "mine\n");
    expect(await isRefused(p, "base_dirty", 6)).toContain('"secret"');
    expect(read(join(p.root, "secret"))).toBe("mine\n");
  });

  test("with something staged where git makes a commit", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    p.write("third.txt", "staged\n");
    await p.git("add", "third.txt");
    await isRefused(p, "base_dirty", 6);
    await isRefused(p, "base_dirty", 6, "--squash");
    expect(await p.git("diff", "--cached", "--name-only")).toBe("third.txt\n");
  });

  test.each([
    ["merge", ["merge", "clash"]],
    ["rebase", ["rebase", "clash"]],
    ["cherry-pick", ["cherry-pick", "clash"]],
    ["bisect", ["bisect", "start"]],
  ])("with a %s under way in the base's checkout, and in the worktree", async (step, command) => {
    const p = await finishable();
    await p.git("switch", "-qc", "clash");
    await p.commit(p.root, "file.txt", "clash\n");
    await p.git("switch", "-q", "main");
    await p.commit(p.root, "file.txt", "theirs\n");
    await p.in(p.root, ["git", ...command]);
    expect(await isRefused(p, "base_busy", 6)).toContain(step);
    await p.in(p.root, ["git", step, step === "bisect" ? "reset" : "--abort"]);
    await p.in(p.tree, ["git", ...command]);
    expect((await isRefused(p, "finish_work", 6)).replace("bisect", step)).toContain(step);
  });

  test.each(["pre-merge-commit", "commit-msg", "prepare-commit-msg"])(
    "when the hook %s fails",
    async (name) => {
      const p = await finishable();
      await p.commit(p.root, "other.txt", "theirs\n");
      hook(p, name, "echo not today >&2; exit 1");
      expect(await isRefused(p, "finish_failed", 1)).toContain("not today");
    },
  );

  test("when a pre-commit hook fails a squash", async () => {
    const p = await finishable();
    hook(p, "pre-commit", "echo lint failed >&2; exit 1");
    expect(await isRefused(p, "finish_failed", 1, "--squash")).toContain("lint failed");
    await p.commit(p.root, "other.txt", "theirs\n").catch(() => {});
  });

  test.each([["--merge"], ["--squash"]])("when signing is asked for and cannot be done, %s", async (way) => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await p.git("config", "commit.gpgSign", "true");
    await p.git("config", "gpg.program", "false");
    await isRefused(p, "finish_failed", 1, way);
    await p.git("switch", "-qc", "elsewhere");
    if (MERGES_ALONE) await isRefused(p, "finish_failed", 1, way);
    else await isRefused(p, "base_needs_checkout", 6, way);
  });

  test("--ff where the base has something else", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    await isRefused(p, "finish_not_ahead", 6, "--ff");
  });

  test("with a detached HEAD", async () => {
    const p = await finishable();
    await p.git("-C", p.tree, "switch", "-q", "--detach");
    await isRefused(p, "finish_detached", 6);
  });

  test("while its command runs; --force stops it", async () => {
    const p = await finishable();
    const child = Bun.spawn([berth, "run", "auth", "--", "sleep", "60"], {
      cwd: p.root,
      env: { PATH: process.env["PATH"] ?? "", ...p.env },
      stdin: "ignore",
    });
    while ((await p.session("auth")).run?.state !== "ACTIVE") await Bun.sleep(20);
    expect((await p.refused("finish", "auth")).status).toBe(5);
    await p.ok("finish", "auth", "--force");
    await child.exited;
    await isGone(p);
  });

  test("typed in its own command, with --force too: all goes on, and it is said", async () => {
    const p = await finishable();
    const words = [
      ["finish", "auth"],
      ["finish", "auth", "--force"],
      [
        "destroy",
        "auth",
        "--cleanup",
        "--force",
      ],
      ["wait", "auth"],
      ["wait"],
    ];
    const script = words.map((one) => `"${berth}" ${one.join(" ")} --json; echo $?`).join("\n");
    const { stdout, stderr } = await p.in(p.root, [berth, "run", "auth", "--", "sh", "-c", script]);
    expect(stdout.trim().split("\n")).toEqual(words.map(() => "5"));
    const said = stderr.split("\n").filter((line) => line.startsWith("{")).map((line) =>
      JSON.parse(line).error
    );
    expect(said.map(({ code, hint }) => [code, hint.includes("elsewhere")]))
      .toEqual(words.map(() => ["session_running", true]));
    expect((await p.session("auth")).run).toMatchObject({ state: "CLEANED", exitCode: 0 });
    await p.ok("finish", "auth");
  });
});

describe("hooks in the middle", () => {
  test("commits that a hook makes on the branch in the middle keep it, and the worktree", async () => {
    const p = await finishable();
    const clean = "unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE";
    hook(
      p,
      "post-merge",
      `${clean}; echo more > ${p.tree}/more; cd ${p.tree} && git add more && git commit -qm more`,
    );
    const { code, status } = await p.refused("finish", "auth");
    expect([code, status]).toEqual(["finish_half", 6]);
    expect(await p.git("show", "feature/auth:more")).toBe("more\n");
    expect(existsSync(join(p.tree, "more"))).toBe(true);
    expect(p.stored("sessions")).toHaveLength(1);
  });

  test("one that dirties the worktree: merged, and the worktree stays", async () => {
    const p = await finishable();
    hook(p, "post-merge", `echo work > ${p.tree}/work`);
    const { code, status } = await p.refused("finish", "auth");
    expect([code, status]).toEqual(["finish_half", 6]);
    expect([(await p.subjects())[0], read(join(p.tree, "work"))]).toEqual(["file.txt: mine", "work\n"]);
    expect(await p.ok("doctor", "--json")).toContain('"ok":true');
    await p.git("-C", p.tree, "clean", "-qf");
    await p.ok("finish", "auth");
    await isGone(p);
  });

  test("one that dirties the base's checkout and fails: what cannot be taken back is said", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    hook(p, "pre-merge-commit", "echo broken > file.txt; exit 1");
    const { code, status, message } = await p.refused("finish", "auth");
    expect([code, status]).toEqual(["finish_failed", 1]);
    expect(message).toContain("could not be taken back");
    expect(existsSync(p.tree)).toBe(true);
  });
});

test("an archive that cannot be written to: doctor puts the session there, and it is finished", async () => {
  const p = await finishable();
  const archive = join(p.store, "archive");
  rmSync(archive, { recursive: true, force: true });
  writeFileSync(archive, "in the way");
  expect((await p.refused("finish", "auth")).status).not.toBe(0);
  expect(read(join(p.root, "file.txt"))).toBe("mine\n");
  rmSync(archive);
  await p.ok("doctor", "--fix");
  await isGone(p);
});

describe("a stash", () => {
  test("of any worktree stays as it is", async () => {
    const p = await finishable();
    writeFileSync(join(p.tree, "file.txt"), "stashed\n");
    await p.git("-C", p.tree, "stash", "-q");
    p.write("file.txt", "stashed too\n");
    await p.git("stash", "-q");
    const before = await p.git("stash", "list");
    await p.ok("finish", "auth");
    expect(await p.git("stash", "list")).toBe(before);
  });
});

describe("two at once", () => {
  test("of one session: one finishes it, the other says that it is gone", async () => {
    const p = await finishable();
    const both = await Promise.all([p.berth("finish", "auth"), p.berth("finish", "auth")]);
    expect(both.map(({ status }) => status).sort()).toEqual([0, 3]);
    await isGone(p);
  });

  test("of four sessions: one after the other, and all is there", async () => {
    const p = await finishable();
    const names = ["b", "c", "d"];
    for (const name of names) {
      await p.ok("new", name);
      await p.commit(await p.worktree(name), `${name}.txt`, `${name}\n`);
    }
    const done = await Promise.all(["auth", ...names].map((name) => p.berth("finish", name)));
    expect(done.map(({ status, stderr }) => status === 0 ? "" : stderr)).toEqual(["", "", "", ""]);
    expect(names.map((name) => read(join(p.root, `${name}.txt`)))).toEqual(["b\n", "c\n", "d\n"]);
    expect(await p.git("status", "--porcelain")).toBe("");
  });
});

describe("where the shell is left", () => {
  test("from below the worktree: the hook takes it to the base's checkout, else the last line is what to type", async () => {
    const p = await finishable();
    mkdirSync(join(p.tree, "deep"));
    const { status, stderr } = await p.in(join(p.tree, "deep"), [berth, "finish", "auth"]);
    expect([status, stderr.trimEnd().split("\n").at(-1)]).toEqual([
      0,
      `This directory is gone; type: cd ${p.root}`,
    ]);
    const q = await finishable();
    const file = join(q.home, "cd");
    writeFileSync(file, "");
    const done = await q.in(q.tree, [berth, "finish", "auth"], { env: { BERTH_CD_FILE: file } });
    expect([done.status, read(file)]).toEqual([0, `${q.root}\n`]);
    expect(done.stderr).not.toContain("cd ");
  });

  test("from elsewhere it stays", async () => {
    const p = await finishable();
    const file = join(p.home, "cd");
    writeFileSync(file, "");
    const done = await p.in(p.root, [berth, "finish", "auth"], { env: { BERTH_CD_FILE: file } });
    expect([done.status, read(file)]).toEqual([0, ""]);
  });
});

/** Finish, which is killed in the middle. */
const killed = (p: Finishable, env: Record<string, string> = {}) =>
  p.in(p.root, [berth, "finish", "auth"], { env }).then(
    ({ status }) => expect(status).toBe(137),
    (error) => expect(String(error)).toContain("took too long"),
  );

/** At each of git's steps: berth is killed, and git with it or not. */
const STEPS = ["merge ", "worktree remove", "update-ref --no-deref --stdin"];

describe("killed", () => {
  for (const step of STEPS) {
    for (const when of ["before", "after"]) {
      test(`${when} git ${step.trim()}: doctor --fix completes it or undoes it, and nothing is lost`, async () => {
        const p = await finishable();
        await p.commit(p.root, "other.txt", "theirs\n");
        const run = when === "before" ? "" : '$GIT "$@"; ';
        const { env } = gitBy(
          p,
          `case " $* " in *" ${step}"*) ${run}kill -9 $PPID; exit 1;; esac\nexec $GIT "$@"`,
        );
        await killed(p, env);
        await p.ok("doctor", "--fix");
        expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
        expect(await p.git("status", "--porcelain")).toBe("");
        if (p.stored("sessions").length > 0) {
          expect(read(join(p.tree, "file.txt"))).toBe("mine\n");
          await p.ok("finish", "auth");
        }
        expect(read(join(p.root, "file.txt"))).toBe("mine\n");
        await isGone(p);
        const [archived = ""] = p.stored("archive");
        const { history } = JSON.parse(read(join(p.store, "archive", archived)));
        expect(history.filter(({ kind }: { kind: string }) => kind === "merged")).toHaveLength(1);
      });
    }
  }

  test("in a hook of a merge that was to fail: the merge is taken back", async () => {
    const p = await finishable();
    await p.commit(p.root, "other.txt", "theirs\n");
    // The parent of the hook's shell is git, and its parent is berth.
    hook(p, "pre-merge-commit", "kill -9 $(ps -o ppid= -p $PPID); exit 1");
    await killed(p);
    expect((await p.session("auth"))["pending"]).toMatchObject({ kind: "finish" });
    await p.ok("doctor", "--fix");
    // A git before 2.38 does not tell what the files were to be, so where it was killed as well they stay as they are.
    expect(await p.git("status", "--porcelain")).toMatch(MERGES_ALONE ? /^$/ : /^(M {2}file\.txt\n)?$/);
    expect(existsSync(join(p.root, ".git/MERGE_HEAD"))).toBe(false);
    expect(read(join(p.root, "file.txt"))).toBe("one\n");
    expect((await p.session("auth"))["pending"]).toBeUndefined();
  });

  test("typed again, finish goes on by itself", async () => {
    const p = await finishable();
    const { env } = gitBy(
      p,
      `case " $* " in *" worktree remove "*) kill -9 $PPID; exit 1;; esac\nexec $GIT "$@"`,
    );
    await killed(p, env);
    expect(p.stored("sessions")).toHaveLength(1);
    await p.ok("finish", "auth");
    await isGone(p);
  });
});

describe("squash-merged by somebody else", () => {
  test("with the same lines changed since: nothing is merged again, and it is tidied up", async () => {
    const p = await finishable();
    await p.git("merge", "-q", "--squash", "feature/auth");
    await p.git("commit", "-qm", "squashed");
    const tip = await p.commit(p.root, "file.txt", "changed again\n");
    await p.ok("finish", "auth");
    expect(await p.head(p.root)).toBe(tip);
    await isGone(p);
  });
});

describe("submodules", () => {
  const withSubmodule = async () => {
    const p = await finishable();
    const inner = join(p.home, "inner");
    await p.git("init", "-q", inner);
    await p.commit(inner, "inner.txt", "inner\n");
    await p.git("-C", p.tree, "submodule", "add", "-q", inner, "sub");
    await p.git("-C", p.tree, "commit", "-qm", "sub");
    return p;
  };

  test("clean, and with nothing that their remotes lack: no obstacle", async () => {
    const p = await withSubmodule();
    await p.ok("finish", "auth");
    await isGone(p);
  });

  test("with a change, or a commit that no remote has: kept", async () => {
    const p = await withSubmodule();
    writeFileSync(join(p.tree, "sub/inner.txt"), "changed\n");
    await isRefused(p, "finish_work", 6);
    await p.git("-C", join(p.tree, "sub"), "commit", "-qam", "own");
    await p.git("-C", p.tree, "commit", "-qam", "moved");
    await isRefused(p, "finish_work", 6);
  });

  test("with a stash of their own: kept", async () => {
    const p = await withSubmodule();
    writeFileSync(join(p.tree, "sub/inner.txt"), "changed\n");
    await p.git("-C", join(p.tree, "sub"), "stash", "-q");
    await isRefused(p, "finish_work", 6);
  });
});

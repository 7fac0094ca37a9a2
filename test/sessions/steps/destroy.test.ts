import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { gitBy, type Project, project, read } from "../../support/project.ts";
import { commit, WORK } from "../../support/work.ts";

/** A project with a session `auth`, and its worktree. */
async function withSession(...options: string[]): Promise<Project & { tree: string }> {
  const p = await project();
  await p.ok("new", "auth", ...options);
  return { ...p, tree: await p.worktree("auth") };
}

/** Everything that can be lost: refs, worktrees, stash, and the session itself. */
async function state(p: Project): Promise<unknown> {
  const stash = p.in(p.root, ["git", "stash", "list"]).then(({ stdout }) => stdout);
  return await Promise.all([
    p.git("for-each-ref"),
    p.git("worktree", "list", "--porcelain"),
    stash,
    p.stored("sessions"),
  ]);
}

const ALL = ["destroy", "auth", "--cleanup", "--delete-branch"];

describe("destroy", () => {
  test("without --cleanup archives the record and leaves worktree and branch", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "work"), "w");
    await p.ok("destroy", "auth");
    expect([p.stored("sessions"), p.stored("archive").length]).toEqual([[], 1]);
    expect(read(join(p.tree, "work"))).toBe("w");
    expect(await p.git("branch", "--list", "feature/auth")).toContain("feature/auth");
    expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
  });

  test("--cleanup removes a clean worktree and keeps the branch; --delete-branch takes it too", async () => {
    const p = await withSession();
    await p.ok("destroy", "auth", "--cleanup");
    expect(existsSync(p.tree)).toBe(false);
    expect(await p.git("branch", "--list", "feature/auth")).toContain("feature/auth");
    const q = await withSession();
    await q.ok(...ALL);
    expect(await q.git("branch", "--list", "feature/auth")).toBe("");
  });

  test.each(WORK)("%s is kept without --force, and nothing else goes either", async (what, work) => {
    const p = await withSession();
    await work(p, p.tree);
    const before = await state(p);
    const code = /^a worktree inside/.test(what) ? "worktrees_inside" : "work_at_risk";
    for (const args of [["destroy", "auth", "--cleanup"], ALL]) {
      expect(await p.refused(...args)).toMatchObject({ code, status: 6 });
    }
    expect(await state(p)).toEqual(before);
    // What no undo could bring back stays in any case: other people's worktrees, a name that is no text.
    const kept = /^a worktree inside/.test(what) ? code : /not UTF-8$/.test(what) ? "work_not_kept" : null;
    if (kept !== null) {
      expect(await p.refused("destroy", "auth", "--cleanup", "--force")).toMatchObject({
        code: kept,
        status: 6,
      });
      expect(await state(p)).toEqual(before);
      return;
    }
    await p.ok("destroy", "auth", "--cleanup", "--force");
    expect(existsSync(p.tree)).toBe(false);
  });

  test("what is hidden and did not change is no work", async () => {
    const p = await withSession();
    const names = ["two\nlines", '"quoted"', "back\\slash\ttab", "é"];
    for (const name of names) writeFileSync(join(p.tree, name), "one");
    symlinkSync("file.txt", join(p.tree, "link"));
    await p.git("-C", p.tree, "add", ".");
    await p.git("-C", p.tree, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},part`);
    await p.git("-C", p.tree, "commit", "-qm", "names");
    mkdirSync(join(p.tree, "part"));
    await p.git("-C", p.tree, "update-index", "--skip-worktree", ...names, "link", "file.txt", "part");
    rmSync(join(p.tree, "file.txt"));
    await p.ok("destroy", "auth", "--cleanup");
  });

  test("a lock is seen where git does not list it, as before 2.31", async () => {
    const p = await withSession();
    await p.git("worktree", "lock", "--reason", "on a disk", p.tree);
    const git = gitBy(
      p,
      'case "$*" in *"worktree list"*) $GIT "$@" | grep -v ^locked;; *) exec $GIT "$@";; esac',
    );
    const refused = await p.in(p.root, [berth, ...ALL, "--json"], git);
    expect([refused.status, JSON.parse(refused.stderr).error]).toMatchObject([6, { code: "work_at_risk" }]);
    expect(refused.stderr).toContain("a lock (on a disk)");
    expect(existsSync(p.tree)).toBe(true);
  });

  test("a branch with commits of its own stays without --force, and the worktree with it", async () => {
    const p = await withSession();
    await commit(p, p.tree, "own");
    const before = await state(p);
    expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged", status: 6 });
    expect(await state(p)).toEqual(before);
    await p.git("tag", "held", "feature/auth");
    expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged" });
    for (const alias of ["heads/alias", "heads/second", "remotes/origin/HEAD"]) {
      await p.git("symbolic-ref", `refs/${alias}`, "refs/heads/feature/auth");
    }
    await p.git("symbolic-ref", "refs/heads/second", "refs/heads/alias");
    expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged" });
    await p.git("branch", "held", "feature/auth");
    await p.ok(...ALL);
    expect(await p.git("branch", "--list", "feature/auth")).toBe("");
  });

  test("what was fetched from a remote that the configuration has no more proves nothing", async () => {
    const p = await withSession();
    await p.git("clone", "-q", "--bare", p.root, join(p.home, "remote.git"));
    await p.git("remote", "add", "gone", join(p.home, "remote.git"));
    await commit(p, p.tree, "own");
    await p.git("push", "-q", "gone", "feature/auth");
    await p.git("config", "--remove-section", "remote.gone");
    expect(await p.git("for-each-ref", "refs/remotes")).toContain("gone/feature/auth");
    expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged" });
    await p.git("-C", p.tree, "switch", "-q", "--detach");
    await p.git("update-ref", "refs/keep", "feature/auth");
    await p.git("branch", "-qD", "feature/auth");
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({ code: "work_at_risk" });
    // One branch of a remote that is still there does, without a pattern too.
    await p.git("remote", "add", "-t", "feature/auth", "there", join(p.home, "remote.git"));
    await p.git("fetch", "-q", "there");
    await p.ok("destroy", "auth", "--cleanup");
  });

  test("a branch goes whose commits a remote has", async () => {
    const p = await withSession();
    await p.git("clone", "-q", "--bare", p.root, join(p.home, "remote.git"));
    await p.git("remote", "add", "origin", join(p.home, "remote.git"));
    await commit(p, p.tree, "own");
    expect(await p.refused(...ALL)).toMatchObject({ code: "branch_unmerged" });
    await p.git("push", "-q", "origin", "feature/auth:elsewhere");
    await p.ok(...ALL);
    expect(await p.git("branch", "--list", "feature/auth")).toBe("");
    const q = await withSession();
    await q.git("-C", q.tree, "checkout", "-q", "--detach");
    await commit(q, q.tree, "own");
    await q.git("remote", "add", "origin", join(q.home, "remote.git"));
    await q.git("-C", q.tree, "update-ref", "refs/remotes/origin/elsewhere", "HEAD");
    await q.ok("destroy", "auth", "--cleanup");
  });

  test("--force-branch deletes a branch with commits of its own, only with --delete-branch", async () => {
    const p = await withSession();
    await commit(p, p.tree, "own");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    expect(await p.git("branch", "--list", "feature/auth")).toContain("feature/auth");
    const q = await withSession();
    await commit(q, q.tree, "own");
    expect(await q.refused(...ALL, "--force")).toMatchObject({ code: "branch_unmerged" });
    await q.ok(...ALL, "--force-branch");
    expect(await q.git("branch", "--list", "feature/auth")).toBe("");
  });

  test("a branch that was adopted is never deleted", async () => {
    const p = await project();
    await p.git("branch", "topic");
    await p.ok("new", "auth", "--existing-branch", "topic");
    const before = await state(p);
    for (const args of [ALL, [...ALL, "--force"]]) {
      expect(await p.refused(...args)).toMatchObject({ code: "branch_not_ours", status: 6 });
    }
    expect(await state(p)).toEqual(before);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    expect(await p.git("branch", "--list", "topic")).toContain("topic");
  });

  test("a branch that was deleted is not ours any more when somebody makes it again", async () => {
    const p = await withSession();
    await p.ok(...ALL);
    await p.ok("restore", p.stored("archive")[0] ?? "");
    await p.git("branch", "feature/auth");
    expect(await p.refused("destroy", "auth", "--delete-branch")).toMatchObject({ code: "branch_not_ours" });
    const q = await withSession();
    await q.ok("destroy", "auth", "--cleanup");
    await q.ok("restore", q.stored("archive")[0] ?? "");
    await q.git("branch", "-D", "feature/auth");
    await q.ok(...ALL);
    await q.ok("restore", q.stored("archive")[0] ?? "");
    await q.git("branch", "feature/auth");
    expect(await q.refused("destroy", "auth", "--delete-branch")).toMatchObject({ code: "branch_not_ours" });
  });

  test("a branch that is another name for one stays, and so does that one", async () => {
    const p = await withSession();
    await p.ok("destroy", "auth", "--cleanup");
    await p.ok("restore", p.stored("archive")[0] ?? "");
    await p.git("branch", "-m", "feature/auth", "dev");
    await p.git("symbolic-ref", "refs/heads/feature/auth", "refs/heads/dev");
    const refs = await p.git("for-each-ref");
    const { actions } = JSON.parse(await p.ok("destroy", "auth", "--delete-branch", "--force", "--json"));
    expect(actions.at(-1)).toEqual({
      what: "branch",
      action: "keep",
      reason: "it is another name for refs/heads/dev",
    });
    expect(await p.git("for-each-ref")).toBe(refs);
  });

  test("of a branch that becomes another name while it is deleted, only the name goes", async () => {
    const p = await withSession();
    const swap = "$GIT branch dev feature/auth; $GIT symbolic-ref refs/heads/feature/auth refs/heads/dev";
    const git = gitBy(p, `case "$*" in *update-ref*) ${swap};; esac; exec $GIT "$@"`);
    expect(await p.in(p.root, [berth, ...ALL], git)).toMatchObject({ status: 0 });
    expect(await p.git("for-each-ref", "--format=%(refname:short)", "refs/heads")).toBe("dev\nmain\n");
  });

  test("the settings of a branch go with it", async () => {
    const p = await withSession();
    await p.git("config", "branch.feature/auth.description", "mine");
    await p.git("config", "branch.main.description", "main");
    await p.ok(...ALL);
    expect(await p.git("config", "--get-regexp", "^branch")).toBe("branch.main.description main\n");
  });

  test("a branch stays that another checkout has, or whose worktree stays", async () => {
    const p = await withSession();
    expect(await p.refused("destroy", "auth", "--delete-branch")).toMatchObject({
      code: "branch_in_use",
      status: 6,
    });
    await p.git("-C", p.tree, "checkout", "-q", "--detach");
    await p.git("checkout", "-q", "feature/auth");
    expect(await p.refused(...ALL, "--force")).toMatchObject({ code: "branch_in_use" });
    expect(existsSync(p.tree)).toBe(true);
  });

  const UNDER_WAY: [string, (p: Project, tree: string) => Promise<unknown>][] = [
    ["a rebase", (p, tree) => p.in(tree, ["git", "rebase", "side"])],
    ["a rebase by patches", (p, tree) => p.in(tree, ["git", "rebase", "--apply", "side"])],
    ["a bisect", (p, tree) => p.git("-C", tree, "bisect", "start", "HEAD", "HEAD~2")],
  ];

  test.each(UNDER_WAY)("a branch stays while %s of it is under way, here or elsewhere", async (_, begin) => {
    for (const where of ["its worktree", "the main checkout", "another worktree"]) {
      const p = await withSession();
      await p.git("branch", "side");
      for (const text of ["own", "more"]) {
        writeFileSync(join(p.tree, "file.txt"), text);
        await p.git("-C", p.tree, "commit", "-qam", text);
      }
      await p.git("branch", "holder", "feature/auth");
      const other = where === "another worktree" ? join(p.home, "other") : p.root;
      if (other !== p.root) await p.git("worktree", "add", "-q", other, "side");
      else await p.git("checkout", "-q", "side");
      writeFileSync(join(other, "file.txt"), "side");
      await p.git("-C", other, "commit", "-qam", "side");
      const at = where === "its worktree" ? p.tree : other;
      if (at !== p.tree) {
        await p.git("-C", p.tree, "checkout", "-q", "--detach");
        await p.git("-C", at, "checkout", "-q", "feature/auth");
      }
      await begin(p, at);
      expect(await p.git("for-each-ref", "--format=%(worktreepath)", "refs/heads/feature/auth")).toBe("\n");
      const before = await state(p);
      const args = at === p.tree ? ["destroy", "auth", "--delete-branch"] : [...ALL, "--force"];
      const { code, status, message } = await p.refused(...args);
      expect([where, code, status, message]).toEqual([
        where,
        "branch_in_use",
        6,
        expect.stringContaining(at),
      ]);
      expect(await p.refused("new", "b", "--existing-branch", "feature/auth"))
        .toMatchObject({ code: "branch_checked_out", status: 6 });
      expect(await state(p)).toEqual(before);
      if (at === p.tree) await p.ok(...ALL, "--force");
    }
  });

  test("a branch stays that a rebase of another one will move", async () => {
    const p = await withSession();
    await p.ok("destroy", "auth", "--cleanup");
    await p.ok("restore", p.stored("archive")[0] ?? "");
    await p.git("checkout", "-qb", "top");
    p.write("file.txt", "top");
    await p.git("commit", "-qam", "top");
    await p.git("checkout", "-q", "main");
    p.write("file.txt", "main");
    await p.git("commit", "-qam", "main");
    await p.in(p.root, ["git", "rebase", "main", "top"]);
    const commits = `${await p.git("rev-parse", "feature/auth")}${"0".repeat(40)}\n`;
    // As `git rebase --update-refs` keeps it since 2.38.
    p.write(".git/rebase-merge/update-refs", `refs/heads/feature/auth\n${commits}`);
    expect(await p.refused("destroy", "auth", "--delete-branch")).toMatchObject({ code: "branch_in_use" });
  });

  test("stashes are never touched", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "file.txt"), "stashed");
    await p.git("-C", p.tree, "stash", "-q");
    const list = await p.git("stash", "list");
    await p.ok(...ALL, "--force");
    expect(await p.git("stash", "list")).toBe(list);
    expect(await p.git("stash", "show", "-p")).toContain("+stashed");
  });

  test("--dry-run changes nothing and counts the ignored files that would go", async () => {
    const p = await project();
    p.write(".gitignore", "build/\n");
    await p.git("add", ".");
    await p.git("commit", "-qm", "ignore");
    await p.ok("new", "auth");
    const tree = await p.worktree("auth");
    mkdirSync(join(tree, "build"));
    for (const name of ["a", "b", "c"]) writeFileSync(join(tree, "build", name), "");
    const before = await state(p);
    const { actions } = JSON.parse(await p.ok(...ALL, "--dry-run", "--json"));
    expect(await state(p)).toEqual(before);
    expect(actions).toEqual([
      { what: "session", action: "archive", reason: expect.any(String) },
      {
        what: "worktree",
        action: "delete",
        reason: 'nothing in it would be lost; ignored files that go too: "build/a", "build/b", "build/c"',
      },
      {
        what: "branch",
        action: "delete",
        reason: expect.stringContaining("feature/auth"),
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
    ]);
  });

  test("a live session is not destroyed; --force stops it first", async () => {
    const p = await project();
    const running = p.berth("new", "auth", "--", "sleep", "600");
    const { until } = await import("../../support/berth.ts");
    await until("the run", async () => {
      const { stdout } = await p.berth("show", "auth", "--json");
      return stdout !== "" && JSON.parse(stdout).session.run.state === "ACTIVE" ? true : undefined;
    });
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({
      code: "session_running",
      status: 5,
    });
    writeFileSync(join(await p.worktree("auth"), "new"), "new");
    const { session, actions } = JSON.parse(await p.ok(...ALL, "--force", "--json"));
    expect((await running).status).toBe(143);
    expect(p.stored("sessions")).toEqual([]);
    expect(session).toEqual(JSON.parse(read(join(p.store, "archive", p.stored("archive")[0] ?? ""))));
    expect(session.run).toMatchObject({ state: "CLEANED", reason: "stopped" });
    expect(actions[1]).toMatchObject({ action: "delete", reason: "with 1 untracked file" });
  });

  test("what is told is what was done, not what was planned before the hook", async () => {
    const p = await project();
    p.write(".berth.json", '{"hooks":{"pre-destroy":"echo late > late"}}');
    await p.git("add", ".");
    await p.git("commit", "-qm", "hook");
    await p.ok("trust");
    await p.ok("new", "auth");
    const { actions } = JSON.parse(await p.ok(...ALL, "--force", "--json"));
    expect(actions[1].reason).toBe("with 1 untracked file");
  });
});

describe("nothing outside of the worktree goes", () => {
  /** Every path below directories, with where a link leads and what a file says; git's own are git's. */
  function everything(...directories: string[]): Map<string, string> {
    const found = new Map<string, string>();
    const look = (directory: string) => {
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        found.set(path, entry.isSymbolicLink() ? readlinkSync(path) : entry.isFile() ? read(path) : "");
        if (entry.isDirectory() && !path.endsWith("/project/.git")) look(path);
      }
    };
    directories.forEach(look);
    return found;
  }

  const PLACES: [string, (p: Project, tree: string, away: string) => void | Promise<void>][] = [
    ["a symlinked .worktrees", (p, _, away) => {
      renameSync(join(p.root, ".worktrees"), away);
      symlinkSync(away, join(p.root, ".worktrees"));
    }],
    ["a worktree swapped for a link to another directory", (_, tree, away) => {
      mkdirSync(away);
      writeFileSync(join(away, "precious"), "p");
      rmSync(tree, { recursive: true });
      symlinkSync(away, tree);
    }],
    ["a worktree swapped for a link to the main checkout", (p, tree) => {
      rmSync(tree, { recursive: true });
      symlinkSync(p.root, tree);
    }],
    ["a worktree swapped for a directory of somebody else's", (_, tree) => {
      rmSync(tree, { recursive: true });
      mkdirSync(tree);
      writeFileSync(join(tree, "precious"), "p");
    }],
    ["a worktree that git has forgotten", async (p, tree) => {
      writeFileSync(join(tree, "precious"), "p");
      rmSync(join(p.root, ".git/worktrees"), { recursive: true });
      await Promise.resolve();
    }],
    ["the worktree of another session", async (p, tree) => {
      await p.ok("new", "other");
      await p.git("worktree", "move", tree, join(p.home, "moved"));
      await p.git("worktree", "move", await p.worktree("other"), tree);
    }],
    ["a .git file that leads to another repository", async (p, tree) => {
      const other = await project();
      writeFileSync(join(tree, ".git"), `gitdir: ${join(other.root, ".git")}\n`);
      void p;
    }],
  ];

  test.each(PLACES)("%s", async (_, arrange) => {
    const p = await withSession();
    const away = join(p.home, "away");
    await arrange(p, p.tree, away);
    const before = everything(p.home, p.root);
    expect(before.size).toBeGreaterThan(0);
    for (const args of [["destroy", "auth", "--cleanup"], [...ALL, "--force"]]) {
      expect(await p.refused(...args)).toMatchObject({ code: "worktree_refused", status: 6 });
    }
    expect(everything(p.home, p.root)).toEqual(before);
    await p.ok("destroy", "auth");
    expect(everything(p.home, p.root)).toEqual(before);
  });

  test("a session whose record names the main checkout, or any other path", async () => {
    for (const path of ["", "/.worktrees", "/.worktrees/../other"]) {
      const p = await withSession();
      const file = join(p.store, "sessions", p.stored("sessions")[0] ?? "");
      const record = JSON.parse(read(file));
      record.project.worktree = p.root + path;
      writeFileSync(file, JSON.stringify(record));
      expect(await p.refused("destroy", "auth", "--cleanup", "--force")).toMatchObject({
        code: "worktree_refused",
      });
      expect(existsSync(join(p.root, "file.txt"))).toBe(true);
    }
  });

  test("a worktree of somebody else's in our folder goes only with --force", async () => {
    const p = await withSession();
    await p.git("worktree", "remove", p.tree);
    await p.git("worktree", "add", "-q", p.tree, "feature/auth");
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({
      code: "work_at_risk",
      status: 6,
    });
    await p.ok("destroy", "auth", "--cleanup", "--force");
  });

  test("a worktree that was removed by hand is no obstacle", async () => {
    const p = await withSession();
    rmSync(p.tree, { recursive: true });
    await p.ok(...ALL);
    expect((await p.git("worktree", "list")).trim().split("\n")).toHaveLength(1);
  });
});

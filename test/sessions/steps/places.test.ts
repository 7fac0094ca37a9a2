/** Worktrees that are none, and what was moved or renamed behind berth's back. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { at, gitBy, type Project, project } from "../../support/project.ts";

async function withSession(): Promise<Project & { tree: string }> {
  const p = await project();
  await p.ok("new", "auth");
  await p.ok("run", "auth", "--", "true");
  const tree = await p.worktree("auth");
  writeFileSync(join(tree, "work"), "work");
  writeFileSync(join(tree, "file.txt"), "changed\n");
  return { ...p, tree };
}

const NONE: [string, (p: Project, tree: string) => Promise<unknown> | unknown][] = [
  [".git is gone", (_, tree) => rmSync(join(tree, ".git"))],
  [".git leads nowhere", (_, tree) => writeFileSync(join(tree, ".git"), "gitdir: /nonexistent/x\n")],
  [
    ".git leads to the main checkout",
    (p, tree) => writeFileSync(join(tree, ".git"), `gitdir: ${p.root}/.git\n`),
  ],
  [".git leads to another worktree", async (p, tree) => {
    await p.git("worktree", "add", "-q", join(p.home, "other"));
    writeFileSync(join(tree, ".git"), readFileSync(join(p.home, "other/.git"), "utf8"));
  }],
  ["its registration was pruned", async (p, tree) => {
    rmSync(join(tree, ".git"));
    await p.git("worktree", "prune", "--expire=now");
  }],
];

describe("a directory that is no worktree", () => {
  test.each(NONE)("%s: nothing starts there, and doctor --fix makes it one again", async (_, breakIt) => {
    const p = await withSession();
    await breakIt(p, p.tree);
    for (
      const args of [
        ["run", "auth", "--", "git", "commit", "-qam", "wrong"],
        ["resume", "auth"],
        ["fs", "write", "auth", "x"],
        ["fs", "read", "auth", "work"],
        ["lua", "auth", "-e", "return 1"],
        ["diff", "auth"],
        ["log", "auth"],
      ]
    ) {
      expect([args[0], await p.refused(...args)]).toMatchObject([args[0], {
        code: "worktree_broken",
        status: 6,
      }]);
    }
    expect(await p.git("log", "--format=%s", "main")).toBe("one\n");
    const { findings } = JSON.parse((await p.berth("doctor", "--json")).stdout);
    expect(findings.map((one: { code: string }) => one.code)).toEqual(["worktree_broken"]);
    await p.ok("doctor", "--fix");
    expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
    expect(readFileSync(join(p.tree, "work"), "utf8")).toBe("work");
    const status = await p.git("-C", p.tree, "status", "--porcelain", "--branch");
    expect(status).toBe("## feature/auth\n M file.txt\n?? work\n");
    await p.ok("run", "auth", "--", "git", "add", "-A");
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(p.tree, "work"), "utf8")).toBe("work");
  });
});

describe("what was moved is found again", () => {
  const fixed = async (p: Project) => {
    const { findings } = JSON.parse((await p.berth("doctor", "--json")).stdout);
    expect(findings.map((one: { code: string }) => one.code)).toEqual(["worktree_moved"]);
    await p.ok("doctor", "--fix");
    expect(JSON.parse(await p.ok("doctor", "--json")).findings).toEqual([]);
    await p.ok("run", "auth", "--", "git", "status");
    const tree = await p.worktree("auth");
    expect(readFileSync(join(tree, "work"), "utf8")).toBe("work");
    expect(await p.git("-C", tree, "status", "--porcelain", "--branch")).toBe(
      "## feature/auth\n M file.txt\n?? work\n",
    );
    return tree;
  };

  test("git worktree move", async () => {
    const p = await withSession();
    const to = join(p.home, "elsewhere");
    await p.git("worktree", "move", p.tree, to);
    expect((await p.berth("run", "auth", "--", "true")).stderr).toContain("berth doctor --fix");
    expect(await fixed(p)).toBe(to);
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(to, "work"), "utf8")).toBe("work");
  });

  test.each(["the repository", "its parent"])("mv of %s", async (what) => {
    const p = await withSession();
    const top = join(p.root, "..");
    mkdirSync(join(top, "new"));
    const root = join(top, "new", "project");
    if (what === "the repository") renameSync(p.root, root);
    else {
      mkdirSync(join(top, "parent"));
      renameSync(p.root, join(top, "parent/project"));
      rmSync(join(top, "new"), { recursive: true });
      renameSync(join(top, "parent"), join(top, "new"));
    }
    const q = at(root, p.home, p.store, p.env);
    expect(await fixed(q)).toBe(p.tree.replace(p.root, root));
    expect((await q.session("auth")).project?.root).toBe(root);
  });

  test("mv of the worktree itself, which git does not notice, is told and nothing is lost", async () => {
    const p = await withSession();
    renameSync(p.tree, join(p.home, "taken"));
    const { stdout } = await p.berth("doctor");
    expect(stdout).toContain("has no directory any more");
    expect((await p.refused("run", "auth", "--", "true")).code).toBe("worktree_missing");
    renameSync(join(p.home, "taken"), p.tree);
    await p.ok("run", "auth", "--", "true");
  });

  test("a symbolic link in its place is refused", async () => {
    const p = await withSession();
    renameSync(p.tree, join(p.home, "taken"));
    symlinkSync(join(p.home, "taken"), p.tree);
    expect((await p.refused("run", "auth", "--", "true")).code).toBe("worktree_refused");
    expect((await p.refused("destroy", "auth", "--cleanup", "--force")).code).toBe("worktree_refused");
    expect(readFileSync(join(p.home, "taken/work"), "utf8")).toBe("work");
  });
});

describe("the branch is the one that HEAD names now", () => {
  const shown = async (p: Project) => [
    JSON.parse(await p.ok("list", "--json")).sessions[0].branch,
    (await p.session("auth")).project?.branch,
    JSON.parse(await p.ok("export")).sessions[0].branch,
  ];

  test("git branch -m", async () => {
    const p = await withSession();
    await p.git("branch", "-m", "feature/auth", "topic");
    expect(await shown(p)).toEqual(["topic", "topic", "topic"]);
    // It is ours still, and somebody else's is not, whoever has the name today.
    await p.git("branch", "feature/auth");
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch", "--force");
    expect(await p.git("branch", "--format=%(refname:short)")).toBe("feature/auth\nmain\n");
  });

  test("git switch inside", async () => {
    const p = await withSession();
    await p.git("branch", "theirs");
    await p.git("-C", p.tree, "switch", "-q", "theirs");
    expect(await shown(p)).toEqual(["theirs", "theirs", "theirs"]);
    expect(await p.refused("destroy", "auth", "--cleanup", "--delete-branch", "--force")).toMatchObject({
      code: "branch_not_ours",
    });
    await p.ok("destroy", "auth", "--cleanup", "--force");
    expect(await p.git("branch", "--format=%(refname:short)")).toBe("feature/auth\nmain\ntheirs\n");
  });

  test("in a bare repository too, whose branches have no reflog by themselves", async () => {
    const p = await project("bare");
    const tree = await p.git("hash-object", "-t", "tree", "-w", "/dev/null");
    const commit = await p.git("commit-tree", "-m", "one", tree.trim());
    await p.git("update-ref", "HEAD", commit.trim());
    await p.ok("new", "auth");
    await p.ok("destroy", "auth", "--cleanup", "--delete-branch");
    expect(await p.git("branch", "--format=%(refname:short)")).toBe("main\n");
  });
});

describe("a worktree whose directory is not there", () => {
  test("git worktree move: destroy does not take it for gone", async () => {
    const p = await withSession();
    const to = join(p.home, "elsewhere");
    await p.git("worktree", "move", p.tree, to);
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({
      code: "worktree_moved",
      status: 6,
    });
    expect(await p.refused("destroy", "auth", "--cleanup", "--force")).toMatchObject({
      code: "worktree_moved",
    });
    await p.ok("doctor", "--fix");
    expect(await p.refused("destroy", "auth", "--cleanup")).toMatchObject({ code: "work_at_risk" });
    expect(readFileSync(join(to, "work"), "utf8")).toBe("work");
  });

  const moved: [string, (p: Project, tree: string) => unknown][] = [
    ["mv", (p, tree) => renameSync(tree, join(p.home, "elsewhere"))],
    ["rm", (_, tree) => rmSync(tree, { recursive: true })],
  ];

  test.each(moved)("%s: what was staged there is work, and comes back", async (_, goes) => {
    const p = await withSession();
    await p.git("-C", p.tree, "add", "file.txt");
    goes(p, p.tree);
    const refused = await p.refused("destroy", "auth", "--cleanup");
    expect(refused).toMatchObject({ code: "work_at_risk", status: 6 });
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", p.tree, "show", ":file.txt")).toBe("changed\n");
  });

  test("commits that no branch has, and a merge that was not ended, come back", async () => {
    const p = await withSession();
    await p.git("-C", p.tree, "checkout", "-q", "--detach");
    await p.git("-C", p.tree, "commit", "-qam", "lonely");
    const lonely = await p.git("-C", p.tree, "rev-parse", "HEAD");
    await p.git("commit", "-q", "--allow-empty", "-m", "two");
    await p.git("-C", p.tree, "merge", "-q", "--no-commit", "--no-ff", "main");
    rmSync(p.tree, { recursive: true });
    const { message } = await p.refused("destroy", "auth", "--cleanup");
    expect(message).toMatch(/1 commit on no branch, an unfinished merge/);
    await p.ok("destroy", "auth", "--cleanup", "--force");
    await p.git("reflog", "expire", "--expire=now", "--all");
    await p.git("gc", "-q", "--prune=now");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("-C", p.tree, "rev-parse", "HEAD")).toBe(lonely);
    expect(await p.git("-C", p.tree, "status")).toMatch(/still merging/);
  });

  test("killed while what was staged is kept: it is still there", async () => {
    for (const call of ["hash-object", "commit-tree", "update-ref"]) {
      const p = await withSession();
      await p.git("-C", p.tree, "add", "file.txt");
      rmSync(p.tree, { recursive: true });
      const git = gitBy(p, `case "$*" in *${call}*) kill -9 $PPID; exit 1;; esac; exec $GIT "$@"`);
      const typed = ["sh", "-c", '"$0" "$@"; exit $?', berth, "destroy", "auth", "--cleanup", "--force"];
      expect((await p.in(p.root, typed, git)).status).toBe(137);
      await p.ok("doctor", "--fix");
      // Nothing was kept by then, so there is nothing to bring back either.
      expect((await p.refused("restore", "auth", "--worktree")).code).toBe("no_such_archive");
      await p.ok("destroy", "auth", "--cleanup", "--force");
      await p.ok("restore", "auth", "--worktree");
      expect([call, await p.git("-C", p.tree, "show", ":file.txt")]).toEqual([call, "changed\n"]);
    }
  });

  test("nothing staged: it is no obstacle, and is called gone", async () => {
    const p = await withSession();
    rmSync(p.tree, { recursive: true });
    expect((await p.berth("destroy", "auth", "--cleanup")).stderr).toMatch(/its directory is gone already/);
  });
});

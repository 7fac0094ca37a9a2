/** Somebody writes in the worktree while it is removed. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { berth } from "../../support/berth.ts";
import { gitBy, project } from "../../support/project.ts";

async function withSession() {
  const p = await project();
  await p.ok("new", "auth");
  return { ...p, tree: await p.worktree("auth") };
}

/** Git's own look, right before it removes a worktree in its place, is asked for where ours cannot tell. */
async function withTouched() {
  const p = await withSession();
  utimesSync(join(p.tree, "file.txt"), 1, 1);
  return p;
}

test("between the check and the removal: git refuses, the file and the session are there", async () => {
  const p = await withTouched();
  const script = `case "$*" in *"worktree remove"*) echo late > "${p.tree}/late";; esac; exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--json"];
  const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
  expect([status, JSON.parse(stderr).error.code]).toEqual([1, "git_failed"]);
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
  expect((await p.session("auth"))["pending"]).toBeUndefined();
  await p.ok("destroy", "auth", "--cleanup", "--force");
  await p.ok("restore", "auth", "--worktree");
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
});

test("while its work is kept: what came meanwhile is kept as well", async () => {
  const p = await withSession();
  writeFileSync(join(p.tree, "new"), "work");
  const script = `case "$*" in *commit-tree*) [ -e "${p.tree}/late" ] || echo late > "${p.tree}/late";; esac
    exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--force"];
  expect(await p.in(p.root, words, gitBy(p, script))).toMatchObject({ status: 0 });
  expect(existsSync(p.tree)).toBe(false);
  await p.ok("restore", "auth", "--worktree");
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
});

test("without end: nothing goes, and that is said", async () => {
  const p = await withSession();
  writeFileSync(join(p.tree, "new"), "work");
  const script = `case "$*" in *commit-tree*) echo more >> "${p.tree}/new";; esac; exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--force", "--json"];
  const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
  expect([status, JSON.parse(stderr).error]).toMatchObject([6, { code: "work_not_kept" }]);
  expect(stderr).toContain("somebody is writing there");
  expect(readFileSync(join(p.tree, "new"), "utf8")).toStartWith("workmore\n");
  await p.ok("destroy", "auth", "--cleanup", "--force");
});

test("while git removes: what git leaves stays, and the next command says and does what is left", async () => {
  const p = await withTouched();
  const script = `case "$*" in *"worktree remove"*)
    "$GIT" "$@"; status=$?; mkdir -p "${p.tree}"; echo late > "${p.tree}/late"; exit $status;; esac
    exec "$GIT" "$@"`;
  const words = [berth, "destroy", "auth", "--cleanup", "--json"];
  const { stderr, status } = await p.in(p.root, words, gitBy(p, script));
  expect([status, JSON.parse(stderr).error.code]).toEqual([1, "destroy_unfinished"]);
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
  const { stdout, stderr: said } = await p.berth("destroy", "auth", "--cleanup");
  expect(stdout + said).toContain(`what is left of it is for you to delete: ${p.tree}`);
  expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
});

describe("with --force, when all is kept and git is about to remove", () => {
  const force = ["destroy", "auth", "--cleanup", "--force"];

  test("who writes by the path is told that it is gone", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    const said = join(p.home, "said");
    const script = `case "$*" in *"worktree remove"*)
      echo late > "${p.tree}/late" && echo written > ${said} || echo refused > ${said};; esac; exec "$GIT" "$@"`;
    expect(await p.in(p.root, [berth, ...force], gitBy(p, script))).toMatchObject({ status: 0 });
    expect(readFileSync(said, "utf8")).toBe("refused\n");
    expect(readdirSync(dirname(p.tree)).filter((name) => name.includes(basename(p.tree)))).toEqual([]);
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
  });

  test("who stands there and writes until the last look has it kept", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    // Its first call there is the last look at the files, in the place that it was moved to.
    const script = `case "$*" in *.going*status*) aside=$(dirname ${p.tree})/.$(basename ${p.tree}).going
      [ -e ${p.home}/late ] || { echo late > "$aside/late"; echo more >> "$aside/new"; echo > ${p.home}/late; };;
      esac; exec "$GIT" "$@"`;
    const { status } = await p.in(p.root, [berth, ...force], gitBy(p, script));
    expect([status, existsSync(join(p.home, "late"))]).toEqual([0, true]);
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("workmore\n");
  });

  test("who makes the directory again has it", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    const script =
      `case "$*" in *"worktree remove"*) mkdir -p "${p.tree}"; echo late > "${p.tree}/late";; esac
      exec "$GIT" "$@"`;
    const { status, stderr } = await p.in(p.root, [berth, ...force], gitBy(p, script));
    expect([status, stderr]).toEqual([0, expect.stringContaining("has made " + p.tree + " again meanwhile")]);
    expect(readFileSync(join(p.tree, "late"), "utf8")).toBe("late\n");
    expect(await p.refused("restore", "auth", "--worktree")).toMatchObject({ code: "place_taken" });
    rmSync(p.tree, { recursive: true });
    await p.ok("restore", "auth", "--worktree");
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
  });

  test("where git fails it is back in its place, whole", async () => {
    const p = await withSession();
    writeFileSync(join(p.tree, "new"), "work");
    const script = `case "$*" in *"worktree remove"*) exit 1;; esac; exec "$GIT" "$@"`;
    const { status } = await p.in(p.root, [berth, ...force], gitBy(p, script));
    expect(status).toBe(1);
    expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
    expect(await p.git("-C", p.tree, "status", "--porcelain")).toBe("?? new\n");
    expect(await p.git("worktree", "list")).toContain(`${p.tree} `);
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    await p.ok(...force);
  });

  test.each([["doctor --fix", ["doctor", "--fix"]], ["destroy", force]])(
    "killed while it is out of its place: %s goes on, and all comes back",
    async (_, words) => {
      const p = await withSession();
      writeFileSync(join(p.tree, "new"), "work");
      const script = `case "$*" in *"worktree remove"*) kill -9 $PPID; exit 1;; esac; exec "$GIT" "$@"`;
      await p.in(p.root, ["sh", "-c", '"$0" "$@"; exit 0', berth, ...force], gitBy(p, script));
      expect(existsSync(p.tree)).toBe(false);
      await p.berth(...words);
      expect(await p.berth("show", "auth")).toMatchObject({ status: 3 });
      expect(readdirSync(dirname(p.tree)).filter((name) => name.includes(basename(p.tree)))).toEqual([]);
      await p.ok("restore", "auth", "--worktree");
      expect(readFileSync(join(p.tree, "new"), "utf8")).toBe("work");
    },
  );
});

/** kill -9 at every call of git in a removal with undo: the work is in the worktree or under the ref. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asideOf } from "../../../src/sessions/git/aside.ts";
import { berth } from "../../support/berth.ts";
import { gitBy, type Project, project } from "../../support/project.ts";

const FILES = { "file.txt": "changed\n", new: "untracked\n", staged: "staged\n" };

async function withWork(): Promise<Project & { tree: string }> {
  const p = await project();
  await p.ok("new", "auth");
  const tree = await p.worktree("auth");
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(tree, name), text);
  await p.git("-C", tree, "add", "staged");
  return { ...p, tree };
}

const DESTROY = ["destroy", "auth", "--cleanup", "--delete-branch", "--force", "--force-branch"];

/** Count a call, and print which one it is: several run at the same time. */
const counted = (log: string) => `flock ${log}.lock sh -c 'echo x >> ${log}; wc -l < ${log}'`;

/** Calls of git in an undisturbed removal. */
async function calls(): Promise<number> {
  const p = await withWork();
  const log = join(p.home, "calls");
  const git = gitBy(p, `${counted(log)} > /dev/null; exec $GIT "$@"`);
  expect((await p.in(p.root, [berth, ...DESTROY], git)).status).toBe(0);
  return readFileSync(log, "utf8").length / 2;
}

/** Removes a file and ends, as git does that is killed in the middle of it. */
const HALF = (tree: string) =>
  `case "$*" in *"worktree remove"*) rm -f ${asideOf(tree)}/new ${asideOf(tree)}/file.txt;; esac`;

test.each(["before", "after", "in the middle of"])("killed %s each call", async (when) => {
  const total = await calls();
  expect(total).toBeGreaterThan(10);
  for (let n = 1; n <= total; n++) {
    const p = await withWork();
    const log = join(p.home, "calls");
    const at = {
      "before": "kill -9 $PPID; exit 1",
      "after": '$GIT "$@" > /dev/null 2>&1; kill -9 $PPID; exit 1',
      "in the middle of": `${HALF(p.tree)}; kill -9 $PPID; exit 1`,
    }[when];
    const git = gitBy(
      p,
      `n=$(${counted(log)}); if [ "$n" -eq ${n} ]; then ${at}; fi; exec $GIT "$@"`,
    );
    // By a shell, which says how it ended.
    const typed = ["sh", "-c", '"$0" "$@"; exit $?', berth, ...DESTROY];
    expect((await p.in(p.root, typed, git)).status).toBe(137);
    await p.ok("doctor", "--fix");
    if (!existsSync(p.tree)) await p.ok("restore", "auth", "--worktree");
    for (const [name, text] of Object.entries(FILES)) {
      expect([n, name, readFileSync(join(p.tree, name), "utf8")]).toEqual([n, name, text]);
    }
    expect([n, await p.git("-C", p.tree, "diff", "--cached", "--name-only")]).toEqual([n, "staged\n"]);
    expect([n, (await p.session("auth"))["pending"]]).toEqual([n, undefined]);
    expect([n, JSON.parse(await p.ok("doctor", "--json")).findings]).toEqual([n, []]);
  }
}, 240_000);

test("killed while a file comes back: it is whole the next time, whoever goes on", async () => {
  for (const again of [["restore", "auth", "--worktree"], ["doctor", "--fix"]]) {
    const p = await withWork();
    await p.ok(...DESTROY);
    const half = join(p.tree, ".berth-bringing-back");
    const inject = ["-e", "trace=write,pwrite64", "-e", "inject=write,pwrite64:signal=KILL"];
    const killed = [
      "sh",
      "-c",
      '"$0" "$@"; exit $?',
      "strace",
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-P",
      half,
      ...inject,
      "--",
      berth,
    ];
    await p.in(p.root, [...killed, "restore", "auth", "--worktree"]);
    // It was there, and nothing of it counts as the file.
    expect([existsSync(half), existsSync(join(p.tree, "new"))]).toEqual([true, false]);
    await p.ok(...again);
    for (const [name, text] of Object.entries(FILES)) {
      expect([name, readFileSync(join(p.tree, name), "utf8")]).toEqual([name, text]);
    }
    expect([existsSync(half), (await p.session("auth"))["pending"]]).toEqual([false, undefined]);
  }
});

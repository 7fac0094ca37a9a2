import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth } from "../../support/berth.ts";
import { type Finishable, finishable } from "../../support/finish.ts";
import { background, isActive } from "../../support/runs.ts";

/** What a dry run says of each session. */
async function judged(p: Finishable, ...args: string[]): Promise<Record<string, string>> {
  const { dryRun, actions } = JSON.parse(await p.ok("prune", ...args, "--json"));
  expect(dryRun).toBe(true);
  return Object.fromEntries(actions.map(({ what, action }: Record<string, string>) => [what, action]));
}

describe("prune", () => {
  test("takes what is merged, squashed or rebased, and says what it would do first", async () => {
    const p = await finishable();
    for (const name of ["squashed", "rebased", "open"]) {
      await p.ok("new", name);
      await p.commit(await p.worktree(name), `${name}.txt`, `${name}\n`);
    }
    await p.ok("config", "limits.sessions", "9");
    await p.ok("new", "empty");
    await p.ok("finish", "auth", "--keep");
    await p.ok("finish", "squashed", "--squash", "--keep");
    await p.git("cherry-pick", "feature/rebased");
    const wanted = { auth: "delete", squashed: "delete", rebased: "delete", open: "keep", empty: "keep" };
    expect(await judged(p)).toEqual(wanted);
    expect(await judged(p, "--merged")).toEqual(wanted);
    expect(p.stored("sessions")).toHaveLength(5);
    expect((await p.ok("prune", "--yes")).trim().split("\n").sort()).toEqual(["auth", "rebased", "squashed"]);
    expect(p.stored("sessions")).toHaveLength(2);
    expect(await p.git("branch", "--format=%(refname:short)")).toBe("feature/empty\nfeature/open\nmain\n");
    expect(existsSync(p.tree)).toBe(false);
  });

  test("--idle narrows it, and takes a session in which nothing was committed", async () => {
    const p = await finishable();
    await p.ok("new", "empty");
    await p.ok("finish", "auth", "--keep");
    expect(await judged(p, "--idle", "1")).toEqual({ auth: "keep", empty: "keep" });
    expect(await judged(p, "--idle", "0")).toEqual({ auth: "delete", empty: "delete" });
  });

  test.each([
    ["with work in it", (p: Finishable) => writeFileSync(join(p.tree, "work"), "w")],
    ["with an ignored file alone it goes", (p: Finishable) => {
      writeFileSync(join(p.root, ".git/info/exclude"), "/.worktrees/\nignored\n");
      writeFileSync(join(p.tree, "ignored"), "i");
    }],
    ["with a detached HEAD", (p: Finishable) => p.git("-C", p.tree, "switch", "-q", "--detach")],
  ])("a merged one %s", async (what, change) => {
    const p = await finishable();
    await p.ok("finish", "auth", "--keep");
    await change(p);
    expect(await judged(p)).toEqual({ auth: what.endsWith("goes") ? "delete" : "keep" });
  });

  test("leaves out what is live, and what a process stands in", async () => {
    const p = await finishable();
    await p.ok("finish", "auth", "--keep");
    const command = background(p, [berth, "run", "auth", "--", "sleep", "60"]);
    await isActive(p);
    expect(await judged(p)).toEqual({ auth: "keep" });
    command.kill();
    await command.exited;
    const standing = Bun.spawn(["sleep", "60"], { cwd: p.tree });
    expect(await judged(p)).toEqual({ auth: "keep" });
    standing.kill();
    await standing.exited;
    expect(await judged(p)).toEqual({ auth: "delete" });
  });

  test("beside a session that becomes live: it stays, whole", async () => {
    const p = await finishable();
    await p.ok("finish", "auth", "--keep");
    // The hook runs between the look at it and its removal.
    p.write(".git/info/exclude", "/.worktrees/\n.berth.json\n");
    writeFileSync(
      join(p.tree, ".berth.json"),
      JSON.stringify({
        hooks: {
          "pre-destroy":
            `${berth} run auth -- sleep 60 >/dev/null 2>&1 & while ! ${berth} show auth | grep -q ACTIVE; do sleep 0.05; done`,
        },
      }),
    );
    const trusted = await p.in(p.tree, [berth, "trust"]);
    expect(trusted.status).toBe(0);
    expect(await p.ok("prune", "--yes")).toBe("");
    expect(existsSync(p.tree)).toBe(true);
    await p.ok("stop", "auth");
    expect(p.stored("sessions")).toHaveLength(1);
  });

  test("from inside: refused with what to type; a hooked shell is taken out", async () => {
    const p = await finishable();
    await p.ok("finish", "auth", "--keep");
    const refused = await p.in(p.tree, [berth, "prune", "--yes"]);
    expect([refused.stdout, refused.stderr]).toEqual(["", expect.stringContaining(`type: cd ${p.root}`)]);
    expect(existsSync(p.tree)).toBe(true);
    const file = join(p.home, "cd");
    writeFileSync(file, "");
    const done = await p.in(p.tree, [berth, "prune", "--yes"], { env: { BERTH_CD_FILE: file } });
    expect([done.stdout, await Bun.file(file).text()]).toEqual(["auth\n", `${p.root}\n`]);
  });

  test("leaves out one whose worktree was moved, and says how it is found", async () => {
    const p = await finishable();
    await p.git("merge", "-q", "--ff-only", "feature/auth");
    await p.git("worktree", "move", p.tree, "../moved");
    const { stderr, status } = await p.berth("prune", "--yes");
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining('"berth doctor --fix" finds one that was moved'),
    ]);
    await p.ok("doctor", "--fix");
    await p.ok("prune", "--yes");
    expect([existsSync(join(p.root, "../moved")), p.stored("sessions")]).toEqual([false, []]);
  });

  test("two at once: each session goes once", async () => {
    const p = await finishable();
    await p.ok("finish", "auth", "--keep");
    const both = await Promise.all([p.berth("prune", "--yes"), p.berth("prune", "--yes")]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    expect(p.stored("archive")).toHaveLength(1);
  });
});

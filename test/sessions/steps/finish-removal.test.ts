/** What git is asked ahead of a finish, and the removal that follows its merge, under the merge's own journal. */
import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readlinkSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fail } from "../../../src/errors/errors.ts";
import { askAround } from "../../../src/sessions/git/around.ts";
import { checkoutOf } from "../../../src/sessions/git/checkout.ts";
import { checkoutStatus } from "../../../src/sessions/git/status-call.ts";
import { type Dependencies, noCleaner } from "../../../src/sessions/model/dependencies.ts";
import { finishSession } from "../../../src/sessions/steps/finish.ts";
import type { Prepared } from "../../../src/store/backend.ts";
import { openStore, type Store } from "../../../src/store/open.ts";
import { asideOf } from "../../../src/sessions/git/aside.ts";
import { berth } from "../../support/berth.ts";
import { type Finishable, finishable } from "../../support/finish.ts";
import { gitBy, project, read } from "../../support/project.ts";
import { failureOf, machineOf } from "../../support/store.ts";

/** The session, its worktree and its branch are gone. */
async function isGone(p: Finishable): Promise<void> {
  expect([existsSync(p.tree), p.stored("sessions"), p.stored("archive").length]).toEqual([false, [], 1]);
  expect(await p.git("branch", "--list", "feature/auth")).toBe("");
}

describe("what goes after the merge", () => {
  /** Finish, stopped where git is to remove the worktree. @param begun what git has done by then, in the worktree */
  const stopped = (begun = "true") =>
    stoppedAt((tree) =>
      `case " $* " in *" worktree remove "*) (cd ${asideOf(tree)}; ${begun}); kill -9 $PPID; exit 1;; esac`
    );

  /** Finish, stopped by a git. @param script how that begins, given the worktree */
  const stoppedAt = async (script: (tree: string) => string) => {
    const p = await finishable();
    const { env } = gitBy(p, `${script(p.tree)}\nexec $GIT "$@"`);
    const before = await p.head(p.root);
    await p.in(p.root, [berth, "finish", "auth"], { env }).then(
      ({ status }) => expect(status).toBe(137),
      (error) => expect(String(error)).toContain("took too long"),
    );
    return { p, before };
  };

  test("is in the merge's journal, and its branch stands, before git removes anything", async () => {
    const { p } = await stopped();
    const { pending } = await p.session("auth");
    const tip = (await p.git("rev-parse", "feature/auth")).trim();
    expect(pending).toMatchObject({
      kind: "finish",
      removal: { kind: "destroy", commit: tip, removed: { branch: "feature/auth", head: tip } },
    });
    expect(tip).toBe(await p.head(asideOf(p.tree)));
    expect(read(join(asideOf(p.tree), "file.txt"))).toBe("mine\n");
  });

  const BEGUN = [["nothing", "true"], ["a file", "rm file.txt"], [
    "what leads to it too",
    "rm file.txt .git",
  ]];

  test.each(BEGUN)("goes also where git had removed %s and the base was set back since", async (_, begun) => {
    const { p, before } = await stopped(begun);
    await p.git("reset", "-q", "--hard", before);
    await p.ok("doctor", "--fix");
    await isGone(p);
    expect(read(join(p.root, "file.txt"))).toBe("one\n");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("show", "feature/auth:file.txt")).toBe("mine\n");
  });

  test("stays where git had not begun with it and the base was set back since", async () => {
    const merged = "$($GIT rev-parse HEAD main | sort -u | wc -l)";
    const { p, before } = await stoppedAt((tree) =>
      `case " $* " in *" -C ${tree} "*" status "*) [ ${merged} -gt 1 ] || { kill -9 $PPID; exit 1; };; esac`
    );
    await p.git("reset", "-q", "--hard", before);
    await p.ok("doctor", "--fix");
    expect((await p.session("auth"))["pending"]).toBeUndefined();
    expect([read(join(p.tree, "file.txt")), await p.git("for-each-ref", "refs/berth")]).toEqual([
      "mine\n",
      "",
    ]);
    await p.ok("finish", "auth");
    await isGone(p);
  });

  test("comes back where git was stopped before it had kept the branch, which moved or was deleted since", async () => {
    for (const since of [["branch", "-f", "feature/auth", "main~"], ["branch", "-D", "feature/auth"]]) {
      const { p } = await stoppedAt(() =>
        `case " $* " in *" update-ref "*) cat > /dev/null; kill -9 $PPID; exit 1;; esac`
      );
      await p.git(...since);
      await p.ok("doctor", "--fix");
      expect([existsSync(p.tree), p.stored("sessions")]).toEqual([false, []]);
      await p.ok("restore", "auth", "--worktree");
      expect(read(join(p.tree, "file.txt"))).toBe("mine\n");
    }
  });

  test("goes where the git for the branch was ended while it waited, too", async () => {
    const p = await finishable();
    const ended = join(p.home, "ended");
    const { env } = gitBy(
      p,
      `case " $* " in *" update-ref "*) [ -e ${ended} ] || { touch ${ended}; kill -INT $$; };; esac\nexec $GIT "$@"`,
    );
    expect((await p.in(p.root, [berth, "finish", "auth"], { env })).status).toBe(0);
    expect(existsSync(ended)).toBe(true);
    await isGone(p);
    await p.ok("restore", "auth", "--worktree");
  });

  test("is gone on with where the record could not be written once all was removed", async () => {
    const p = await finishable();
    const record = await p.session("auth");
    const env = { ...process.env, ...p.env };
    const checkout = await checkoutOf(record, env);
    if (checkout === null) throw new Error("it has no checkout");
    const { store } = worldOf(p);
    const refuse = (name: string, text: string): void => {
      const fails = text.includes('"kind":"destroyed"');
      if (fails) throw fail("write_failed", { what: name, why: "No space left on device" });
    };
    const write = (name: string, text: string): void => {
      refuse(name, text);
      store.backend.write(name, text);
    };
    const prepare = (name: string, text: string) => {
      refuse(name, text);
      return store.backend.prepare?.(name, text) as Prepared;
    };
    const deps = worldOf(p, { write, prepare });
    const finishing = () => finishSession(deps, record, checkout, env, OPTIONS, () => Promise.resolve(false));
    expect(await failureOf(finishing)).toMatchObject({ code: "write_failed" });
    expect((await p.session("auth"))["pending"]).toMatchObject({ kind: "finish" });
    expect(existsSync(p.tree)).toBe(false);
    await p.ok("finish", "auth");
    await isGone(p);
  });
});

describe("what git was asked ahead", () => {
  /** All that `berth finish` asks ahead, and by now git has answered. */
  const asked = async (p: Finishable) => {
    const record = await p.session("auth");
    const env = { ...process.env, ...p.env };
    const ahead = askAround(p.root, env, [checkoutStatus]);
    const checkout = await checkoutOf(record, env, { removal: true, ahead });
    if (checkout === null) throw new Error("it has no checkout");
    await p.git("-C", p.tree, "status");
    const finish = (deps: Dependencies) =>
      finishSession(deps, record, checkout, env, { ...OPTIONS, ahead }, () => Promise.resolve(false));
    return { ahead, finish };
  };
  const status = (ahead: ReturnType<typeof askAround>) => ahead?.answer?.(checkoutStatus)?.()?.out;

  test("is answered once, and as it was when it was asked", async () => {
    const p = await finishable();
    const { ahead } = await asked(p);
    await p.commit(p.root, "later", "later\n");
    writeFileSync(join(p.root, "later"), "changed\n");
    expect([status(ahead), status(ahead)]).toEqual(["", undefined]);
  });

  test("is not asked of a checkout without a branch, nor where only git can tell what it is", async () => {
    const p = await finishable();
    await p.git("checkout", "-q", "--detach");
    expect((await asked(p)).ahead).toEqual({ root: p.root, isPlain: true });
    const q = await finishable();
    await q.git("config", "extensions.worktreeConfig", "true");
    expect(status((await asked(q)).ahead)).toBeUndefined();
  });

  const CHANGED: [string, (p: Finishable) => Promise<unknown>][] = [
    ["staged", (p) => p.git("add", "file.txt")],
    ["committed", (p) => p.commit(p.root, "other", "theirs\n")],
    // As a merge is that only adds files, and was taken back.
    ["done that left the index as it was", (p) => {
      const index = join(p.root, ".git/index");
      copyFileSync(index, `${index}.copy`);
      renameSync(`${index}.copy`, index);
      return Promise.resolve();
    }],
  ];

  test.each(CHANGED)("of the base counts for nothing where something was %s since", async (_, change) => {
    const p = await finishable();
    const { finish } = await asked(p);
    writeFileSync(join(p.root, "file.txt"), "theirs\n");
    await change(p);
    const write = () => {
      throw new Error("a merge was begun");
    };
    expect(await failureOf(() => finish(worldOf(p, { write })))).toMatchObject({ code: "base_dirty" });
    expect(read(join(p.root, "file.txt"))).toBe("theirs\n");
  });

  const WAITED: [string, string, (p: Finishable) => string][] = [
    ["the worktree", "finish_work", (p) => join(p.tree, "work")],
    ["the base", "base_dirty", (p) => join(p.root, "file.txt")],
  ];

  test.each(WAITED)("of %s counts for nothing where another merge was waited for", async (_, code, path) => {
    const p = await finishable();
    const { finish } = await asked(p);
    const { store } = worldOf(p);
    const lock: Store["backend"]["lock"] = (name, request) => {
      if (!name.includes("merge-")) return store.backend.lock(name, request);
      if (request.waitMs === 0) throw fail("locked", { what: "the merges", waitedMs: 0 });
      writeFileSync(path(p), "work\n");
      return store.backend.lock(name, request);
    };
    const before = await p.head(p.root);
    expect(await failureOf(() => finish(worldOf(p, { lock })))).toMatchObject({ code });
    expect(await p.head(p.root)).toBe(before);
  });

  // A git that opens this waits for somebody who writes to it.
  test("is ended where nobody wants to know any more", async () => {
    const p = await project();
    execFileSync("mkfifo", [join(p.root, ".gitignore")]);
    const { status, stderr } = await p.in(p.root, [berth, "finish", "nobody"]);
    expect([status, stderr]).toEqual([3, expect.stringContaining('"nobody"')]);
    expect(standingIn(p.root)).toEqual([]);
  });
});

/** The commands of the processes whose current directory that is. */
const standingIn = (directory: string): string[] =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === directory ? [read(`/proc/${pid}/cmdline`)] : [];
    } catch {
      return [];
    }
  });

test("what a hook of the project leaves in the worktree is seen before the merge", async () => {
  const p = await finishable();
  await p.commit(p.tree, ".berth.json", '{"hooks":{"pre-destroy":"echo late > late"}}');
  await p.ok("trust", "auth");
  const before = await p.head(p.root);
  expect((await p.refused("finish", "auth")).code).toBe("finish_work");
  expect([await p.head(p.root), read(join(p.tree, "late"))]).toEqual([before, "late\n"]);
});

const OPTIONS = {
  into: undefined,
  way: "default",
  message: undefined,
  keep: false,
  pastProcesses: false,
} as const;

/** The world of a process that is gone. @param changed what its store does otherwise */
function worldOf(p: Finishable, changed: Partial<Store["backend"]> = {}): Dependencies {
  const store = openStore({ directory: p.store });
  return {
    store: { ...store, backend: { ...store.backend, ...changed } },
    newUuid: () => crypto.randomUUID(),
    clock: () => new Date(),
    cleaner: noCleaner,
    log: () => {},
    machine: () => machineOf({}),
    findMarked: () => [],
    processesAt: () => [],
    lookAround: () => ({ occupants: [], ownMounts: [], mounts: [] }),
    mountsBelow: () => [],
    self: { pid: 999999999, start: "1", bootId: "gone" },
  };
}

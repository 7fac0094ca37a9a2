/** The removal that follows a merge, under the merge's own journal. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fail } from "../../../src/errors/errors.ts";
import { checkoutOf } from "../../../src/sessions/git/checkout.ts";
import { type Dependencies, noCleaner } from "../../../src/sessions/model/dependencies.ts";
import { finishSession } from "../../../src/sessions/steps/finish.ts";
import { openStore } from "../../../src/store/open.ts";
import { berth } from "../../support/berth.ts";
import { type Finishable, finishable } from "../../support/finish.ts";
import { gitBy, read } from "../../support/project.ts";
import { failureOf, machineOf } from "../../support/store.ts";

/** The session, its worktree and its branch are gone. */
async function isGone(p: Finishable): Promise<void> {
  expect([existsSync(p.tree), p.stored("sessions"), p.stored("archive").length]).toEqual([false, [], 1]);
  expect(await p.git("branch", "--list", "feature/auth")).toBe("");
}

describe("what goes after the merge", () => {
  /** Finish, stopped where git is to remove the worktree. */
  const stopped = async () => {
    const p = await finishable();
    const { env } = gitBy(
      p,
      `case " $* " in *" worktree remove "*) kill -9 $PPID; exit 1;; esac\nexec $GIT "$@"`,
    );
    const before = await p.head(p.root);
    await p.in(p.root, [berth, "finish", "auth"], { env }).then(
      ({ status }) => expect(status).toBe(137),
      (error) => expect(String(error)).toContain("took too long"),
    );
    return { p, before };
  };

  test("is in the merge's journal, and kept under its ref, before git removes anything", async () => {
    const { p } = await stopped();
    const { pending } = await p.session("auth");
    const tip = (await p.git("rev-parse", "feature/auth")).trim();
    expect(pending).toMatchObject({
      kind: "finish",
      removal: { kind: "destroy", commit: tip, removed: { branch: "feature/auth", head: tip } },
    });
    const { removal } = pending as { removal: { removed: { ref: string } } };
    expect((await p.git("rev-parse", removal.removed.ref)).trim()).toBe(tip);
    expect(read(join(p.tree, "file.txt"))).toBe("mine\n");
  });

  test("goes also where the base was set back since, and comes back with all of it", async () => {
    const { p, before } = await stopped();
    await p.git("reset", "-q", "--hard", before);
    await p.ok("doctor", "--fix");
    await isGone(p);
    expect(read(join(p.root, "file.txt"))).toBe("one\n");
    await p.ok("restore", "auth", "--worktree");
    expect(await p.git("show", "feature/auth:file.txt")).toBe("mine\n");
  });

  test("is gone on with where the record could not be written once all was removed", async () => {
    const p = await finishable();
    const record = await p.session("auth");
    const env = { ...process.env, ...p.env };
    const checkout = await checkoutOf(record, env);
    if (checkout === null) throw new Error("it has no checkout");
    const options = {
      into: undefined,
      way: "default",
      message: undefined,
      keep: false,
      pastProcesses: false,
    } as const;
    const deps = withOneFailure(p, (text) => text.includes('"kind":"destroyed"'));
    const finishing = () => finishSession(deps, record, checkout, env, options, () => Promise.resolve(false));
    expect(await failureOf(finishing)).toMatchObject({ code: "write_failed" });
    expect((await p.session("auth"))["pending"]).toMatchObject({ kind: "finish" });
    expect(existsSync(p.tree)).toBe(false);
    await p.ok("finish", "auth");
    await isGone(p);
  });
});

/** The world of a process that is gone, and a store that fails at one write. @param fails tells which, by the text */
function withOneFailure(p: Finishable, fails: (text: string) => boolean): Dependencies {
  const store = openStore({ directory: p.store });
  let left = 1;
  const write = (name: string, text: string): void => {
    if (fails(text) && left-- > 0) throw fail("write_failed", { what: name, why: "No space left on device" });
    store.backend.write(name, text);
  };
  return {
    store: { ...store, backend: { ...store.backend, write } },
    newUuid: () => crypto.randomUUID(),
    clock: () => new Date(),
    cleaner: noCleaner,
    log: () => {},
    machine: () => machineOf({}),
    findMarked: () => [],
    processesAt: () => [],
    mountsBelow: () => [],
    self: { pid: 999999999, start: "1", bootId: "gone" },
  };
}

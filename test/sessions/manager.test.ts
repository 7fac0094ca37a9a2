import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gitIn } from "../../src/sessions/git/git.ts";
import { makeWorktreeSession } from "../../src/sessions/steps/make.ts";
import { createManager, type Manager } from "../../src/sessions/manager.ts";
import { type Dependencies, noCleaner } from "../../src/sessions/model/dependencies.ts";
import { memoryBackend } from "../../src/store/memory-backend.ts";
import { findRepository } from "../../src/sessions/git/repository.ts";
import { openStore } from "../../src/store/open.ts";
import { recordName } from "../../src/store/names.ts";
import { type Project, project, read } from "../support/project.ts";
import { clock, failureOf, machineOf, scratch, storeAt } from "../support/store.ts";

const ROOT = "/project";
const SELF = { pid: 10, start: "100", bootId: "this boot" };
const COMMAND = { pid: 20, start: "200", bootId: "this boot" };

/** A manager over a store in memory, with ids that count and a clock that stands. */
function manager(
  more: Partial<Dependencies> = {},
  processes: Record<number, string> = { 10: "100", 20: "200" },
) {
  const log: string[] = [];
  let n = 0;
  const clock = () => new Date("2026-03-01T09:30:00.000Z");
  const store = openStore({ backend: memoryBackend(), now: clock, command: "test" });
  const deps: Dependencies = {
    store,
    newUuid: () => `00000000-0000-4000-8000-${String(n++).padStart(12, "0")}`,
    clock,
    cleaner: noCleaner,
    log: (event) => void log.push(event),
    machine: () => machineOf(processes),
    findMarked: () => [],
    processesAt: () => [],
    lookAround: () => ({ occupants: [], ownMounts: [], mounts: [] }),
    mountsBelow: () => [],
    self: SELF,
    ...more,
  };
  return { manager: createManager(deps), deps, log, processes, store };
}

async function active(m: Manager, name = "auth") {
  const { id } = await m.create({ root: ROOT, name });
  await m.beginSpawn(id, ["claude"]);
  return await m.attach(id, COMMAND);
}

describe("manager", () => {
  test("the whole life of a run", async () => {
    const { manager: m, log } = manager();
    const created = await m.create({ root: ROOT, name: "auth", role: "coder" });
    expect(created).toMatchObject({
      id: "uuid--00000000-0000-4000-8000-000000000000",
      name: "auth",
      status: "active",
      createdAt: "2026-03-01T09:30:00.000Z",
      run: { n: 1, state: "CREATED" },
    });
    const { id } = created;
    expect((await m.beginSpawn(id, ["claude", "-c"])).run).toMatchObject({
      state: "SPAWNING",
      command: ["claude", "-c"],
    });
    expect((await m.attach(id, COMMAND)).run).toMatchObject({ state: "ACTIVE", pid: 20, pidStart: "200" });
    await m.heartbeat(id);
    expect((await m.countMessage(id)).messageCount).toBe(1);
    expect((await m.markTerminating(id, "first")).run).toMatchObject({
      state: "TERMINATING",
      reason: "first",
    });
    expect((await m.markTerminating(id, "second")).run).toMatchObject({
      state: "TERMINATING",
      reason: "first",
    });
    for (const work of [() => m.heartbeat(id), () => m.countMessage(id)]) {
      expect(await failureOf(work)).toMatchObject({ code: "invalid_transition", exit: 5 });
    }
    const cleaned = await m.completeCleanup(id, { exitCode: 0, status: "idle" });
    expect(cleaned).toMatchObject({
      status: "idle",
      messageCount: 1,
      run: { state: "CLEANED", exitCode: 0 },
    });
    expect(await failureOf(() => m.heartbeat(id))).toMatchObject({ code: "invalid_transition" });
    expect(log).toEqual(["session created", "session cleaned"]);
    expect((await m.beginSpawn(id, ["claude"])).run).toMatchObject({ n: 2, state: "SPAWNING" });
  });

  test("a heartbeat moves the last activity on, and keeps it", async () => {
    const time = clock("2026-03-01T09:30:00.000Z");
    const store = openStore({ backend: memoryBackend(), now: time.now, command: "test" });
    const { manager: m } = manager({ store, clock: time.now });
    const { id, lastActivity } = await active(m);
    expect(lastActivity).toBe("2026-03-01T09:30:00.000Z");
    for (
      const [at, work] of [["10:00", () => m.heartbeat(id)], ["10:30", () => m.countMessage(id)]] as const
    ) {
      time.set(`2026-03-01T${at}:00.000Z`);
      expect((await work()).lastActivity).toBe(`2026-03-01T${at}:00.000Z`);
      expect(m.get(id)?.lastActivity).toBe(`2026-03-01T${at}:00.000Z`);
    }
    expect(m.get(id)?.createdAt).toBe("2026-03-01T09:30:00.000Z");
  });

  test("list, count and get by filters, also combined", async () => {
    const { manager: m } = manager();
    await active(m, "a");
    await m.create({ root: ROOT, name: "b", role: "coder" });
    await m.create({ root: "/other", name: "a", role: "coder" });
    const names = (filter: Parameters<Manager["list"]>[0]) => m.list(filter).map(({ name }) => name).sort();
    expect(m.count()).toBe(3);
    expect(names({ state: "ACTIVE" })).toEqual(["a"]);
    expect(names({ role: "coder" })).toEqual(["a", "b"]);
    expect(names({ role: "coder", workspace: ROOT })).toEqual(["b"]);
    expect(m.count({ name: "a" })).toBe(2);
    expect(names({ name: "a", workspace: "/other", state: "CREATED" })).toEqual(["a"]);
    expect(names({ name: "a", workspace: "/other", state: "ACTIVE" })).toEqual([]);
    expect(m.get("uuid--none")).toBeNull();
    expect(m.byRole("coder", ROOT)?.name).toBe("b");
    expect(m.byRole("coder", "/nowhere")).toBeNull();
  });

  test("a role is free when its run has ended, or its process is gone", async () => {
    const { manager: m, processes } = manager();
    const first = await m.create({ root: ROOT, name: "a", role: "coder" });
    expect(await failureOf(() => m.create({ root: ROOT, name: "b", role: "coder" }))).toMatchObject({
      code: "ROLE_TAKEN",
      exit: 6,
    });
    await m.beginSpawn(first.id, ["x"]);
    await m.attach(first.id, COMMAND);
    delete processes[20];
    await m.create({ root: ROOT, name: "b", role: "coder" });
    expect(await failureOf(() => m.beginSpawn(first.id, ["x"]))).toMatchObject({ code: "ROLE_TAKEN" });
  });

  test("twenty that create at once: exactly four, each with a name of its own", async () => {
    const { manager: m } = manager();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => m.create({ root: ROOT })));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    expect(m.list().map(({ name }) => name).sort()).toEqual(
      [1, 2, 3, 4].map((n) => `feature-2026-03-01-00${n}`),
    );
  });

  test("the cleaner is run once, however many ask for it", async () => {
    let runs = 0;
    const { manager: m } = manager({
      cleaner: async () => {
        runs += 1;
        await Bun.sleep(20);
      },
    });
    const { id } = await active(m);
    await m.markTerminating(id, "stopped");
    await Promise.all(
      Array.from({ length: 20 }, () => m.completeCleanup(id, { exitCode: 0, status: "stopped" })),
    );
    expect([runs, m.get(id)?.run?.state]).toEqual([1, "CLEANED"]);
  });

  test("and of several processes that ask at once one runs it", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const { manager: m } = manager({ store });
    const { id } = await active(m);
    await m.markTerminating(id, "stopped");
    const worker = [
      process.execPath,
      `${import.meta.dir}/../support/cleanup-worker.ts`,
      directory.path,
      id,
      "3",
    ];
    const workers = Array.from(
      { length: 4 },
      () => Bun.spawn(worker, { stdout: "ignore", stderr: "inherit" }),
    );
    expect(await Promise.all(workers.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
    expect(["cleaned", "idle"].map((name) => read(join(directory.path, name)))).toEqual(["x", "xxx"]);
    expect(m.get(id)).toMatchObject({ status: "stopped", run: { state: "CLEANED", exitCode: 0 } });
  });

  test("a cleaner that fails leaves TERMINATING and lastError, and is tried again", async () => {
    let runs = 0;
    const { manager: m } = manager({
      cleaner: () => ++runs === 1 ? Promise.reject(new Error("disk on fire")) : Promise.resolve(),
    });
    const { id } = await active(m);
    await m.markTerminating(id, "stopped");
    const outcome = { exitCode: 0, status: "stopped" } as const;
    expect(await failureOf(() => m.completeCleanup(id, outcome))).toMatchObject({ code: "cleanup_failed" });
    expect(m.get(id)).toMatchObject({
      run: { state: "TERMINATING" },
      lastError: expect.stringContaining("disk on fire"),
    });
    expect((await m.completeCleanup(id, outcome)).run?.state).toBe("CLEANED");
    expect(runs).toBe(2);
  });

  test("a claim dies with its process", async () => {
    const { manager: m, deps, store } = manager();
    const { id } = await active(m);
    await m.markTerminating(id, "stopped");
    const { updateSession } = await import("../../src/store/update.ts");
    await updateSession(store, id, (draft) => {
      if (draft.run) draft.run["cleaning"] = { pid: 99, start: "1", bootId: deps.self.bootId };
    });
    expect((await m.completeCleanup(id, { exitCode: 0, status: "stopped" })).run?.state).toBe("CLEANED");
  });

  test("invalid transitions change nothing", async () => {
    const { manager: m } = manager();
    const { id } = await m.create({ root: ROOT, name: "a" });
    const before = JSON.stringify(m.get(id));
    expect(await failureOf(() => m.attach(id, COMMAND))).toMatchObject({ code: "invalid_transition" });
    expect(await failureOf(() => m.completeCleanup(id, { exitCode: 0, status: "idle" }))).toMatchObject({
      code: "invalid_transition",
    });
    expect(JSON.stringify(m.get(id))).toBe(before);
  });

  test("a live run is not started twice; one whose process is gone is ended by the next", async () => {
    const { manager: m, processes } = manager();
    const { id } = await active(m);
    expect(await failureOf(() => m.beginSpawn(id, ["x"]))).toMatchObject({
      code: "session_running",
      exit: 5,
    });
    processes[20] = "later";
    expect((await m.beginSpawn(id, ["x"])).run).toMatchObject({ n: 2, state: "SPAWNING" });
    expect(m.get(id)?.history.map(({ kind }) => kind)).toEqual(["created", "started", "lost", "started"]);
  });

  test("of twenty that start at once one does", async () => {
    const { manager: m } = manager();
    const { id } = await m.create({ root: ROOT, name: "a" });
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => m.beginSpawn(id, ["x"])));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("a command that was started by a killed supervisor is found by its marks", async () => {
    const wanted: string[][] = [];
    const { manager: m, processes } = manager({
      findMarked: (marks) => {
        wanted.push([...marks]);
        return [30, 31];
      },
    });
    const { id } = await m.create({ root: ROOT, name: "a" });
    await m.beginSpawn(id, ["x"]);
    Object.assign(processes, { 30: "310", 31: "300" });
    delete processes[10];
    expect(await failureOf(() => m.beginSpawn(id, ["y"]))).toMatchObject({ code: "session_running" });
    expect(wanted[0]).toEqual([`BERTH_SESSION=${id}`, "BERTH_RUN=1"]);
  });

  test("no ghost after a save that failed", async () => {
    const { manager: m, store } = manager();
    const write = store.backend.write;
    store.backend.write = (name, text) => {
      if (name.startsWith("sessions/")) throw new Error("disk full");
      write(name, text);
    };
    await expect(m.create({ root: ROOT, name: "a" })).rejects.toThrow("disk full");
    store.backend.write = write;
    expect(m.list()).toEqual([]);
    const made = await m.create({ root: ROOT, name: "a" });
    expect(store.backend.stat(recordName(made.id))).not.toBeNull();
  });
});

describe("a session with a worktree", () => {
  async function made(p: Project, deps: Dependencies) {
    const git = gitIn(p.root, { ...process.env, ...p.env });
    return await makeWorktreeSession(deps, { git, main: git, repository: await findRepository(git) }, {
      name: "auth",
    });
  }

  test("is refused where something is at its path, and that stays", async () => {
    const p = await project();
    const { manager: m, deps } = manager();
    const path = join(p.root, ".worktrees/00000000-0000-4000-8000-000000000000");
    await p.git("worktree", "add", "-q", "-b", "mine", path);
    p.write(`${path.slice(p.root.length + 1)}/work.txt`, "work");
    const before = await p.git("for-each-ref");
    expect(await failureOf(() => made(p, deps))).toMatchObject({ code: "worktree_refused", exit: 6 });
    expect([read(join(path, "work.txt")), await p.git("for-each-ref"), m.list()]).toEqual([
      "work",
      before,
      [],
    ]);
  });

  test("is no ghost after a save that failed when branch and worktree were there", async () => {
    const p = await project();
    const { manager: m, deps, store } = manager();
    const path = join(p.root, ".worktrees/00000000-0000-4000-8000-000000000000");
    const write = store.backend.write;
    let there = false;
    store.backend.write = (name, text) => {
      there = existsSync(join(path, "file.txt"));
      if (there && name.startsWith("sessions/")) throw new Error("disk full");
      write(name, text);
    };
    await expect(made(p, deps)).rejects.toThrow("disk full");
    store.backend.write = write;
    expect([there, existsSync(path), m.list()]).toEqual([true, false, []]);
    expect(await p.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main\n");
    expect((await p.git("worktree", "list")).trim().split("\n")).toHaveLength(1);
    await made(p, deps);
  });
});

import { describe, expect, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { lockFiles } from "../../src/store/lock-files.ts";
import { lockScope } from "../../src/store/locks.ts";
import { sessionLockName } from "../../src/store/names.ts";
import { readRecord } from "../../src/store/read.ts";
import { failureOf, scratch, storeAt } from "../support/store.ts";

const ID = "ex--build_5d";
const SESSION = { kind: "session", id: ID } as const;
const WORKER = `${import.meta.dir}/../support/store-worker.ts`;
const ROOT = `${import.meta.dir}/../..`;

const bun = (...args: string[]) =>
  Bun.spawn([process.execPath, WORKER, ...args], { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
const deno = (...args: string[]) =>
  Bun.spawn([`${ROOT}/node_modules/.bin/deno`, "run", "-A", "--no-lock", WORKER, ...args], {
    cwd: ROOT,
    stdout: "ignore",
    stderr: "pipe",
    env: { ...process.env, NO_COLOR: "1" },
  });

async function all(workers: ReturnType<typeof bun>[]): Promise<void> {
  for (const worker of workers) {
    expect([await worker.exited, await new Response(worker.stderr).text()]).toEqual([0, ""]);
  }
}

/** Wait for a condition, ten seconds at most. */
async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition();) {
    if (Date.now() > end) throw new Error("it did not come true within 10 s");
    await Bun.sleep(5);
  }
}

describe("two owners", () => {
  test("20 processes, half of which remove the lock file: never two in the room", async () => {
    using directory = scratch();
    await all(Array.from({ length: 20 }, () => bun(directory.path, "enter", ID, "20")));
    expect(existsSync(`${directory.path}/collisions`)).toBe(false);
  });

  test("Bun and Deno exclude each other", async () => {
    using directory = scratch();
    await all([
      ...Array.from({ length: 3 }, () => bun(directory.path, "enter", ID, "30")),
      ...Array.from({ length: 3 }, () => deno(directory.path, "enter", ID, "30")),
    ]);
    expect(existsSync(`${directory.path}/collisions`)).toBe(false);
  });

  test("8 processes that count: the exact sum, and readers see whole documents only", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const workers = [...Array.from({ length: 6 }, () => bun), deno, deno].map((run) =>
      run(directory.path, "count", ID, "50")
    );
    const done = Promise.all(workers.map((worker) => worker.exited)).then(() => true);
    let reads = 0;
    for (let last = 0; !(await Promise.race([done, Bun.sleep(0)]));) {
      const n = Number(readRecord(store, ID)?.sharedState["n"] ?? 0);
      expect(n).toBeGreaterThanOrEqual(last);
      last = n;
      reads += 1;
    }
    await all(workers);
    expect(readRecord(store, ID)?.sharedState).toEqual({ n: 400 });
    expect(reads).toBeGreaterThan(10);
  });

  test("unlock, unlink, two owners: who locks a file that is unlinked by then sees it", async () => {
    using directory = scratch();
    const openLockFile = await lockFiles();
    const path = `${directory.path}/x.lock`;
    const [first, waiter] = [openLockFile(path), openLockFile(path)];
    expect([first.tryLock(), first.inPlace(), waiter.tryLock()]).toEqual([true, true, false]);
    first.remove();
    const third = openLockFile(path);
    expect([third.tryLock(), third.inPlace()]).toEqual([true, true]);
    // The kernel gives it the lock of the file that is gone. Without the comparison there would be two owners.
    expect([waiter.tryLock(), waiter.inPlace()]).toEqual([true, false]);
    waiter.close();
    third.close();
  });

  test("a lock file removed by hand is made anew, and that one counts", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await using _gone = await lockScope(store, SESSION);
    unlinkSync(store.backend.locate(sessionLockName(ID)));
    await using _new = await lockScope(store, SESSION, 0);
    expect((await failureOf(() => lockScope(store, SESSION, 0))).code).toBe("locked");
  });
});

describe("a holder", () => {
  test("that is killed frees the lock; while it lives, the error names it", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const holder = bun(directory.path, "hold", ID);
    await until(() => existsSync(`${directory.path}/held`));
    const { code, exit, message } = await failureOf(() => lockScope(store, SESSION, 50));
    expect([code, exit]).toEqual(["locked", 5]);
    expect(message).toMatch(
      new RegExp(
        `^Cannot lock session "${ID}" within 0.05 s: process ${holder.pid} \\("worker hold"\\) holds it since "\\d{4}-`,
      ),
    );
    const waiting = lockScope(store, SESSION, 30_000);
    holder.kill("SIGKILL");
    await using lock = await waiting;
    expect(lock.held).toBe(true);
    await holder.exited;
  });

  test("of a util-linux flock is respected", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    (await lockScope(store, SESSION)).release();
    const path = store.backend.locate(sessionLockName(ID));
    const holder = Bun.spawn([
      "flock",
      "--no-fork",
      path,
      "sh",
      "-c",
      `touch ${directory.path}/held; exec sleep 600`,
    ]);
    await until(() => existsSync(`${directory.path}/held`));
    const { message } = await failureOf(() => lockScope(store, SESSION, 0));
    expect(message).toContain("another process holds it");
    holder.kill("SIGKILL");
    await holder.exited;
  });

  test("does not give it to its children", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    const lock = await lockScope(store, SESSION);
    const child = Bun.spawn(["sleep", "20"], { stdout: "ignore", stderr: "ignore" });
    try {
      lock.release();
      await using again = await lockScope(store, SESSION, 0);
      expect(again.held).toBe(true);
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  });

  test("leaves the file empty behind it, whatever was in it", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    (await lockScope(store, SESSION)).release();
    const path = store.backend.locate(sessionLockName(ID));
    for (const text of ["garbage", `{"pid":"x"}`, "\0".repeat(100_000)]) {
      writeFileSync(path, text);
      const lock = await lockScope(store, SESSION, 0);
      expect(await Bun.file(path).json()).toMatchObject({ pid: process.pid, command: "test" });
      lock.release();
      expect(lstatSync(path).size).toBe(0);
    }
  });
});

describe("scopes", () => {
  test("different sessions, workspaces and the store do not wait for each other", async () => {
    using directory = scratch();
    const store = storeAt(directory.path);
    await using _global = await lockScope(store, { kind: "global" });
    await using _one = await lockScope(store, { kind: "workspace", root: "/p/one" });
    await using _two = await lockScope(store, { kind: "workspace", root: "/p/two" }, 0);
    await using _session = await lockScope(store, SESSION, 0);
    expect((await failureOf(() => lockScope(store, { kind: "workspace", root: "/p/one" }, 0))).message)
      .toContain(
        `workspace "/p/one"`,
      );
    expect(readdirSync(`${directory.path}/locks`).length).toBe(3);
  });
});

/**
 * One store, several machines: what each may say of the other's processes. A machine of its own is a mount namespace
 * with another machine ID and another boot ID in the place of the kernel's, on the same files.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, directory, type Result, run, scratch, until } from "../support/berth.ts";

const home = scratch();
let count = 0;
const newStore = () => join(home, `store${count++}`);
const UNSHARE = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-r", "-m"];

interface Machine {
  readonly id: string;
  readonly boot: string;
}
const A: Machine = { id: "a".repeat(32), boot: "aaaaaaaa-0000-4000-8000-000000000001" };
const B: Machine = { id: "b".repeat(32), boot: "bbbbbbbb-0000-4000-8000-000000000001" };
const rebooted = (machine: Machine): Machine => ({ ...machine, boot: machine.boot.replace(/1$/, "2") });

/** The words in front of a command that runs on that machine. */
function on({ id, boot }: Machine): string[] {
  const files = directory(home, `${id.slice(0, 8)}-${boot.slice(-4)}`);
  writeFileSync(join(files, "id"), `${id}\n`);
  writeFileSync(join(files, "boot"), `${boot}\n`);
  const mount = `for f in /etc/machine-id /var/lib/dbus/machine-id; do
    [ ! -e $f ] || mount --bind "$F/id" $f || exit; done
    mount --bind "$F/boot" /proc/sys/kernel/random/boot_id`;
  return [...UNSHARE, "sh", "-c", `F=${files}; ${mount} && exec "$@"`, "sh"];
}

const call = (machine: Machine, store: string, ...words: string[]): Promise<Result> =>
  run([...on(machine), berth, ...words], { env: { BERTH_HOME: store, BERTH_SESSION: "here", HOME: home } });

async function ok(machine: Machine, store: string, ...words: string[]): Promise<string> {
  const { stdout, stderr, status } = await call(machine, store, ...words);
  if (status !== 0) throw new Error(`berth ${words.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

const hostOf = async (machine: Machine, store: string) =>
  JSON.parse(await ok(machine, store, "list", "--json")).host;
const sessionsOf = async (
  machine: Machine,
  store: string,
): Promise<{ id: string; alive: boolean | null }[]> =>
  JSON.parse(await ok(machine, store, "list", "--json")).sessions;

/** A command that runs on the machine and keeps a session live, until it is let go. */
async function holding(machine: Machine, store: string): Promise<Disposable> {
  const child = Bun.spawn([...on(machine), berth, "hold", "--session-id", "held", "--", "sleep", "60"], {
    env: { PATH: process.env["PATH"] ?? "", BERTH_HOME: store, HOME: home },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  const held = async () =>
    (await sessionsOf(machine, store)).some(({ alive }) => alive === true) || undefined;
  await until("the session to be held", held);
  return { [Symbol.dispose]: () => child.kill("SIGTERM") };
}

describe("a host", () => {
  test("has one UUID in a store, whatever it boots, and another machine has another one", async () => {
    const store = newStore();
    expect(await hostOf(A, store)).toMatchObject({ uuid: null, boot: A.boot });
    await ok(A, store, "set", "k", "v");
    const first = await hostOf(A, store);
    expect(first.uuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(first.machine).not.toContain("aaaa");
    await ok(rebooted(A), store, "set", "k", "v");
    expect(await hostOf(rebooted(A), store)).toEqual({ ...first, boot: rebooted(A).boot });
    expect((await hostOf(B, store)).uuid).toBeNull();
    await ok(B, store, "set", "k", "v");
    expect((await hostOf(B, store)).uuid).not.toBe(first.uuid);
    expect(readdirSync(join(store, "hosts")).length).toBe(2);
  });

  test("is made once by many at the same time", async () => {
    const store = newStore();
    await Promise.all(Array.from({ length: 12 }, (_, n) => ok(A, store, "set", `k${n}`, "v")));
    const [file = "", ...others] = readdirSync(join(store, "hosts"));
    expect(others).toEqual([]);
    const { uuid } = JSON.parse(readFileSync(join(store, "hosts", file), "utf8"));
    await ok(A, store, "hold", "--session-id", "h", "--", "true");
    expect((await hostOf(A, store)).uuid).toBe(uuid);
  });

  test("without a machine ID is told by its boot, and the doctor says that it will not last", async () => {
    const store = newStore();
    const none: Machine = { id: "uninitialized", boot: A.boot };
    await ok(none, store, "set", "k", "v");
    const { uuid } = await hostOf(none, store);
    await ok(rebooted(none), store, "set", "k", "v");
    expect((await hostOf(rebooted(none), store)).uuid).not.toBe(uuid);
    expect((await call(none, store, "doctor")).stdout).toContain("no ID of its own");
    expect((await call(A, store, "doctor")).stdout).not.toContain("no ID of its own");
  });

  test("whose entry is damaged gets another one, and the bytes are kept", async () => {
    const store = newStore();
    await ok(A, store, "set", "k", "v");
    const file = join(store, "hosts", readdirSync(join(store, "hosts"))[0] ?? "");
    for (const damage of ["", "{}", "[1", '{"schema":1,"uuid":"x"}']) {
      writeFileSync(file, damage);
      expect((await hostOf(A, store)).uuid).toBeNull();
      await ok(A, store, "set", "k", "v");
      expect((await hostOf(A, store)).uuid).toMatch(/^[0-9a-f-]{36}$/);
    }
    // Of the empty one there was nothing to keep: its name is the next one's.
    expect(readdirSync(join(store, "quarantine")).length).toBe(3);
  });

  test("that is a copy of another is found by a boot that comes back, and gets a UUID of its own", async () => {
    const store = newStore();
    const copy = rebooted(A);
    await ok(A, store, "set", "k", "v");
    await ok(copy, store, "set", "k", "v");
    // So far it may have been started again.
    expect((await call(A, store, "doctor", "--json")).stdout).not.toContain("host_cloned");
    await ok(A, store, "set", "k", "v");
    const { uuid } = await hostOf(A, store);
    const found = await call(copy, store, "doctor", "--json");
    expect([found.status, found.stdout.includes("host_cloned")]).toEqual([1, true]);
    expect((await call(copy, store, "doctor", "--fix", "--json")).stdout).toContain('"fixed":true');
    expect((await hostOf(copy, store)).uuid).not.toBe(uuid);
    expect((await call(copy, store, "doctor")).stdout).not.toContain("Two machines");
  });
});

describe("a process of another host", () => {
  test("may live: it is not cleaned, deleted or ended, and another boot of its own host says that it is gone", async () => {
    const store = newStore();
    using _held = await holding(A, store);
    const held = (sessions: { id: string; alive: boolean | null }[]) =>
      sessions.find(({ id }) => id.startsWith("ex--held"))?.alive;
    expect(held(await sessionsOf(A, store))).toBe(true);
    expect(held(await sessionsOf(B, store))).toBeNull();
    expect(await call(B, store, "delete", "held")).toMatchObject({
      status: 5,
      stderr: expect.stringContaining("it cannot be told whether a process uses it"),
    });
    expect((await call(B, store, "reset", "held")).status).toBe(5);
    await ok(B, store, "config", "maxCount", "0");
    expect(await ok(B, store, "clean", "--yes")).toContain("it cannot be told whether it is live");
    // A second holder drops those that are gone, and this one it cannot tell.
    await ok(B, store, "hold", "--session-id", "held", "--", "true");
    expect(held(await sessionsOf(A, store))).toBe(true);
    // And its own host, booted again, knows.
    await ok(rebooted(A), store, "set", "k", "v");
    expect(held(await sessionsOf(rebooted(A), store))).toBe(false);
    expect(held(await sessionsOf(B, store))).toBeNull();
  });

  test("is what a run without a host was before: this machine's", async () => {
    const store = newStore();
    using _held = await holding(A, store);
    const file = join(store, "sessions", "ex--held_8d.session.json");
    const [name = ""] = readdirSync(join(store, "sessions")).filter((one) => /^ex--held.*json$/.test(one));
    const record = JSON.parse(readFileSync(join(store, "sessions", name), "utf8"));
    expect(record.holders[0].host).toMatch(/^[0-9a-f-]{36}$/);
    delete record.holders[0].host;
    writeFileSync(join(store, "sessions", name), JSON.stringify(record));
    expect((await sessionsOf(B, store)).map(({ alive }) => alive)).toEqual([false]);
    rmSync(file, { force: true });
  });

  test("of an entry that is lost is known by its boot", async () => {
    const store = newStore();
    using _held = await holding(A, store);
    rmSync(join(store, "hosts"), { recursive: true });
    expect((await sessionsOf(A, store)).map(({ alive }) => alive)).toEqual([true]);
    expect((await sessionsOf(B, store)).map(({ alive }) => alive)).toEqual([null]);
  });
});

describe("a run of another host", () => {
  test("is not run twice, stopped, destroyed or ended as lost", async () => {
    const store = newStore();
    const project = directory(home, "project");
    await run([
      "sh",
      "-c",
      "git init -q && git -c user.name=x -c user.email=x@b.invalid commit -q --allow-empty -m x",
    ], {
      cwd: project,
      env: { HOME: home },
    });
    const at = (machine: Machine, ...words: string[]) =>
      run([...on(machine), berth, ...words], { cwd: project, env: { BERTH_HOME: store, HOME: home } });
    expect((await at(A, "new", "auth")).status).toBe(0);
    const child = Bun.spawn([...on(A), berth, "run", "auth", "--", "sleep", "60"], {
      cwd: project,
      env: { PATH: process.env["PATH"] ?? "", BERTH_HOME: store, HOME: home },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const recordAt = async (machine: Machine) =>
      JSON.parse((await at(machine, "show", "auth", "--json")).stdout).session;
    await until("the run", async () => (await recordAt(A)).run.state === "ACTIVE" || undefined);
    expect((await recordAt(A)).run.host).toMatch(/^[0-9a-f-]{36}$/);
    for (const words of [["run", "auth", "--", "true"], ["stop", "auth"], ["destroy", "auth"]]) {
      expect([words, (await at(B, ...words)).status]).toEqual([words, 5]);
    }
    await at(B, "doctor", "--fix");
    expect((await recordAt(B)).run).toMatchObject({ state: "ACTIVE", reason: null });
    expect((await at(A, "stop", "auth")).status).toBe(0);
    await child.exited;
    expect((await recordAt(B)).run.state).toBe("CLEANED");
  });
});

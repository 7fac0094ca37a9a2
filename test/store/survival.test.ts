import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { berth, directory, run, scratch } from "../support/berth.ts";

/*
 * What must never happen, made to happen: processes killed anywhere, system calls that fail, disks that are full.
 */
const home = scratch("berth-survival-");
let count = 0;
const newStore = () => `${home}/store-${count++}`;
const environment = (store: string) => ({ HOME: home, BERTH_HOME: store, BERTH_SESSION: "here" });
const call = (store: string, ...args: string[]) =>
  run([berth, ...args], { env: environment(store), cwd: home });
const filesOf = (store: string, folder: string) =>
  existsSync(`${store}/${folder}`) ? readdirSync(`${store}/${folder}`) : [];

interface Document {
  readonly id: string;
  readonly sharedState: Record<string, string>;
}
const documents = (store: string, folder: string): Document[] =>
  filesOf(store, folder).filter((name) => name.endsWith(".session.json"))
    .map((name) => readFileSync(`${store}/${folder}/${name}`, "utf8"))
    // An archive's name may be reserved and not be filled yet.
    .filter((text) => folder === "sessions" || text !== "")
    .map((text) => JSON.parse(text));

/** Start it, and kill it after so many milliseconds. */
async function killed(store: string, args: readonly string[], ms: number): Promise<void> {
  const child = Bun.spawn([berth, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...environment(store) },
    cwd: home,
    stdio: ["ignore", "ignore", "ignore"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  await child.exited;
  clearTimeout(timer);
}

describe("kill -9", () => {
  const LONG = "x".repeat(100_000);
  const OLD = { v: `old${LONG}` };
  const NEW = { v: `new${LONG}` };

  /** How long a command takes here, so that the kills fall into all of it. */
  async function duration(work: () => Promise<unknown>): Promise<number> {
    const times: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return Math.max(...times) * 1.2;
  }

  async function healed(store: string): Promise<void> {
    expect((await call(store, "doctor", "--fix")).status).toBe(0);
    expect(filesOf(store, "sessions").filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(filesOf(store, "archive").filter((name) => !name.endsWith(".session.json"))).toEqual([]);
    expect(filesOf(store, "quarantine")).toEqual([]);
    expect((await call(store, "doctor")).status).toBe(0);
  }

  test("set: the old or the new document, 150 times", async () => {
    const store = newStore();
    await call(store, "set", "v", OLD.v);
    const span = await duration(() => call(store, "set", "v", OLD.v));
    const seen = new Set<string>();
    for (let n = 0; n < 150; n += 1) {
      await killed(store, ["set", "v", n % 2 === 0 ? NEW.v : OLD.v], (span * n) / 150);
      const [document] = documents(store, "sessions");
      expect([OLD.v, NEW.v]).toContain(document?.sharedState["v"] ?? "");
      seen.add(document?.sharedState["v"]?.slice(0, 3) ?? "");
    }
    expect([...seen].sort()).toEqual(["new", "old"]);
    await healed(store);
  }, 120_000);

  test("reset and restore: the state is in the session or in an archive, 100 times", async () => {
    const store = newStore();
    await call(store, "set", "v", OLD.v);
    const span = await duration(() => call(store, "touch"));
    const held = () => [...documents(store, "sessions"), ...documents(store, "archive")];
    for (let n = 0; n < 100; n += 1) {
      const [archive] = filesOf(store, "archive").filter((name) => name.endsWith(".session.json"));
      const args = n % 2 === 0 || archive === undefined ? ["reset"] : ["restore", "--force", archive];
      await killed(store, args, span * 0.3 + (span * 0.7 * (n % 20)) / 20);
      expect(held().some(({ sharedState }) => sharedState["v"] === OLD.v)).toBe(true);
      expect(documents(store, "sessions").length).toBe(1);
    }
    await healed(store);
  }, 120_000);

  test("delete and clean: whole, archived or gone, and others untouched, 80 times", async () => {
    const store = newStore();
    await call(store, "set", "v", "kept");
    const span = await duration(() => call(store, "touch"));
    await call(store, "config", "maxCount", "1");
    for (let n = 0; n < 80; n += 1) {
      await call(store, "set", "v", OLD.v, "--session-id", "victim");
      const args = n % 2 === 0 ? ["delete", "victim"] : ["clean", "--yes"];
      await killed(store, args, span * 0.3 + (span * 0.7 * (n % 20)) / 20);
      const all = documents(store, "sessions");
      expect(all.find(({ id }) => id.startsWith("ex--here"))?.sharedState).toEqual({ v: "kept" });
      const victim = all.find(({ id }) => id.startsWith("ex--victim"));
      if (victim !== undefined) expect(victim.sharedState).toEqual(OLD);
      else if (n % 2 === 1) expect(documents(store, "archive").at(-1)?.sharedState).toEqual(OLD);
    }
    await healed(store);
  }, 120_000);
});

/** Run under strace with a fault injected into what touches the store. */
async function faulty(store: string, fault: string, args: readonly string[]) {
  const trace = `${home}/trace`;
  const { stdout, stderr, status } = await run(
    ["strace", "-f", "-qq", "-o", trace, "-e", `inject=${fault}`, berth, ...args],
    { env: environment(store), cwd: home },
  );
  return { stdout, stderr, status, injected: readFileSync(trace, "utf8").includes("(INJECTED)") };
}

/** The n-th call of each kind in an undisturbed run, of those that are about the store. */
async function callsOf(
  store: string,
  names: string,
  args: readonly string[] = ["set", "v", "new"],
): Promise<{ name: string; nth: number; text: string }[]> {
  const trace = `${home}/trace`;
  await run(["strace", "-f", "-qq", "-y", "-o", trace, "-e", `trace=${names}`, berth, ...args], {
    env: environment(store),
    cwd: home,
  });
  const seen: Record<string, number> = {};
  return readFileSync(trace, "utf8").split("\n").flatMap((text) => {
    const name = /^\d+\s+(\w+)\(/.exec(text)?.[1];
    if (name === undefined) return [];
    const nth = seen[name] = (seen[name] ?? 0) + 1;
    return text.includes(store) ? [{ name, nth, text }] : [];
  });
}

describe("a system call that fails", () => {
  const FAULTS: Record<string, readonly string[]> = {
    "open,openat": ["EMFILE", "EACCES", "EROFS", "EIO"],
    "write,pwrite64": ["ENOSPC", "EIO"],
    "fsync": ["EIO", "ENOSPC"],
    "rename,renameat,renameat2": ["EACCES", "EROFS", "EIO"],
    "close": ["EIO"],
  };

  for (const [names, errors] of Object.entries(FAULTS)) {
    test(`${names}: the error names file and cause, and the document is whole`, async () => {
      const store = newStore();
      await call(store, "set", "v", "old");
      const before = await callsOf(store, names);
      expect(before.length).toBeGreaterThan(0);
      for (const { name, nth, text } of before) {
        for (const error of errors) {
          await call(store, "set", "v", "old");
          const { status, stderr, injected } = await faulty(store, `${name}:error=${error}:when=${nth}`, [
            "set",
            "v",
            "new",
          ]);
          const what = { text, error, status, stderr };
          expect({ ...what, injected }).toEqual({ ...what, injected: true });
          const { stdout } = await call(store, "get", "v");
          // A failure before the rename leaves the old one; after it (directory sync, closing) the new one is there.
          expect({ ...what, stdout: ["old\n", "new\n"].includes(stdout) }).toEqual({ ...what, stdout: true });
          if (status === 0) expect({ ...what, stdout }).toEqual({ ...what, stdout: "new\n" });
          else {expect({ ...what, named: stderr.includes(store) && !stderr.includes("Internal") }).toEqual({
              ...what,
              named: true,
            });}
        }
      }
      expect((await call(store, "doctor", "--fix")).status).toBe(0);
    }, 120_000);
  }
});

describe("a system call that fails", () => {
  test.each([["reset"], ["delete"]])(
    "%s: the state is where it was, in an archive, or gone when it was to be",
    async (command) => {
      const args = command === "reset" ? ["reset"] : ["delete", "here"];
      const names = "open,openat,write,pwrite64,fsync,rename,unlink,unlinkat,close,flock";
      const store = newStore();
      await call(store, "set", "v", "old");
      const traced = newStore();
      await call(traced, "set", "v", "old");
      const calls = await callsOf(traced, names, args);
      expect(calls.length).toBeGreaterThan(4);
      for (const { name, nth, text } of calls) {
        await call(store, "set", "v", "old");
        const { status, stderr } = await faulty(store, `${name}:error=EIO:when=${nth}`, args);
        const what = { text, status, stderr };
        const [session] = documents(store, "sessions");
        // Gone for good is right for a delete alone, and then it is gone as a whole.
        const kept = [session, ...documents(store, "archive")].some((one) => one?.sharedState["v"] === "old");
        expect({ ...what, right: kept || (command === "delete" && session === undefined) })
          .toEqual({ ...what, right: true });
        if (status !== 0) {
          expect({ ...what, named: stderr.includes(store) && !stderr.includes("Internal") }).toEqual({
            ...what,
            named: true,
          });
        }
        expect((await call(store, "doctor", "--fix")).status).toBe(0);
      }
    },
    120_000,
  );
});

describe("a full disk", () => {
  test("is named, and the old document stays whole", async () => {
    const disk = directory(home, "disk");
    const script = `
      mount -t tmpfs -o size=64k none "$1" || exit 90
      export BERTH_HOME="$1/store"
      "$2" set v old || exit 91
      head -c 100000 /dev/zero >"$1/filler" 2>/dev/null
      "$2" set v "$(head -c 50000 /dev/zero | tr '\\0' x)"; echo "status $?"
      "$2" get v
      ls "$1/store/sessions" | grep -c tmp
      "$2" reset; echo "status $?"
      rm "$1/filler"
      "$2" set v new && "$2" get v
      "$2" doctor --fix`;
    const { stdout, stderr } = await run(["unshare", "--mount", "sh", "-c", script, "sh", disk, berth], {
      env: { HOME: home, BERTH_SESSION: "here" },
    });
    expect(stdout.split("\n").slice(0, 5)).toEqual(["status 1", "old", "0", "status 1", "new"]);
    expect(stdout).toContain("Nothing is wrong");
    expect(stderr).toMatch(/Cannot write to "[^"]+session\.json": No space left on device/);
  });

  test("a read-only file system can be read", async () => {
    const disk = directory(home, "readonly");
    const script = `
      mount -t tmpfs none "$1" || exit 90
      export BERTH_HOME="$1/store"
      "$2" set v old || exit 91
      mount -o remount,ro "$1" || exit 92
      "$2" get v && "$2" list && "$2" show >/dev/null && "$2" clean >/dev/null
      "$2" set v new; echo "status $?"`;
    const { stdout, stderr } = await run(["unshare", "--mount", "sh", "-c", script, "sh", disk, berth], {
      env: { HOME: home, BERTH_SESSION: "here" },
    });
    expect(stdout).toStartWith("old\n");
    expect(stdout).toEndWith("status 1\n");
    expect(stderr).toMatch(/session\.lock": Read-only file system/);
  });
});

describe("ten thousand sessions", () => {
  test("are listed within 150 MB, and one of them is found without looking at the others", async () => {
    const store = newStore();
    await call(store, "set", "v", "x");
    const [template = ""] = filesOf(store, "sessions").filter((name) => name.endsWith(".json"))
      .map((name) => readFileSync(`${store}/sessions/${name}`, "utf8"));
    mkdirSync(`${store}/sessions`, { recursive: true });
    const own = JSON.parse(template).id;
    for (let n = 0; n < 10_000; n += 1) {
      const id = `ex--s${n}_00`;
      writeFileSync(`${store}/sessions/${id}.session.json`, template.replaceAll(own, id), { mode: 0o600 });
    }
    const listing = Bun.spawn([berth, "list", "--json"], {
      env: { PATH: process.env["PATH"] ?? "", ...environment(store) },
      cwd: home,
      stdout: "pipe",
      stderr: "ignore",
    });
    expect(JSON.parse(await new Response(listing.stdout).text()).sessions.length).toBe(10_001);
    expect(await listing.exited).toBe(0);
    // maxRSS is in bytes here, whatever getrusage(2) counts in.
    expect(listing.resourceUsage()?.maxRSS ?? Infinity).toBeLessThan(150e6);

    const trace = `${home}/trace-get`;
    await run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=openat,open,getdents64", berth, "get", "v"], {
      env: environment(store),
      cwd: home,
    });
    const calls = readFileSync(trace, "utf8").split("\n");
    expect(calls.filter((line) => line.includes(".session.json")).length).toBe(1);
    expect(calls.filter((line) => line.includes("getdents")).length).toBe(0);
  }, 120_000);

  test("two cleaners at once remove no more than one would, and never what is in use", async () => {
    const store = newStore();
    for (let n = 0; n < 12; n += 1) await call(store, "set", "v", "x", "--session-id", `s${n}`);
    await call(store, "set", "v", "x");
    await call(store, "config", "maxCount", "5");
    const done = await Promise.all(Array.from({ length: 4 }, () => call(store, "clean", "--yes", "--json")));
    expect(done.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    expect(documents(store, "sessions").length).toBe(5);
    expect(documents(store, "sessions").some(({ id }) => id.startsWith("ex--here"))).toBe(true);
    expect(documents(store, "archive").length).toBe(8);
  });
});

import { beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { berth, type Result, run, scratch, until } from "../support/berth.ts";

const home = scratch("berth-store-");
let count = 0;

/** A berth with a store of its own, in a session of its own. */
function shelf(env: Record<string, string> = {}) {
  const store = `${home}/störe ${count++}`;
  const call = (
    args: readonly string[],
    more: { stdin?: string; env?: Record<string, string> } = {},
  ): Promise<Result> =>
    run([berth, ...args], {
      ...more,
      cwd: home,
      env: { HOME: home, BERTH_HOME: store, BERTH_SESSION: "here", ...env, ...more.env },
    });
  const ok = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, status } = await call(args);
    expect({ args, status, stderr: status === 0 ? "" : stderr }).toEqual({ args, status: 0, stderr: "" });
    return stdout;
  };
  const json = async (...args: string[]) => JSON.parse(await ok(...args, "--json"));
  return { store, call, ok, json, file: (id: string) => `${store}/sessions/${id}.session.json` };
}

beforeAll(async () => {
  expect((await shelf().ok("id")).trim()).toMatch(/^ex--here_[0-9a-f]{2}$/);
});

/** The ID of label `here`, whatever its suffix is. */
const id = async () => (await shelf().ok("id")).trim();

describe("values", () => {
  test("set, get, keys and unset", async () => {
    const { ok, call, json } = shelf();
    expect(await ok("set", "branch", "main")).toBe("");
    expect(await ok("get", "branch")).toBe("main\n");
    await ok("set", "k", "-x");
    await ok("set", "dashes", "--", "--json");
    await ok("set", "007", "1e3");
    expect(await ok("keys")).toBe("007\nbranch\ndashes\nk\n");
    expect(await ok("get")).toBe("007\t1e3\nbranch\tmain\ndashes\t--json\nk\t-x\n");
    expect(await json("get", "branch")).toEqual({ schema: 1, id: await id(), key: "branch", value: "main" });
    await ok("unset", "branch");
    expect(await call(["get", "branch", "--json"])).toMatchObject({ status: 1, stdout: "" });
    expect(JSON.parse((await call(["get", "branch", "--json"])).stderr).error.code).toBe("no_such_key");
    expect(await json("unset", "branch")).toMatchObject({ removed: false });
  });

  test("JSON is kept as JSON, and refused where it would not stay the same", async () => {
    const { ok, call, json } = shelf();
    await ok("set", "--json-value", "ports", `{"a":[80,443],"__proto__":{"x":null}}`);
    expect(await ok("get", "ports")).toBe(`{"a":[80,443],"__proto__":{"x":null}}\n`);
    await ok("set", "n", "1e400", "--json-value").catch(() => {});
    for (const value of ["{a", "12345678901234567890", "1e400", "[1,9007199254740993]"]) {
      const { status, stderr } = await call(["set", "bad", value, "--json-value", "--json"]);
      expect([value, status, JSON.parse(stderr).error.code]).toEqual([value, 2, "bad_json"]);
    }
    expect(Object.keys((await json("get")).values)).toEqual(["ports"]);
  });

  test("standard input is kept byte for byte", async () => {
    const { call } = shelf();
    const text = "ü\n\ttwo\r\n\0\x1b[31m日本語\n";
    expect((await call(["set", "log", "--stdin"], { stdin: text })).status).toBe(0);
    expect((await call(["get", "log"])).stdout).toBe(text);
    const large = "0123456789abcdef".repeat(8 * 65536 - 64);
    expect((await call(["set", "large", "--stdin"], { stdin: large })).status).toBe(0);
    expect((await call(["get", "large"])).stdout.length).toBe(large.length + 1);
    const { status, stderr } = await call(["set", "more", "--stdin"], { stdin: large });
    expect([status, stderr]).toEqual([6, expect.stringContaining("at most 8454144 fit")]);
    expect((await call(["keys"])).stdout).toBe("large\nlog\n");
  });

  test("incr counts from 0, takes a step, and leaves alone what is no integer", async () => {
    const { ok, call, json } = shelf();
    expect(await ok("incr", "n")).toBe("1\n");
    expect(await ok("incr", "n", "-3")).toBe("-2\n");
    await ok("set", "s", "41");
    expect(await json("incr", "s")).toMatchObject({ key: "s", value: 42 });
    expect((await json("get", "s")).value).toBe(42);
    await ok("set", "t", "4.5");
    const { status, stderr } = await call(["incr", "t", "--json"]);
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, "not_a_number"]);
    expect(await ok("get", "t")).toBe("4.5\n");
    expect((await call(["incr", "n", "x"])).status).toBe(2);
  });

  test("16 processes, 50 steps each: the exact sum", async () => {
    const { call, ok } = shelf();
    const worker = async () => {
      for (let n = 0; n < 50; n += 1) expect((await call(["incr", "n", "--wait", "60"])).status).toBe(0);
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect(await ok("get", "n")).toBe("800\n");
  }, 120_000);

  test("a script has values of its own", async () => {
    const { ok } = shelf();
    await ok("set", "k", "shared");
    await ok("set", "k", "own", "--script", "deploy");
    await ok("incr", "n", "--script", "__proto__");
    expect(await ok("get", "k")).toBe("shared\n");
    expect(await ok("get", "k", "--script=deploy")).toBe("own\n");
    expect(await ok("keys", "--script", "__proto__")).toBe("n\n");
  });

  test("hostile labels are sessions like others, each in a file of its own", async () => {
    const { ok, store } = shelf();
    const labels = [
      "../../x",
      "CON",
      "con",
      "Foo",
      "foo",
      "old_login",
      "old__login",
      "/etc/passwd",
      "C:\\x",
      "日本語",
      " ",
    ];
    for (const label of labels) await ok("set", "label", label, "--session-id", label);
    for (const label of labels) expect(await ok("get", "label", "--session-id", label)).toBe(`${label}\n`);
    const files = readdirSync(`${store}/sessions`).filter((name) => name.endsWith(".session.json"));
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(labels.length);
    expect(readdirSync(home).filter((name) => name.startsWith("x"))).toEqual([]);
  });

  test("without a stable session nothing is kept, exit 4", async () => {
    const { store } = shelf();
    // Where the boot cannot be told, no process is known for sure.
    const alone = (...args: string[]) =>
      run(
        [
          "unshare",
          "--mount",
          "sh",
          "-c",
          `mount --bind /dev/null /proc/sys/kernel/random/boot_id && exec "$@"`,
          "sh",
          berth,
          ...args,
        ],
        {
          env: { HOME: home, BERTH_HOME: store },
        },
      );
    expect((await alone("id")).stdout).toMatch(/^uuid--/);
    for (
      const args of [["set", "a", "1"], ["incr", "n"], ["get", "a"], ["touch"], ["reset"], ["path"], [
        "hold",
        "--",
        "true",
      ]]
    ) {
      expect({ args, status: (await alone(...args)).status }).toEqual({ args, status: 4 });
    }
    expect(existsSync(store)).toBe(false);
  });
});

describe("sessions", () => {
  test("list and show say what is kept, from files alone", async () => {
    const { ok, json, call, file } = shelf();
    const host = {
      uuid: null,
      machine: expect.any(String),
      boot: expect.any(String),
      label: expect.any(String),
    };
    expect(await json("list")).toEqual({ schema: 1, host, sessions: [], damaged: [] });
    await ok("set", "a", "1");
    await ok("set", "a", "1", "--session-id", "other");
    const { sessions } = await json("list", "--sort", "created");
    expect(sessions.map((one: { short: string; current: boolean }) => [one.short, one.current])).toEqual([
      ["ex--other_d9", false],
      [await id(), true],
    ]);
    expect(Object.keys(sessions[0])).toEqual([
      "id",
      "short",
      "name",
      "source",
      "role",
      "status",
      "state",
      "alive",
      "current",
      "workspace",
      "worktree",
      "branch",
      "createdAt",
      "updatedAt",
      "lastActivity",
      "bytes",
      "agents",
    ]);
    writeFileSync(file("ex--bad_12"), "{");
    const damaged = await call(["list", "--json"]);
    expect([damaged.status, JSON.parse(damaged.stdout).damaged]).toEqual([
      0,
      [{ file: file("ex--bad_12"), reason: expect.stringContaining("no whole JSON document") }],
    ]);
    const shown = await json("show", "other");
    expect(shown).toMatchObject({
      alive: false,
      current: false,
      file: file("ex--other_d9"),
      session: { sharedState: { a: "1" } },
    });
    expect(await ok("path", "ex--oth")).toBe(`${file("ex--other_d9")}\n`);
    expect((await json("history", "other")).history.map(({ kind }: { kind: string }) => kind)).toEqual([
      "created",
      "set",
    ]);
    expect((await call(["show", "nobody"])).status).toBe(3);
    expect((await call(["show", "ex--bad_12"])).status).toBe(7);
    expect((await json("list", "--state", "idle")).sessions).toEqual([]);
  });

  test("list writes nothing, locks nothing and starts nothing", async () => {
    const { ok, store } = shelf();
    await ok("set", "a", "1");
    const trace = `${home}/trace-list`;
    const { status } = await run([
      "strace",
      "-f",
      "-o",
      trace,
      "-e",
      "trace=execve,flock,openat,open,rename,unlink,chmod",
      berth,
      "list",
    ], {
      cwd: home,
      env: { HOME: home, BERTH_HOME: store, BERTH_SESSION: "here" },
    });
    expect(status).toBe(0);
    const calls = readFileSync(trace, "utf8").split("\n");
    expect(calls.filter((line) => line.includes("execve(")).length).toBe(1);
    expect(
      calls.filter((line) =>
        line.includes(store) && /O_WRONLY|O_RDWR|O_CREAT|flock|rename|unlink|chmod/.test(line)
      ),
    ).toEqual([]);
  });

  test("reset archives, restore brings back, delete is for good", async () => {
    const { ok, json, call, store } = shelf();
    await ok("set", "a", "1");
    const archive = (await ok("reset")).trim();
    expect(archive).toMatch(/^ex--here_[0-9a-f]{2}--reset--\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ--000$/);
    expect((await call(["get", "a"])).status).toBe(1);
    expect((await json("archives")).archives).toMatchObject([{ name: archive, id: await id() }]);
    expect((await json("list", "--all")).sessions.length).toBe(2);
    await ok("set", "a", "2");
    expect((await call(["restore", archive])).status).toBe(6);
    expect(await json("restore", archive, "--force")).toEqual({ schema: 1, id: await id(), archive });
    expect(await ok("get", "a")).toBe("1\n");
    await ok("delete", "--dry-run", "here");
    expect(await ok("get", "a")).toBe("1\n");
    await ok("rm", "here");
    expect((await call(["show"])).status).toBe(3);
    expect(readdirSync(`${store}/sessions`)).toEqual([]);
    expect((await call(["delete", "here"])).status).toBe(3);
    expect((await call(["restore", "../sessions/x"])).status).toBe(3);
  });

  test("hold shows the session live, passes on the exit status, and ends with its command", async () => {
    const { ok, json, call, store } = shelf();
    const held = `${home}/held`;
    const holder = call([
      "hold",
      "--session-id",
      "other",
      "--",
      "sh",
      "-c",
      `echo $BERTH_SESSION >'${held}'; read x; exit 7`,
    ], {
      stdin: "x\n",
    });
    await holder.catch(() => {});
    expect((await holder).status).toBe(7);
    expect(readFileSync(held, "utf8")).toBe("ex--other_d9\n");
    expect((await json("show", "other")).alive).toBe(false);

    const long = Bun.spawn([berth, "hold", "--session-id", "other", "--", "sleep", "20"], {
      env: { PATH: process.env["PATH"] ?? "", HOME: home, BERTH_HOME: store },
      stdio: ["ignore", "ignore", "ignore"],
    });
    await until(
      "the session to be live",
      async () => (await json("show", "other")).alive === true ? true : undefined,
    );
    await ok("set", "a", "1", "--session-id", "other");
    for (const command of [["delete", "other"], ["reset", "other"]]) {
      expect((await call(command)).status).toBe(5);
    }
    await ok("config", "maxCount", "0");
    await ok("clean", "--yes");
    expect((await json("list")).sessions.map((one: { id: string }) => one.id)).toEqual(["ex--other_d9"]);
    long.kill("SIGKILL");
    await long.exited;
    expect((await json("show", "other")).alive).toBe(false);
    await ok("delete", "other");
    expect((await call(["hold", "--", "no-such-program-here"])).status).toBe(127);
    expect((await call(["hold"])).status).toBe(2);
  });

  test("a holder that is a zombie is no longer alive", async () => {
    const { call, json, store } = shelf();
    // The parent of the holder never waits for it.
    const script = `"$1" hold --session-id other -- sleep 20 & exec sleep 20`;
    const parent = Bun.spawn(["sh", "-c", script, "sh", berth], {
      env: { PATH: process.env["PATH"] ?? "", HOME: home, BERTH_HOME: store },
      stdio: ["ignore", "ignore", "ignore"],
    });
    try {
      const alive = async (wanted: boolean) => {
        const { status, stdout } = await call(["show", "other", "--json"]);
        return status === 0 && JSON.parse(stdout).alive === wanted ? JSON.parse(stdout) : undefined;
      };
      const { session } = await until("the session to be live", () => alive(true));
      const { pid } = session.holders[0];
      process.kill(pid, "SIGKILL");
      await until(
        "a zombie",
        () => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")) ? true : undefined,
      );
      expect((await json("show", "other")).alive).toBe(false);
    } finally {
      parent.kill("SIGKILL");
      await parent.exited;
    }
  });

  test("clean and purge say what and why, and do nothing without --yes", async () => {
    const { ok, json, store, file } = shelf();
    await ok("set", "a", "1");
    await ok("set", "a", "1", "--session-id", "old");
    const old = file("ex--old_15");
    const path = existsSync(old) ? old : (await ok("path", "old")).trim();
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(
        /"lastActivity":"[^"]+"/,
        `"lastActivity":"2020-01-01T00:00:00.000Z"`,
      ),
    );
    writeFileSync(`${store}/sessions/${await id()}.session.json.1-x-0.tmp`, "half");
    const plan = await json("clean");
    expect(plan).toMatchObject({ dryRun: true });
    expect(plan.actions.filter(({ action }: { action: string }) => action === "delete").length).toBe(2);
    expect((await json("list")).sessions.length).toBe(2);
    expect(await json("clean", "--yes")).toMatchObject({ dryRun: false, freed: plan.freed });
    expect((await json("list")).sessions.map((one: { current: boolean }) => one.current)).toEqual([true]);
    expect(readdirSync(`${store}/sessions`).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await ok("config", "maxCount", "0");
    await ok("purge");
    expect(readdirSync(`${store}/archive`).length).toBe(1);
    await ok("purge", "--yes");
    expect(readdirSync(`${store}/archive`)).toEqual([]);
  });

  test("config shows, sets and refuses", async () => {
    const { ok, call, json, store } = shelf();
    expect(await ok("config")).toBe(
      "maxAgeDays = 90\nmaxCount = 100\nmaxSizeMB = 500\nlimits.sessions = 4\n" +
        "limits.agentWorktrees = 16\nevents.maxMB = 8\nlimits.removedMB = 512\nshared.idleSeconds = 60\nbranch.prefix = feature/\nworktrees.path = .worktrees\n" +
        "shared.url = \nshared.namespaces = \nshared.store = \nshared.publishState = false\nmarks.terminal = \n",
    );
    await ok("config", "maxAgeDays", "30");
    expect((await json("config")).config.maxAgeDays).toBe(30);
    expect(await ok("config", "--unset", "maxAgeDays")).toContain("maxAgeDays = 90");
    writeFileSync(`${store}/config.json`, "{");
    expect((await call(["clean", "--yes"])).status).toBe(7);
    expect((await call(["doctor"])).status).toBe(1);
    expect((await call(["doctor", "--fix"])).status).toBe(0);
    expect((await json("config")).config.maxCount).toBe(100);
    for (const args of [["config", "x"], ["config", "maxCount", "many"], ["config", "maxCount", "-1"]]) {
      expect((await call(args)).status).toBe(2);
    }
  });

  test("doctor finds what a crash left, and puts it right", async () => {
    const { ok, call, store, file } = shelf();
    await ok("set", "a", "1");
    writeFileSync(file("ex--bad_12"), "");
    writeFileSync(file("ex--new_12"), `{"schema":99}`);
    writeFileSync(`${store}/sessions/ex--gone_12.session.lock`, "");
    writeFileSync(`${store}/archive/x--reset--2025-11-26T14-03-00Z--000.session.json`, "");
    const codes = async (...args: string[]) => {
      const { stdout } = await call(["doctor", "--json", ...args]);
      return JSON.parse(stdout).findings.map(({ code, fixed }: { code: string; fixed: boolean }) =>
        `${code} ${fixed}`
      ).sort();
    };
    expect(await codes()).toEqual(
      ["corrupt_record false", "newer_record false", "orphaned_lock false", "orphaned_reservation false"],
    );
    expect((await call(["doctor"])).status).toBe(1);
    expect(await codes("--fix")).toEqual(
      [
        "corrupt_record true",
        "newer_record false",
        "orphaned_lock true",
        "orphaned_reservation true",
        "quarantined_record false",
      ],
    );
    expect(await codes()).toEqual(["newer_record false", "quarantined_record false"]);
    expect(readFileSync(file("ex--new_12"), "utf8")).toBe(`{"schema":99}`);
  });
});

describe("the directory", () => {
  test("a link in its place and somebody else's are refused, one too open is tightened", async () => {
    const { call } = shelf();
    mkdirSync(`${home}/real`);
    symlinkSync(`${home}/real`, `${home}/link`);
    const at = (directory: string) => call(["set", "a", "1"], { env: { BERTH_HOME: directory } });
    expect(await at(`${home}/link`)).toMatchObject({
      status: 6,
      stderr: expect.stringContaining("symbolic link"),
    });
    expect(readdirSync(`${home}/real`)).toEqual([]);
    chmodSync(`${home}/real`, 0o770);
    expect(await at(`${home}/real`)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("mode 0770"),
    });
    expect(await at(`${home}/real`)).toMatchObject({ status: 0, stderr: "" });
    expect(await at("/proc/1")).toMatchObject({ status: expect.any(Number), stdout: "" });
    writeFileSync(`${home}/file`, "");
    expect(await at(`${home}/file`)).toMatchObject({
      status: 6,
      stderr: expect.stringContaining("no directory"),
    });
  });

  test("somebody else's is refused", async () => {
    const { call } = shelf();
    mkdirSync(`${home}/theirs`);
    const given = Bun.spawnSync(["chown", "nobody", `${home}/theirs`]);
    expect(given.success).toBe(true);
    expect(await call(["set", "a", "1"], { env: { BERTH_HOME: `${home}/theirs` } })).toMatchObject({
      status: 6,
      stderr: expect.stringContaining("belongs to user"),
    });
    expect(readdirSync(`${home}/theirs`)).toEqual([]);
  });

  test("where no place can be made, a private temporary one serves, with a warning", async () => {
    const { call } = shelf();
    const env = { BERTH_HOME: "", HOME: `${home}/file/home`, TMPDIR: home };
    writeFileSync(`${home}/file`, "");
    const set = await call(["set", "a", "1"], { env });
    expect(set).toMatchObject({ status: 0, stderr: expect.stringContaining("is lost when that is cleared") });
    expect((await call(["get", "a", "--quiet"], { env })).stdout).toBe("1\n");
    expect(existsSync(`${home}/berth-${process.getuid?.()}/sessions`)).toBe(true);
  });
});

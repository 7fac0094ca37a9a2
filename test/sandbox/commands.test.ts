/** `berth fs` and `berth lua`, as the binary that ships. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { updateSession } from "../../src/store/update.ts";
import { berth, type Result, root as checkout, run, until } from "../support/berth.ts";
import { type Field, makeField, SECRET } from "../support/field.ts";

setDefaultTimeout(60_000);

/** A store with one session whose project root is the field's root. */
async function makeSession(
  id = "ex--files_00",
): Promise<{ field: Field; home: string; id: string } & Disposable> {
  const field = makeField();
  const home = join(field.base, "home");
  mkdirSync(home, { mode: 0o700 });
  const store = openStore({ directory: home, environment: {}, command: "test" });
  await updateSession(store, id, (draft) => void (draft.project = { root: field.root }));
  return { field, home, id, [Symbol.dispose]: () => field[Symbol.dispose]() };
}

type Session = Awaited<ReturnType<typeof makeSession>>;

function call(
  { home }: Session,
  args: readonly string[],
  stdin?: string,
  program = [berth],
): Promise<Result> {
  const env = { BERTH_HOME: home };
  return run([...program, ...args], { env, ...stdin === undefined ? {} : { stdin } });
}

const done = (stdout: string, stderr = ""): Result => ({ stdout, stderr, status: 0 });

describe("berth fs", () => {
  test("write, read, list, stat, glob, mkdir, delete", async () => {
    using session = await makeSession();
    const { id, field } = session;
    expect(await call(session, ["fs", "write", id, "a/b.txt"], "héllo\n")).toEqual(
      done("", "Wrote a/b.txt\n"),
    );
    expect(readFileSync(join(field.root, "a/b.txt"), "utf8")).toBe("héllo\n");
    expect(await call(session, ["fs", "read", id, "a/b.txt"])).toEqual(done("héllo\n"));
    expect(await call(session, ["fs", "read", id, "a/b.txt", "--offset", "3", "--limit", "2"])).toEqual(
      done("ll"),
    );
    expect(await call(session, ["fs", "mkdir", id, "d", "-q"])).toEqual(done(""));
    expect(await call(session, ["fs", "list", id])).toEqual(done("a\nd\n"));
    expect(await call(session, ["fs", "glob", id, "**/*.txt", "-0"])).toEqual(done("a/b.txt\0"));
    expect(await call(session, ["fs", "glob", id, "*", "--in", "a"])).toEqual(done("a/b.txt\n"));
    const stat = await call(session, ["fs", "stat", id, "a/b.txt", "--json"]);
    expect(JSON.parse(stat.stdout)).toMatchObject({ schema: 1, path: "a/b.txt", type: "file", size: 7 });
    const list = await call(session, ["fs", "list", id, "a", "--json"]);
    expect(JSON.parse(list.stdout)).toMatchObject({
      schema: 1,
      entries: [{ path: "a/b.txt", type: "file", size: 7 }],
    });
    expect(await call(session, ["fs", "delete", id, "a/b.txt"])).toEqual(done("", "Deleted a/b.txt\n"));
    expect(readdirSync(join(field.root, "a"))).toEqual([]);
  });

  test("bytes are bytes, names are names", async () => {
    using session = await makeSession();
    const { id, field } = session;
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 256));
    for (const name of ["bin", "-rf", "a b\n😀"]) {
      execFileSync(berth, ["fs", "write", id, "--", name], {
        input: bytes,
        env: { BERTH_HOME: session.home },
        stdio: "pipe",
      });
      expect(readFileSync(join(field.root, name)).equals(bytes)).toBe(true);
      const read = execFileSync(berth, ["fs", "read", id, "--", name], { env: { BERTH_HOME: session.home } });
      expect(read.equals(bytes)).toBe(true);
    }
  });

  test("ways out end with a code and exit status 6, and nothing happens", async () => {
    using session = await makeSession();
    const { id, field } = session;
    symlinkSync(field.outside, join(field.root, "out"));
    const before = field.snapshot();
    const ways = [
      ["../outside/secret.txt", "path_escapes_boundary"],
      ["..%2foutside%2fsecret.txt", "path_escapes_boundary"],
      [`${field.base}/root-sibling/secret.txt`, "path_outside_boundary"],
      ["/etc/passwd", "path_outside_boundary"],
      ["out/secret.txt", "symlink_escapes_boundary"],
      ["/proc/self/root/etc/passwd", "path_outside_boundary"],
    ] as const;
    for (const [path, code] of ways) {
      for (const operation of ["read", "write", "stat", "delete", "list", "mkdir"]) {
        const { stdout, stderr, status } = await call(
          session,
          ["fs", operation, id, path, "--json"],
          "attack",
        );
        expect([operation, path, JSON.parse(stderr).error.code, status, stdout]).toEqual([
          operation,
          path,
          code,
          6,
          "",
        ]);
      }
    }
    expect(field.snapshot()).toBe(before);
  });

  test("what is typed wrongly, and a session without a root", async () => {
    using session = await makeSession();
    const { id } = session;
    expect(await call(session, ["fs", "raed", id, "x"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"read"'),
    });
    expect(await call(session, ["fs", "read", id])).toMatchObject({ status: 2 });
    expect(await call(session, ["fs", "read", id, "a", "b"])).toMatchObject({ status: 2 });
    expect(await call(session, ["fs", "read", id, "a", "--offset", "x"])).toMatchObject({ status: 2 });
    expect(await call(session, ["fs", "read", "nobody", "x"])).toMatchObject({ status: 3 });
    expect(await call(session, ["fs", "read", id, "nope"])).toMatchObject({ status: 1, stdout: "" });
    await call(session, ["lua", "ex--bare_00", "-e", "x = 1", "--session-id", "ex--bare"]);
    const bare = await call(session, ["fs", "list", "ex--bare_91", "--session-id", "bare"]);
    expect(bare.stderr).not.toBe("");
  });

  test("--root serves a session that has none, and overrides no session's own", async () => {
    using session = await makeSession();
    const { id, field, home } = session;
    writeFileSync(join(field.outside, "mine"), "x");
    const label = ["--session-id", "rootless"];
    const other = (await run([berth, "id", ...label], { env: { BERTH_HOME: home } })).stdout.trim();
    const none = await call(session, ["fs", "list", other, ...label]);
    expect([none.status, none.stderr]).toEqual([6, expect.stringContaining("has no project root")]);
    expect((await call(session, ["fs", "list", other, ...label, "--root", field.outside])).stdout).toBe(
      "mine\nsecret.txt\n",
    );
    expect((await call(session, ["fs", "list", other, ...label, "--root", "/", "--json"])).stderr).toContain(
      "root_confines_nothing",
    );
    expect((await call(session, ["fs", "list", id, "--root", field.outside, "--json"])).stderr).toContain(
      "root_is_fixed",
    );
  });

  test("--root may say what the session says", async () => {
    using session = await makeSession();
    const { id, field, home } = session;
    const { status } = await run([berth, "fs", "list", id, "--root", "."], {
      cwd: field.root,
      env: { BERTH_HOME: home },
    });
    expect(status).toBe(0);
  });

  test("a worktree is the root where there is one", async () => {
    using session = await makeSession();
    const { field, home } = session;
    const worktree = join(field.root, ".worktrees/one");
    mkdirSync(worktree, { recursive: true });
    writeFileSync(join(field.root, "main.txt"), SECRET);
    const store = openStore({ directory: home, environment: {}, command: "test" });
    await updateSession(store, "uuid--w", (draft) => void (draft.project = { root: field.root, worktree }));
    expect((await call(session, ["fs", "list", "uuid--w"])).stdout).toBe("");
    expect(await call(session, ["fs", "read", "uuid--w", "../../main.txt"])).toMatchObject({
      status: 6,
      stdout: "",
    });
  });
});

describe("berth lua", () => {
  test("state from process to process, what is dropped, print to standard error", async () => {
    using session = await makeSession();
    const { id } = session;
    const code = "n = (n or 0) + 1; f = print; print('at', n); return n, {n}";
    expect(await call(session, ["lua", id, "-e", code])).toEqual(
      done("1\n[1]\n", "at\t1\nberth: not kept: f: a function cannot be kept\n"),
    );
    const json = await call(session, ["lua", id, "-e", code, "--json"]);
    expect([JSON.parse(json.stdout), json.stderr, json.status]).toEqual([
      {
        schema: 1,
        id,
        values: [2, [2]],
        output: "at\t2\n",
        kept: ["n"],
        dropped: [{ name: "f", reason: "a function cannot be kept" }],
      },
      "",
      0,
    ]);
    expect(await call(session, ["lua", id, "--show"])).toEqual(done("n = 2\n"));
    expect(JSON.parse((await call(session, ["lua", id, "--show", "--json"])).stdout)).toMatchObject({
      globals: { n: 2 },
      bytes: 7,
    });
    await call(session, ["lua", id, "-e", "constructor = 'data'"]);
    expect(await call(session, ["lua", id, "--show"])).toEqual(done('constructor = "data"\nn = 2\n'));
    await call(session, ["lua", id, "-e", "constructor = nil"]);
    expect(await call(session, ["lua", id, "--reset"])).toEqual(done("", "Forgot 7 bytes of Lua state\n"));
    expect(await call(session, ["lua", id, "-e", "return n"])).toEqual(done("nil\n"));
  });

  test("scripts from a file and from standard input, with the session's files", async () => {
    using session = await makeSession();
    const { id, field } = session;
    const file = join(field.base, "job.lua");
    writeFileSync(file, "#!/bin/berth\nberth.write_file('made', 'by lua')\nerror('line 3')\n");
    expect(await call(session, ["lua", id, file])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${file}:3: line 3`),
    });
    expect(readFileSync(join(field.root, "made"), "utf8")).toBe("by lua");
    expect(await call(session, ["lua", id, "-"], "return berth.read_file('made')")).toEqual(done("by lua\n"));
    expect(await call(session, ["lua", id, "-e", "return select(3, berth.read_file('../x'))"])).toEqual(
      done("path_escapes_boundary\n"),
    );
  });

  test("each limit has its own code; the state stays as it was", async () => {
    using session = await makeSession();
    const { id } = session;
    await call(session, ["lua", id, "-e", "x = 'before'"]);
    const limits = [
      ["x = 1 while true do end", ["--timeout", "0.5"], "lua_time_limit"],
      ["x = 1 local t = {} while true do t[#t + 1] = {} end", ["--memory", "4MB"], "lua_memory_limit"],
      ["x = 1 while true do print(('x'):rep(10000)) end", [], "lua_output_limit"],
      ["x = ('y'):rep(300000)", [], "lua_state_limit"],
      ["x = 1 error('no')", [], "lua_error"],
    ] as const;
    for (const [code, options, wanted] of limits) {
      const { stderr, status } = await call(session, ["lua", id, "-e", code, ...options, "--json"]);
      expect([JSON.parse(stderr.trim().split("\n").at(-1) ?? "").error.code, status]).toEqual([wanted, 1]);
    }
    expect(await call(session, ["lua", id, "-e", "return x"])).toEqual(done("before\n"));
  });

  test("state that no script can have left is refused, kept, and can be reset", async () => {
    using session = await makeSession();
    const { id, home } = session;
    const store = openStore({ directory: home, environment: {}, command: "test" });
    for (
      const text of [
        '{"a": {"constructor": 1}}',
        '{"a": {"$lua": "integer", "value": "x"}}',
        '{"__proto__": 1}',
      ]
    ) {
      await updateSession(store, id, (draft) => void (draft.lua = { globals: JSON.parse(text), bytes: 1 }));
      const { status, stderr } = await call(session, ["lua", id, "-e", "1", "--json"]);
      expect([status, JSON.parse(stderr).error.code]).toEqual([7, "corrupt_lua_state"]);
    }
    expect((await call(session, ["lua", id, "--reset"])).status).toBe(0);
    expect(await call(session, ["lua", id, "-e", "1"])).toEqual(done("1\n"));
  });

  test("a file may begin with a byte order mark, and with a line for the shell behind it", async () => {
    using session = await makeSession();
    const script = join(session.field.base, "marked.lua");
    writeFileSync(script, "\ufeff#!/usr/bin/env lua\nreturn select(2, pcall(error, 'here'))");
    expect(await call(session, ["lua", session.id, script])).toMatchObject({ status: 0, stdout: "here\n" });
  });

  test("nothing that a terminal obeys comes from a script's error or its names", async () => {
    using session = await makeSession();
    const attack = String.raw`error("\27[2J\u{9b}31m\u{202e}\nsecond line")`;
    const { stderr } = await call(session, ["lua", session.id, "-e", attack]);
    expect(stderr).toContain(String.raw`code:1: \u001b[2J\u009b31m\u202e` + "\nsecond line");
    const named = await call(session, ["lua", session.id, "-e", String.raw`_G["\u{9b}2J"] = print`]);
    expect(named.stderr).toContain(String.raw`not kept: ["\u009b2J"]: `);
  });

  test("without descriptors or processes to start it with, that is said", async () => {
    using session = await makeSession();
    for (const limit of ["-n 8", "-n 12"]) {
      const command = `ulimit ${limit}; exec ${berth} lua ${session.id} -e 1`;
      expect(await run(["bash", "-c", command], { env: { BERTH_HOME: session.home } })).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          /^berth: Cannot start a process for the script: [A-Z]+\n {2}hint: Raise .*\n$/,
        ),
      });
    }
  });

  test("options that make no sense are usage errors", async () => {
    using session = await makeSession();
    const { id } = session;
    for (
      const args of [
        ["-e", "1", "file"],
        [],
        ["-e", ""],
        ["-e", "1", "--timeout", "0"],
        ["-e", "1", "--timeout", "-1"],
        ["-e", "1", "--memory", "10"],
        ["-e", "1", "--memory", "lots"],
        ["a", "b"],
      ]
    ) {
      expect(await call(session, ["lua", id, ...args])).toMatchObject({ status: 2, stdout: "" });
    }
    expect(await call(session, ["lua", id, "/nope.lua"])).toMatchObject({ status: 1 });
  });

  test("two calls at once on one session: one after the other, nothing lost", async () => {
    using session = await makeSession();
    const { id } = session;
    const code = "n = (n or 0) + 1 for _ = 1, 1e6 do end return n";
    const all = await Promise.all(
      Array.from({ length: 6 }, () => call(session, ["lua", id, "-e", code, "--wait", "40"])),
    );
    expect(all.map(({ stdout }) => stdout.trim()).sort()).toEqual(["1", "2", "3", "4", "5", "6"]);
  });

  test("a script that runs is waited for with a limit, and holds up nothing but other scripts", async () => {
    using session = await makeSession();
    const { id, field } = session;
    const first = call(session, [
      "lua",
      id,
      "-e",
      "berth.write_file('running', '') while true do end",
      "--timeout",
      "8",
    ]);
    await until("the first script", () => readdirSync(field.root).includes("running") || undefined);
    const second = await call(session, ["lua", id, "-e", "1", "--wait", "0.1", "--json"]);
    expect([second.status, JSON.parse(second.stderr).error.code]).toEqual([5, "locked"]);
    const store = openStore({ directory: session.home, environment: {}, command: "test" });
    await updateSession(store, id, (draft) => void (draft.sharedState.free = true), { waitMs: 2000 });
    expect((await first).status).toBe(1);
  });

  test("a hostile environment reaches neither parent nor child", async () => {
    using session = await makeSession();
    const hostile = realpathSync(mkdtempSync(join(tmpdir(), "berth-hostile-")));
    writeFileSync(join(hostile, "evil.ts"), "require('node:fs').writeFileSync(process.env.MARK, 'ran')");
    writeFileSync(join(session.field.root, "bunfig.toml"), `preload = ["${hostile}/evil.ts"]`);
    writeFileSync(join(session.field.root, ".env"), "BUN_OPTIONS=--version");
    const { stdout } = await run([berth, "lua", session.id, "-e", "'fine'"], {
      cwd: session.field.root,
      env: {
        BERTH_HOME: session.home,
        MARK: join(hostile, "mark"),
        LUA_INIT: "error('no')",
        LUA_PATH: hostile,
      },
    });
    expect([stdout, readdirSync(hostile)]).toEqual(["fine\n", ["evil.ts"]]);
    rmSync(hostile, { recursive: true });
  });

  test("the child's word is no command: without a request it ends", async () => {
    const { stdout, status } = await run([berth, "internal:lua-child"], { stdin: "" });
    expect([stdout, status === 0]).toEqual(["", false]);
  });

  test.each([
    ["bun", [process.execPath, join(checkout, "src/main.ts")]],
    ["deno", [join(checkout, "node_modules/.bin/deno"), "run", "-A", join(checkout, "src/main.ts")]],
  ])("the source under %s does the same", async (_, program) => {
    using session = await makeSession();
    const { id } = session;
    await call(session, ["fs", "write", id, "x.txt"], "text", program);
    // What is written to the project is not loaded by the runtime that runs the script.
    await call(session, ["fs", "write", id, "bunfig.toml"], 'preload = ["./evil.ts"]', program);
    await call(session, ["fs", "write", id, "evil.ts"], "process.exit(9)", program);
    const code = "n = (n or 41) + 1 return n, berth.read_file('x.txt'), (select(3, berth.read_file('../x')))";
    expect(await call(session, ["lua", id, "-e", code], undefined, program)).toEqual(
      done("42\ntext\npath_escapes_boundary\n"),
    );
    const endless = await call(
      session,
      ["lua", id, "-e", "while true do end", "--timeout", "0.5", "--json"],
      undefined,
      program,
    );
    expect(JSON.parse(endless.stderr).error.code).toBe("lua_time_limit");
  });
});

test.each([
  ["bun", [process.execPath]],
  ["deno", [join(checkout, "node_modules/.bin/deno"), "run", "-A"]],
])("the library under %s: files and Lua without a command", async (_, program) => {
  using field = makeField();
  const script = join(field.base, "program.ts");
  writeFileSync(
    script,
    `import { projectRoot, readFile, runLua, writeFile } from ${JSON.stringify(join(checkout, "src/mod.ts"))};
    const root = await projectRoot(${JSON.stringify(field.root)});
    writeFile(root, "x", new TextEncoder().encode("text"));
    const code = "return berth.read_file('x')";
    const { values } = await runLua({ code, file: null, root, session: "ex--lib_00", globals: {} });
    console.log(values[0], readFile(root, "x").size);
    root[Symbol.dispose]();`,
  );
  const config = program.length > 1 ? ["--config", join(checkout, "deno.json")] : [];
  expect(await run([...program, ...config, script])).toEqual(done("text 4\n"));
});

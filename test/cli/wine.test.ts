/**
 * The compiled `.exe` in real consoles, under Wine. Every group opens a console with a window (or several), types
 * command lines at a cmd.exe in it and compares the IDs.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playback } from "../../src/facts/recording.ts";
import { deps as realMeans } from "../../src/identity/dependencies.ts";
import { resolve } from "../../src/identity/resolve.ts";
import { berth as berthBinary, root, run, until } from "../support/berth.ts";
import { Wine } from "../support/wine.ts";

const directory = realpathSync(mkdtempSync(join(tmpdir(), "berth-wine-")));
let wine: Wine;

beforeAll(async () => {
  wine = await Wine.start(directory);
}, 240_000);
afterAll(async () => {
  // Where the start failed there is nothing to stop. Wine writes its registry down when it ends, so that comes first.
  await (wine as Wine | undefined)?.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

/** Milliseconds; a test takes a few seconds, twenty times as long on a machine with other work. */
const LIMIT = 240_000;
const FOUND = /^anchor--[0-9a-f]{64}$/;

/** Expect every line to have the first one's ID, and that one to be an anchor's. */
function expectOne(ids: Readonly<Record<string, string>>): void {
  const [first = ""] = Object.values(ids);
  expect(first).toMatch(FOUND);
  for (const [name, id] of Object.entries(ids)) expect(`${name}: ${id}`).toBe(`${name}: ${first}`);
}

describe("one console is one session", () => {
  test("what cmd.exe runs by itself", async () => {
    mkdirSync(join(wine.work, "shim"), { recursive: true });
    writeFileSync(join(wine.work, "shim", "tool.cmd"), `@"%~dp0..\\berth.exe" %*\r\n`);
    writeFileSync(join(wine.work, "outer.bat"), "@call inner.bat %1\r\n");
    writeFileSync(join(wine.work, "inner.bat"), "@berth id > %1\r\n");
    copyFileSync(join(wine.work, "berth.exe"), join(wine.work, "renamed.exe"));
    expectOne(
      await wine.type({
        "prompt": "berth id > {out}",
        "again": "berth id > {out}",
        "cmd /c": "cmd /c berth id > {out}",
        "cmd /c, redirected inside": 'cmd /c "berth id > {out}"',
        "cmd in cmd": 'cmd /c cmd /c "berth id > {out}"',
        "interactive cmd in cmd": 'cmd /k "berth id > {out} & exit"',
        "batch in batch": "call outer.bat {out}",
        "npm's shim": "call shim\\tool.cmd id > {out}",
        "renamed": "renamed id > {out}",
        "for /f": "for /f %%i in ('berth id') do @echo %%i> {out}",
        "pipe": 'berth id | find "anchor" > {out}',
        "end of a pipe": "echo x| berth id > {out}",
        "all streams redirected": "berth id > {out} 2> nul < nul",
        "start /b": "start /b /wait berth id > {out}",
        "explain": "berth explain --json > {out}",
      }),
    );
  }, LIMIT);

  test("consoles without a window, and none, lead to the one they were started from", async () => {
    expectOne(
      await wine.type({
        "prompt": "berth id > {out}",
        "no window": "launch --no-window {out} berth id",
        "no window, cmd /c": "launch --no-window {out} cmd /c berth id",
        "no window, twice": "launch --no-window - launch --no-window {out} berth id",
        "no window, streams of the parent": "launch --no-window --inherit {out} berth id",
        "no window, no streams given": "launch --no-window --no-handles - cmd /c berth id ^> {out}",
        "detached": "launch --detached {out} berth id",
        "detached, cmd /c, a console of its own": "launch --detached nul cmd /c launch {out} berth id",
        "detached in no window": "launch --no-window nul launch --detached {out} berth id",
        "new group": "launch --new-group {out} berth id",
        "new group, no window": "launch --new-group --no-window {out} cmd /c berth id",
      }),
    );
  }, LIMIT);

  test("a pseudoconsole for one command is its maker's", async () => {
    expectOne(
      await wine.type({
        "prompt": "berth id > {out}",
        "cmd /c": "pseudoconsole {out} cmd /c berth id",
        "cmd /c, to a file": "pseudoconsole nul cmd /c berth id ^> {out}",
        "the program itself": "pseudoconsole {out} berth id",
        "one in another": "pseudoconsole nul pseudoconsole {out} cmd /c berth id",
        "in no window": "launch --no-window {out} pseudoconsole nul cmd /c berth id",
        "no window in one": "pseudoconsole nul launch --no-window {out} cmd /c berth id",
      }),
    );
  }, LIMIT);

  test("below a parent that is gone, and one that hangs", async () => {
    const wait = "ping -n 2 127.0.0.1 > nul";
    expectOne(
      await wine.type({
        "prompt": "berth id > {out}",
        "orphan": `launch --orphan {out} cmd /c "${wait} & berth id"`,
        "hung parent": `start /b launch --hang {out} cmd /c "berth id"`,
        "later": `ping -n 4 127.0.0.1 > nul & berth id > {out}`,
        "end": "taskkill /f /im launch.exe > nul & berth id > {out}",
      }),
    );
  }, LIMIT);
});

describe("another console is another session", () => {
  test("windows, pseudoconsoles with a prompt, and one console after the other", async () => {
    const script = {
      "prompt": "berth id > {out}",
      "start": "start /wait cmd /c berth id ^> {out}",
      "start cmd /k": 'start /wait cmd /k "berth id > {out} & exit"',
      "new console": 'launch --new-console nul cmd /k "berth id > {out} & exit"',
      "prompt in a pseudoconsole": "pseudoconsole nul cmd /k berth id ^> {out} ^& exit",
    };
    const ids = [...Object.values(await wine.type(script)), ...Object.values(await wine.type(script))];
    for (const id of ids) expect(id).toMatch(FOUND);
    expect(new Set(ids).size).toBe(ids.length);
  }, LIMIT);

  test("two windows at the same time", async () => {
    const [one, two] = await Promise.all([
      wine.type({ prompt: "berth id > {out}", later: "ping -n 3 127.0.0.1 > nul & berth id > {out}" }),
      wine.type({ prompt: "berth id > {out}", later: "ping -n 3 127.0.0.1 > nul & berth id > {out}" }),
    ]);
    expectOne(one);
    expectOne(two);
    expect(one.prompt).not.toBe(two.prompt);
  }, LIMIT);

  test("a binding that leaked into another window is not believed", async () => {
    const bind =
      "for /f \"skip=1 delims=\" %%i in ('berth id --bind') do @if not defined BERTH_SESSION_BIND set BERTH_SESSION_BIND=%%i";
    const ids = await wine.type({
      "prompt": "berth id > {out}",
      "bind": `${bind}\r\nberth id > {out}`,
      "other window": 'start /wait cmd /k "berth id > {out} & exit"',
    });
    expect(ids.bind).toBe(ids.prompt);
    expect(ids["other window"]).toMatch(FOUND);
    expect(ids["other window"]).not.toBe(ids.prompt);
  }, LIMIT);
});

test("what the documentation tells users of cmd.exe to put into AutoRun", async () => {
  const page = readFileSync(join(root, "docs", "windows.md"), "utf8");
  const [, block = ""] = /```bat\n(@if defined BERTH_AUTORUN[^]*?)```/.exec(page) ?? [];
  writeFileSync(join(wine.work, "autorun.cmd"), block.replaceAll("\n", "\r\n"));
  // Wine's cmd.exe knows no AutoRun, so it is called.
  const ids = await wine.type({
    "prompt": "berth id > {out}",
    "variable": "call autorun.cmd\r\necho %BERTH_SESSION_ID%> {out}",
    "left behind": "set BERTH > nul & echo %BERTH_AUTORUN%%BERTH_LINE%> left.txt & berth id > {out}",
  });
  expectOne(ids);
  expect(readFileSync(join(wine.work, "left.txt"), "utf8").trim()).not.toContain("1");
}, LIMIT);

test("a recording decides the same here as there", async () => {
  const ids = await wine.type({
    "prompt": "berth id > {out}",
    "recorded": "launch --no-window {out} cmd /c berth explain --record machine.json",
    "in a pseudoconsole": "pseudoconsole {out} cmd /c berth explain --record pseudo.json",
  });
  expectOne(ids);
  for (const file of ["machine.json", "pseudo.json"]) {
    const text = readFileSync(join(wine.work, file), "utf8");
    expect(text).not.toContain("explain");
    const deps = { ...realMeans({ sha256: (text) => Bun.SHA256.hash(text, "hex") }), randomUuid: () => "" };
    expect(resolve(playback(JSON.parse(text)), { scope: "session" }, deps).id).toBe(ids.prompt);
  }
}, LIMIT);

describe("without a console", () => {
  test("nothing outlives the command: a random ID, refused by --strict", async () => {
    const { stdout, status } = await wine.run(["berth.exe", "id"]);
    expect(stdout).toMatch(/^uuid--[0-9a-f-]{36}\n$/);
    expect(status).toBe(0);
    const strict = await wine.run(["berth.exe", "id", "--strict"]);
    expect({ stdout: strict.stdout, status: strict.status }).toEqual({ stdout: "", status: 4 });
    expect(strict.stderr).toContain("No stable session here");
  }, LIMIT);

  test("a label is a label", async () => {
    const { stdout } = await wine.run(["berth.exe", "id", "--session-id", "session-日本語"]);
    expect(stdout).toBe("ex--session-____045a79497d6607c7\n");
    const env = { BERTH_SESSION: "C:\\Users\\hack" };
    expect((await wine.run(["berth.exe", "id"], { env })).stdout).toBe(
      "ex--C__Users_hack_a45202fda6ac99f2\n",
    );
  }, LIMIT);

  test("a job is one session, two are two", async () => {
    const job = async (name: string): Promise<string[]> => {
      writeFileSync(
        join(wine.work, `${name}.bat`),
        `@berth id > ${name}1.txt\r\n@cmd /c berth id > ${name}2.txt\r\n`,
      );
      await wine.run(["cmd", "/c", `${name}.bat`]);
      return [wine.id(`${name}1.txt`), wine.id(`${name}2.txt`)];
    };
    const [one, two] = [await job("job-a"), await job("job-b")];
    expectOne({ one: one[0] ?? "", again: one[1] ?? "" });
    expectOne({ two: two[0] ?? "", again: two[1] ?? "" });
    expect(one[0]).not.toBe(two[0]);
  }, LIMIT);
});

describe("state", () => {
  const env = (name: string) => ({
    BERTH_HOME: `Z:${join(directory, "state ü 名前", name).replaceAll("/", "\\")}`,
    BERTH_SESSION: name,
  });
  const berth = (name: string, ...args: string[]) => wine.run(["berth.exe", ...args], { env: env(name) });

  test("is the terminal's, whoever in it asks", async () => {
    await wine.type({
      "set": "berth set greeting hello",
      "set behind a console without a window": "launch --no-window nul cmd /c berth set from agent",
      "get": "berth get greeting > state-1.txt & launch --no-window state-2.txt berth get greeting",
      "get what the agent set": "cmd /c berth get from > state-3.txt",
      "another": 'start /wait cmd /k "berth get greeting > state-4.txt & exit"',
    });
    const files = [1, 2, 3, 4].map((n) => readFileSync(join(wine.work, `state-${n}.txt`), "utf8"));
    expect(files).toEqual(["hello\n", "hello\n", "agent\n", ""]);
  }, LIMIT);

  test("a place with spaces and letters of other scripts", async () => {
    expect(await berth("CON", "set", "k", "Ω 名前")).toEqual({
      stdout: "",
      stderr: expect.any(String),
      status: 0,
    });
    expect((await berth("CON", "get", "k")).stdout).toBe("Ω 名前\n");
    const path = (await berth("CON", "path")).stdout.trim();
    expect(path).toEndWith(".session.json");
    expect(path).not.toContain("/");
    expect(await wine.run(["cmd", "/c", "dir", "/b", path])).toMatchObject({ status: 0 });
    const { stdout } = await berth("CON", "list", "--json");
    const listed = JSON.parse(stdout);
    expect({ damaged: listed.damaged, ids: listed.sessions.map(({ id }: { id: string }) => id) })
      .toEqual({ damaged: [], ids: [expect.stringMatching(/^ex--CON_/)] });
  }, LIMIT);

  test("eight processes count, and every one counts", async () => {
    const rounds = 5;
    const worker = async () => {
      for (let round = 0; round < rounds; round++) {
        const { status, stderr } = await berth("count", "incr", "n", "--wait", "30");
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect((await berth("count", "get", "n")).stdout).toBe(`${8 * rounds}\n`);
  }, LIMIT);

  test("a writer that is killed leaves the old content or the new", async () => {
    const filler = "x".repeat(20_000);
    await berth("killed", "set", "k", `0${filler}`);
    for (let round = 1; round <= 12; round++) {
      const child = Bun.spawn(["wine", "berth.exe", "set", "k", `${round}${filler}`], {
        cwd: wine.work,
        env: wine.env(env("killed")),
        stdio: ["ignore", "ignore", "ignore"],
      });
      // Spread over what a write takes here, from before it to after it.
      await Bun.sleep(20 + 12 * round);
      child.kill("SIGKILL");
      await child.exited;
      const { stdout, status } = await berth("killed", "get", "k");
      expect(status).toBe(0);
      expect(stdout).toMatch(/^\d+x{20000}\n$/);
    }
    expect((await berth("killed", "set", "k", "last")).status).toBe(0);
    expect((await berth("killed", "get", "k")).stdout).toBe("last\n");
  }, LIMIT);

  test("a virus scanner that has a file of the store open only delays a write", async () => {
    await berth("scanned", "set", "k", "0");
    const record = (await berth("scanned", "path")).stdout.trim();
    for (const file of [record, record.replace(/json$/, "lock")]) {
      const scanner = Bun.spawn(["wine", "hold", file, "400"], {
        cwd: wine.work,
        env: wine.env(),
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      });
      const { value } = await scanner.stdout.getReader().read();
      expect(new TextDecoder().decode(value).trim()).toBe("held");
      expect(await berth("scanned", "set", "k", file)).toMatchObject({ status: 0, stderr: "" });
      expect(await scanner.exited).toBe(0);
      expect((await berth("scanned", "get", "k")).stdout).toBe(`${file}\n`);
    }
  }, LIMIT);

  test("a reader that holds the file open only delays a write", async () => {
    await berth("read", "set", "k", "0");
    const readers = Array.from({ length: 3 }, async () => {
      for (let round = 0; round < 6; round++) {
        const read = await berth("read", "get", "k");
        expect(read).toEqual({ stdout: expect.stringMatching(/^\d+\n$/), stderr: "", status: 0 });
      }
    });
    for (let round = 1; round <= 6; round++) {
      expect(await berth("read", "set", "k", String(round))).toMatchObject({ stderr: "", status: 0 });
    }
    await Promise.all(readers);
    expect((await berth("read", "get", "k")).stdout).toBe("6\n");
  }, LIMIT);
});

/** A hook without the path of the program that printed it. */
const withoutPath = (text: string): string => text.replace(/[^' ]*\/berth(?:\.exe)?(?=['\s])/g, "BERTH");

describe("the other commands", () => {
  const env = { BERTH_HOME: `Z:${join(directory, "others").replaceAll("/", "\\")}`, BERTH_SESSION: "others" };
  const berth = (...args: string[]) => wine.run(["berth.exe", ...args], { env });

  test("files stay inside of the root, by every spelling of Windows", async () => {
    mkdirSync(join(wine.work, "project", "sub"), { recursive: true });
    writeFileSync(join(wine.work, "project", "sub", "a.txt"), "inside\n");
    writeFileSync(join(wine.work, "outside.txt"), "outside\n");
    await berth("set", "k", "v");
    const read = (path: string) => berth("fs", "read", "others", path, "--root", "project");
    for (const path of ["sub/a.txt", "sub\\a.txt", "sub\\..\\sub\\a.txt"]) {
      expect(await read(path)).toEqual({ stdout: "inside\n", stderr: "", status: 0 });
    }
    const away = `Z:${join(wine.work, "outside.txt").replaceAll("/", "\\")}`;
    for (
      const path of ["..\\outside.txt", "../outside.txt", "sub\\..\\..\\outside.txt", away, `\\\\?\\${away}`]
    ) {
      const { stdout, status } = await read(path);
      expect({ path, stdout, refused: status === 6 || status === 2 }).toEqual({
        path,
        stdout: "",
        refused: true,
      });
    }
    for (const path of ["CON", "sub\\nul.txt", "a.txt:stream", "C:a.txt"]) {
      expect([path, (await berth("fs", "write", "others", path, "--root", "project")).status]).not.toEqual([
        path,
        0,
      ]);
    }
  }, LIMIT);

  test("Lua keeps its state, and a script without an end is ended", async () => {
    await berth("set", "k", "v");
    const lua = (code: string, ...more: string[]) => berth("lua", "others", "-e", code, ...more);
    expect((await lua("n = (n or 0) + 1; return n")).stdout).toBe("1\n");
    expect((await lua("n = (n or 0) + 1; return n")).stdout).toBe("2\n");
    expect((await lua("n = 9; while true do end", "--timeout", "1")).status).not.toBe(0);
    expect((await lua("return n")).stdout).toBe("2\n");
  }, LIMIT);

  test("the hooks are those of every system", async () => {
    for (const shell of ["pwsh", "bash"]) {
      const here = await run([berthBinary, "init", shell]);
      const { stdout, ...ended } = await berth("init", shell);
      expect(ended).toEqual({ stderr: "", status: 0 });
      expect(withoutPath(stdout)).toBe(withoutPath(here.stdout));
    }
  }, LIMIT);
});

describe("where the program lies and is run", () => {
  test("paths with spaces and letters of other scripts", async () => {
    const place = join(wine.work, "Мои файлы ü 名前");
    mkdirSync(place, { recursive: true });
    copyFileSync(join(wine.work, "berth.exe"), join(place, "my berth.exe"));
    const lines = { "prompt": '"my berth" id > {out}', "by its path": '"%CD%\\my berth.exe" id > {out}' };
    expectOne(await wine.type(lines, place));
  }, LIMIT);

  test("a directory that wants to be loaded", async () => {
    const place = join(wine.work, "hostile");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "evil.ts"), `console.log("evil"); process.exit(66);\n`);
    writeFileSync(join(place, "bunfig.toml"), `preload = ["./evil.ts"]\n`);
    writeFileSync(join(place, ".env"), "BERTH_SESSION=evil\n");
    writeFileSync(join(place, "tsconfig.json"), `{"compilerOptions":{"paths":{"*":["./evil.ts"]}}}\n`);
    const { stdout, stderr, status } = await wine.run(["..\\berth.exe", "id"], { cwd: place });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(stdout).toMatch(/^uuid--/);
  }, LIMIT);
});

test("a terminal of Unix with a Windows shell in it is a console as well", async () => {
  writeFileSync(
    join(wine.work, "unix.bat"),
    "@berth id > unix1.txt\r\n@cmd /c berth id > unix2.txt\r\n@exit\r\n",
  );
  const child = Bun.spawn(["wine", "cmd", "/c", "unix.bat"], {
    cwd: wine.work,
    env: wine.env({ TERM: "xterm" }),
    terminal: { cols: 80, rows: 25 },
  });
  await child.exited;
  const ids = await until("both files", () => {
    const found = { one: wine.id("unix1.txt"), two: wine.id("unix2.txt") };
    return FOUND.test(found.two) ? found : undefined;
  });
  expectOne(ids);
}, LIMIT);

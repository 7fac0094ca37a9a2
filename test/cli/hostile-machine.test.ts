import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { berth, cleanEnv, directory, type Result, run, scratch } from "../support/berth.ts";

const home = scratch();
chmodSync(home, 0o755);
const isRoot = process.getuid?.() === 0;
/** A mount namespace of our own; who is not root needs a user namespace for it, and a PID namespace to mount /proc. */
const UNSHARE = isRoot ? ["unshare", "-m"] : ["unshare", "-r", "-m", "-p", "-f"];
const NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups";

const sh = (script: string, env: Record<string, string> = {}): Promise<Result> =>
  run(["bash", "-c", script], { env: { B: berth, HERE: home, ...env }, limit: 15_000 });

const TRACE = /^\s+at |panic|Segmentation|oh no/m;

describe("streams that are closed, full or gone:", () => {
  test("closed ones change nothing", async () => {
    const { stdout: id } = await sh('"$B" id');
    expect(await sh('"$B" id <&-')).toEqual({ stdout: id, stderr: "", status: 0 });
    expect(await sh('"$B" id 2>&-')).toEqual({ stdout: id, stderr: "", status: 0 });
    expect(await sh('"$B" id <&- 2>&-')).toEqual({ stdout: id, stderr: "", status: 0 });
    for (const close of ["<&- >&- 2>&-", ">&-", ">&- 2>&-"]) {
      expect(await sh(`"$B" id ${close}`)).toEqual({ stdout: "", stderr: "", status: 0 });
    }
    expect((await sh('"$B" frobnicate <&- >&- 2>&-')).status).toBe(2);
  });

  test("a reader that is gone is no failure and nothing is said", async () => {
    for (const command of ["id", "id --json", "explain", "help", "help errors", "doctor", "version"]) {
      const { stdout, stderr, status } = await sh(`
        mkfifo "$HERE/pipe"; exec 3<>"$HERE/pipe" 4>"$HERE/pipe" 3<&-
        "$B" ${command} >&4; echo $?; rm "$HERE/pipe"`);
      expect([command, stdout, stderr, status]).toEqual([command, "0\n", "", 0]);
      const piped = await sh(`set -o pipefail; "$B" ${command} | true`);
      expect([command, piped.stderr, piped.status]).toEqual([command, "", 0]);
      const cut = await sh(`set -o pipefail; "$B" ${command} | head -c0`);
      expect([command, cut.stderr, cut.status]).toEqual([command, "", 0]);
    }
  });

  test("a full disk behind stdout is a failure with its status", async () => {
    for (const command of ["id", "id --json", "explain", "help", "version"]) {
      const { stderr, status } = await sh(`"$B" ${command} >/dev/full`);
      expect([command, status]).toEqual([command, 1]);
      expect(stderr).toContain("Cannot write to standard output: ENOSPC");
    }
  });

  test("a full disk behind stderr, or both, changes no status", async () => {
    expect((await sh('"$B" frobnicate 2>/dev/full')).status).toBe(2);
    expect((await sh('"$B" id 2>/dev/full')).status).toBe(0);
    expect((await sh('"$B" id >/dev/full 2>/dev/full')).status).toBe(1);
  });

  test("a reader that is slow gets everything, once", async () => {
    const { stdout } = await sh('"$B" help errors | { sleep 0.3; cat; }');
    expect(stdout).toBe((await sh('"$B" help errors')).stdout);
  });
});

describe("a process table that shows little:", () => {
  const inNamespace = (script: string) =>
    run([...UNSHARE, "bash", "-c", script], { env: { B: berth, HERE: home }, limit: 15_000 });

  // What the runtime itself cannot start without: where its stack ends.
  const EMPTY = `mkdir -p "$HERE/proc" && mount --rbind /proc "$HERE/proc" && mount -t tmpfs none /proc &&
    mkdir /proc/self && ln -s "$HERE/proc/self/maps" "$HERE/proc/self/exe" /proc/self && `;

  test("with no process in it the ID is a random one, and --strict says so", async () => {
    const plain = await inNamespace(`${EMPTY} "$B" id`);
    expect(plain).toMatchObject({ stderr: "", status: 0 });
    expect(plain.stdout).toMatch(/^uuid--[0-9a-f-]{36}\n$/);
    const strict = await inNamespace(`${EMPTY} "$B" id --strict`);
    expect(strict).toMatchObject({ stdout: "", status: 4 });
    expect(strict.stderr).toContain("No stable session here");
    const doctor = await inNamespace(`${EMPTY} "$B" doctor --json`);
    expect(doctor.status).toBe(1);
    expect((JSON.parse(doctor.stdout) as { findings: { code: string }[] }).findings.map(({ code }) => code))
      .toContain("no_process_table");
    expect(await inNamespace(`${EMPTY} "$B" id --session-id x`)).toMatchObject({
      stdout: "ex--x_2d\n",
      status: 0,
    });
  });

  test("with no /proc at all the runtime does not start: no ID, no hang", async () => {
    const { stdout, status } = await inNamespace('mount -t tmpfs none /proc && "$B" id');
    expect(stdout).toBe("");
    expect(status).not.toBe(0);
  });

  /** Run a script as a user that is not root and who may look at the binary, or a command as ourselves. */
  function asNobody(hidepid: number, script: string, command?: string): Promise<Result> {
    const mine = `${home}/berth`;
    rmSync(mine, { force: true });
    copyFileSync(berth, mine);
    chmodSync(mine, 0o755);
    writeFileSync(`${home}/script`, script);
    const theirs = directory(home, "theirs");
    chmodSync(theirs, 0o777);
    const asked = command ?? `${isRoot ? NOBODY : ""} bash ${home}/script`;
    return run(
      [...UNSHARE, "bash", "-c", `mount -t proc -o hidepid=${hidepid} proc /proc && exec ${asked}`],
      { env: { B: mine, HERE: home, HOME: theirs }, cwd: "/", limit: 15_000 },
    );
  }

  test.each([[1], [2]])("hidepid=%d: what is left of the chain stands for all of it", async (hidepid) => {
    const { stdout, stderr, status } = await asNobody(
      hidepid,
      `"$B" id; bash -c '"$B" id; true'; sh -c 'setsid -w sh -c "\\"\\$B\\" id; true"; true'; "$B" doctor\n`,
    );
    expect([stderr, status]).toEqual(["", 0]);
    const [one, two, three, ...rest] = stdout.trim().split("\n");
    expect(one).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect([two, three]).toEqual([one, one]);
    expect(rest).toEqual([
      "Nothing is wrong: every fact that berth needs can be read here, and the store is whole",
    ]);
  });

  test("hidepid=2 on a terminal whose leader is another user's: the outermost of us stands for it", async () => {
    writeFileSync(`${home}/inner`, `"$B" id; bash -c '"$B" id; true'; setsid -w bash -c '"$B" id; true'\n`);
    const { stdout, status } = await asNobody(
      2,
      "",
      `script -qec "${isRoot ? NOBODY : ""} bash ${home}/inner" /dev/null`,
    );
    expect(status).toBe(0);
    const ids = stdout.match(/(anchor|uuid)--[0-9a-f-]+/g) ?? [];
    expect(ids.length).toBe(3);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toStartWith("anchor--");
  });

  test("ancestors that end while they are read", async () => {
    const { stdout, stderr } = await sh(`
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (sh -c '("$B" id &)' &) & done; wait
      until [ "$(grep -c . "$HERE/vanishing" 2>/dev/null)" = 20 ]; do sleep 0.05; done 2>/dev/null &
      wait $!`.replaceAll('"$B" id', '"$B" id >> "$HERE/vanishing"'));
    expect(stderr).toBe("");
    expect(stdout).toBe("");
    for (const id of (await Bun.file(`${home}/vanishing`).text()).trim().split("\n")) {
      expect(id).toMatch(/^(anchor|ssh|tmux|screen|zellij)--[0-9a-f]{64}$|^uuid--[0-9a-f-]{36}$/);
    }
  });
});

describe("directories:", () => {
  test("one that may not be read", async () => {
    const mine = `${home}/berth-copy`;
    copyFileSync(berth, mine);
    chmodSync(mine, 0o755);
    const closed = directory(home, "closed");
    const drop = isRoot ? NOBODY : "";
    const { stdout, stderr, status } = await sh(
      `cd "${closed}" && chmod 000 . && exec ${drop} bash -c '"${mine}" id; true' 2>&1`,
    );
    chmodSync(closed, 0o700);
    expect([stderr, status]).toEqual(["", 0]);
    expect(stdout).toMatch(/[a-z]+--[0-9a-f-]{36,64}\n$/);
  });

  test("one that is gone ends the runtime, with a reason; from another one all is well", async () => {
    const { stdout, stderr, status } = await sh(
      `mkdir "$HERE/gone" && cd "$HERE/gone" && rmdir "$HERE/gone" && "$B" id; echo $?; cd / && exec "$B" id`,
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1\n[a-z]+--[0-9a-f-]+\n$/);
    expect(stderr).toMatch(/working directory was deleted/);
    expect(stderr).not.toMatch(TRACE);
  });

  /** Everything that a JavaScript runtime reads from where it stands, each of it leaving a mark. */
  function hostileDirectory(): string {
    const evil = directory(home, "evil");
    const mark = `require("node:fs").writeFileSync(${JSON.stringify(join(home, "mark"))}, "x");`;
    const write = (name: string, text: string) => writeFileSync(join(evil, name), text);
    write("evil.js", mark);
    for (const name of [".env", ".env.local", ".env.production", ".env.development"]) {
      write(name, "BERTH_SESSION=evil\nBERTH_USE=evil\nTMUX=/tmp/evil,1,0\n");
    }
    write("bunfig.toml", 'preload = ["./evil.js"]\n[define]\n"process.argv" = "[]"\n');
    write("tsconfig.json", '{"compilerOptions":{"paths":{"*":["./evil.js"]},"baseUrl":"."}}');
    write(
      "package.json",
      '{"type":"module","imports":{"#x":"./evil.js"},"exports":"./evil.js","preload":"./evil.js"}',
    );
    write("deno.json", '{"imports":{"node:fs":"./evil.js"}}');
    for (const name of ["cac", "valibot", "bun:ffi", "node:fs", "fs", "uuid", "cross-spawn"]) {
      mkdirSync(join(evil, "node_modules", name), { recursive: true });
      writeFileSync(join(evil, "node_modules", name, "index.js"), mark);
      writeFileSync(join(evil, "node_modules", name, "package.json"), '{"main":"index.js"}');
    }
    for (const name of ["libc.so.6", "tmux", "main.js", "index.ts"]) write(name, mark);
    return evil;
  }

  test("one that is full of a runtime's configuration moves nothing", async () => {
    const evil = hostileDirectory();
    for (
      const args of [["id", "--json"], ["explain"], ["doctor"], ["help"], ["version"], ["id", "--bogus"]]
    ) {
      const ask = (cwd: string) => run([berth, ...args], { cwd, env: { NODE_ENV: "production" } });
      const [here, there] = [await ask(home), await ask(evil)];
      // The time that it took is in the page of explain.
      const timeless = (result: Result) => JSON.stringify(result).replace(/[\d.]+ ms|berth \d+/g, "");
      expect(timeless(there)).toBe(timeless(here));
    }
    expect(await Bun.file(join(home, "mark")).exists()).toBe(false);
  });

  test("one whose .env is a FIFO does not keep anybody waiting", async () => {
    const waiting = directory(home, "waiting");
    await run([
      "mkfifo",
      ...[".env", ".env.local", "bunfig.toml", "package.json", "tsconfig.json"].map((f) => join(waiting, f)),
    ]);
    const { stdout, status } = await run([berth, "id"], { cwd: waiting, limit: 5000 });
    expect([stdout, status]).toEqual([(await run([berth, "id"])).stdout, 0]);
  });

  test("the parent of the one that we stand in, and HOME, are as harmless", async () => {
    const evil = hostileDirectory();
    writeFileSync(join(evil, ".bunfig.toml"), 'preload = ["./evil.js"]\n');
    const inner = directory(evil, "inner");
    const env = { ...cleanEnv(evil), XDG_CONFIG_HOME: evil };
    expect((await run([berth, "id"], { cwd: inner, env })).stdout).toBe((await run([berth, "id"])).stdout);
    expect(await Bun.file(join(home, "mark")).exists()).toBe(false);
  });
});

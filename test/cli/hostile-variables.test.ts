import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { berth, cleanEnv, directory, run, scratch, until } from "../support/berth.ts";

const LONG = "x".repeat(100_000);
/** What every variable holds when nothing is tried: of a wrong form, so that no ancestor's is looked for. */
const HARMLESS = {
  TMUX: "x",
  TMUX_PANE: "x",
  STY: "x",
  ZELLIJ_SESSION_NAME: "x",
  SSH_CONNECTION: "x",
  SSH_CLIENT: "x",
  BERTH_USE: "x",
  BERTH_SESSION_BIND: "x",
};
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  TMUX: [
    "",
    ",,",
    ",,,,",
    "/tmp/none,1,0",
    "/tmp/a,b,c,1,0",
    "/dev/null,1,0",
    "/etc/passwd,1,0",
    "-t,1,0",
    "--help",
    "$(touch /tmp/never),1,0",
    "/tmp/'\"`$x`,1,0",
    "/tmp/a\nb,1,0",
    `/${LONG},1,0`,
    `/x,1,${"9".repeat(90_000)}`,
    "\u{fffd}",
  ],
  TMUX_PANE: ["-t", "%", "%1;kill-server", "%1\n", "'", LONG],
  STY: ["-t", ".", "1", "1.", "1.x", "0.x", "-1.x", "1e3.x", `${process.pid}.x`, "1.\n\x1b[31m", LONG],
  ZELLIJ_SESSION_NAME: ["x", "-t", "'\"\n", "../../x", LONG],
  SSH_CONNECTION: ["-t", "1 2 3 4", "127.0.0.1 1 127.0.0.1 22", "127.0.0.1 1 127.0.0.1 22\n", "$(x)", LONG],
  SSH_CLIENT: ["-t", "127.0.0.1 1 22", LONG],
  BERTH_USE: ["--", "mine", "-t", "a\nb", "a--", LONG],
  BERTH_SESSION_BIND: ["1,1,1,1,,x,,anchor", ",,,,,,,", "-t", "1,\n", LONG],
  BERTH_EXTRA_RELAYS: [":", "::", " ", "bash:sh", "\n", LONG],
};

const id = async (env: Record<string, string>) =>
  await run([berth, "id"], { env: { ...HARMLESS, ...env }, limit: 5000 });
const expected = await id({});

describe("whatever a variable holds, the ID is the same and nothing is said:", () => {
  for (const [name, values] of Object.entries(HOSTILE)) {
    test.each(values.map((value) => [value.slice(0, 30), value]))(`${name}=%j`, async (_, value) => {
      expect(await id({ [name]: value })).toEqual(expected);
      const explained = await run([berth, "explain"], { env: { ...HARMLESS, [name]: value }, limit: 5000 });
      expect([explained.stderr, explained.status]).toEqual(["", 0]);
      // Nothing of it reaches a terminal as it is.
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      expect(explained.stdout.replaceAll("\n", "")).not.toMatch(/[\x00-\x1f\x7f]/);
      expect(explained.stdout.length).toBeLessThan(50_000);
    });
  }

  test("all of them at once", async () => {
    const env = Object.fromEntries(Object.keys(HARMLESS).map((name) => [name, `/tmp/,${name}'\n-t,1,0`]));
    expect(await id(env)).toEqual(expected);
    expect(existsSync("/tmp/never")).toBe(false);
  });

  test("a bad BERTH_SESSION is an error: the user gave it outright", async () => {
    for (
      const [value, code] of [["a--", "empty_label"], ["a\x1b[31m", "control_in_label"], [
        "a b--c",
        "bad_namespace",
      ]]
    ) {
      const { stdout, stderr, status } = await run([berth, "id", "--json"], {
        env: { BERTH_SESSION: value ?? "" },
      });
      expect([stdout, status]).toEqual(["", 2]);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code } });
    }
  });
});

describe("a program on PATH that is called tmux and", () => {
  const home = scratch();
  const started: number[] = [];
  afterAll(() => {
    for (const pid of started) {
      try {
        process.kill(pid, "SIGKILL");
      } catch { /* it has ended */ }
    }
  });

  /** What berth says of TMUX with this program in place of tmux; `$LOG` is a file of the test's. */
  async function explained(name: string, script: string, mode = 0o755) {
    const bin = directory(home, name);
    writeFileSync(`${bin}/tmux`, script);
    chmodSync(`${bin}/tmux`, mode);
    const env = { ...HARMLESS, TMUX: "/tmp/none,1,0", TMUX_PANE: "%1", LOG: `${home}/${name}.log` };
    // Without a shell's other programs only where the script wants none: PATH is searched on when tmux may not be run.
    const path = mode === 0o755 ? `${bin}:${cleanEnv(home)["PATH"]}` : bin;
    const answer = await run([berth, "explain", "--json"], { env: { ...env, PATH: path }, limit: 5000 });
    expect([answer.stderr, answer.status]).toEqual(["", 0]);
    const document = JSON.parse(answer.stdout) as {
      id: string;
      hints: { name: string; verdict: string; reason: string }[];
    };
    expect(document.id).toBe(expected.stdout.trim());
    const hint = document.hints.find((hint) => hint.name === "TMUX");
    expect(hint?.verdict).toBe("passed over");
    return hint?.reason ?? "";
  }

  const pids = async (file: string) =>
    await until(
      file,
      () => existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : undefined,
    );

  /** Ended: gone, or a zombie that nobody has collected yet. */
  const isGone = (pid: number) => {
    try {
      return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
      return true;
    }
  };

  test("hangs, deaf to SIGTERM, is killed at its limit", async () => {
    const reason = await explained(
      "hang",
      `#!/bin/sh\ntrap '' TERM INT HUP\necho $$ > "$LOG"\nwhile :; do sleep 0.2; done\n`,
    );
    expect(reason).toBe("stale: the server gives no answer (no answer within 500 ms)");
    const [pid = 0] = await pids(`${home}/hang.log`);
    started.push(pid);
    await until("the end of it", () => isGone(pid) || undefined);
  });

  test("leaves a grandchild that keeps the pipe open", async () => {
    const reason = await explained(
      "grandchild",
      `#!/bin/sh\nsleep 300 &\necho $! > "$LOG"\ntrap '' TERM\nwait\n`,
    );
    started.push(...await pids(`${home}/grandchild.log`));
    expect(reason).toBe("stale: the server gives no answer (no answer within 500 ms)");
  });

  test("leaves a grandchild and ends, is not waited for", async () => {
    const reason = await explained("orphan", `#!/bin/sh\nsleep 300 &\necho $! > "$LOG"\necho nonsense\n`);
    started.push(...await pids(`${home}/orphan.log`));
    expect(reason).toStartWith("stale: the server gives no answer (no answer");
  });

  test.each([
    ["garbage", "echo $0 @0 %0", "no answer in tmux's format"],
    ["nothing", "exit 0", "no answer in tmux's format"],
    [
      "several lines",
      `printf '$1 @1 %%1 1 1 /dev/pts/1\\n$1 @1 %%1 1 1 /dev/pts/1\\n'`,
      "no answer in tmux's format",
    ],
    ["escape sequences", `printf '$1 @1 %%1 1 1 /dev/\\033]0;x\\007\\n'`, "no answer in tmux's format"],
    ["bytes", "head -c 1000 /dev/urandom", "no answer in tmux's format"],
    ["an exit status", "printf x; exit 3", "exit status 3"],
    ["a line and an exit status", "echo x; exit 3", "no answer in tmux's format"],
    ["a signal", "kill -SEGV $$", "exit status"],
    ["100 MB", "head -c 100000000 /dev/zero | tr '\\0' x", "more than 65536 bytes of output"],
    ["output without end", "yes | tr -d '\\n'", "more than 65536 bytes of output"],
    ["lines without end", "yes", "no answer in tmux's format"],
  ])("prints or gives %s", async (name, script, reason) => {
    expect(await explained(name.replaceAll(" ", "-"), `#!/bin/sh\n${script}\n`)).toContain(reason);
  });

  test("is not executable, is no program, is a directory, is not there", async () => {
    const gives = "stale: the server gives no answer";
    expect(await explained("not-executable", "#!/bin/sh\n", 0o644)).toStartWith(gives);
    expect(await explained("no-program", "\0\0\0\0")).toStartWith(gives);
    expect(await explained("no-interpreter", "#!/nonexistent/x\n")).toStartWith(gives);
    directory(home, "is-directory", "tmux");
    const env = { ...HARMLESS, TMUX: "/tmp/none,1,0", PATH: `${home}/is-directory` };
    expect(await run([berth, "id"], { env, limit: 5000 })).toEqual(expected);
    expect(await run([berth, "id"], { env: { ...env, PATH: "/nonexistent" }, limit: 5000 })).toEqual(
      expected,
    );
    expect(await run([berth, "id"], { env: { ...env, PATH: "" }, limit: 5000 })).toEqual(expected);
  });

  test("claims a pane that is not ours: passed over, and its texts stay texts", async () => {
    const reason = await explained("liar", `#!/bin/sh\necho '$1 @1 %1 4194305 1 /dev/pts/99999'\n`);
    expect(reason).toBe("inherited: its pane is on /dev/pts/99999");
  });

  test("is called with the arguments that were meant", async () => {
    await explained("arguments", `#!/bin/sh\nprintf '%s\\n' "$@" > "$LOG"\n`);
    const [, socket, ...rest] = readFileSync(`${home}/arguments.log`, "utf8").split("\n");
    expect([socket, ...rest.slice(0, 4)]).toEqual(["/tmp/none", "display-message", "-t", "%1", "-p"]);
  });
});

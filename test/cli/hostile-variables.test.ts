import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
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

/** What a tmux server's messages look like: type, length, version, PID, and a body. */
function message(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + body.length);
  new Uint32Array(bytes.buffer, 0, 4).set([type, bytes.length, 8, 0]);
  bytes.set(body, 16);
  return bytes;
}

/** As a server up to 3.0 hands on what a command prints. */
function printed(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const body = new Uint8Array(8 + bytes.length);
  body.set(new Uint8Array(new Uint32Array([bytes.length]).buffer));
  body.set(bytes, 8);
  return message(213, body);
}

const EXIT = message(203, new Uint8Array(0));

describe("a listener on the socket that TMUX names", () => {
  const home = scratch();
  const bin = directory(home, "bin");
  const ran = `${home}/ran`;
  const expected = run([berth, "id"], { env: HARMLESS });

  beforeAll(() => {
    writeFileSync(`${bin}/tmux`, `#!/bin/sh\necho "$@" >> ${ran}\necho nonsense\n`);
    chmodSync(`${bin}/tmux`, 0o755);
  });

  /** What berth says of TMUX with a listener that answers the first bytes so. */
  async function explained(name: string, answer: (reply: (bytes: Uint8Array) => void) => void) {
    const socket = `${home}/${name}`;
    const heard: Uint8Array[] = [];
    const server = Bun.listen({
      unix: socket,
      socket: {
        data(connection, bytes) {
          heard.push(new Uint8Array(bytes));
          if (heard.length === 1) answer((reply) => void connection.write(reply));
        },
        error() {},
      },
    });
    const env = {
      ...HARMLESS,
      TMUX: `${socket},${process.pid},0`,
      TMUX_PANE: "%1",
      PATH: `${bin}:${cleanEnv(home)["PATH"]}`,
    };
    const answered = await run([berth, "explain", "--json"], { env, limit: 5000 });
    server.stop(true);
    expect([answered.stderr, answered.status]).toEqual(["", 0]);
    const document = JSON.parse(answered.stdout) as {
      id: string;
      hints: { name: string; verdict: string; reason: string }[];
    };
    expect(document.id).toBe((await expected).stdout.trim());
    const hint = document.hints.find((hint) => hint.name === "TMUX");
    expect(hint?.verdict).toBe("passed over");
    return { reason: hint?.reason ?? "", heard };
  }

  test("is silent: it is not waited for any longer than half a second", async () => {
    const { reason } = await explained("silent", () => {});
    expect(reason).toBe("stale: the server gives no answer (no answer within 500 ms)");
  });

  test.each([
    ["garbage", [printed("$0 @0 %0\n")], "no answer in tmux's format"],
    ["nothing", [EXIT], "it knows no such pane"],
    ["several lines", [printed("$1 @1 %1 1 x\n$1 @1 %1 1 1 /dev/pts/1\n")], "no answer in tmux's format"],
    ["escape sequences", [printed("$1 @1 %1 1 1 /dev/\x1b]0;x\x07\n")], "no answer in tmux's format"],
    ["messages of no type", [message(9999, new Uint8Array(100)), EXIT], "it knows no such pane"],
    ["lengths that lie", [printed("x").fill(255, 16, 24), EXIT], "no answer in tmux's format"],
    [
      "output without end",
      Array.from({ length: 80 }, () => printed("x".repeat(1000))),
      "more than 65536 bytes",
    ],
  ])("prints %s", async (name, replies, reason) => {
    const answered = await explained(name.replaceAll(" ", "-"), (reply) => {
      for (const bytes of replies) reply(bytes);
    });
    expect(answered.reason).toContain(reason);
    expect(existsSync(ran)).toBe(false);
  });

  test("claims a pane that is not ours: passed over, and its texts stay texts", async () => {
    const { reason } = await explained(
      "liar",
      (reply) => reply(printed("$1 @1 %1 4194305 1 /dev/pts/99999\n")),
    );
    expect(reason).toBe("inherited: its pane is on /dev/pts/99999");
  });

  test("speaks another protocol: then its own program is asked, which speaks it", async () => {
    const { reason } = await explained("later", (reply) => reply(message(12, new Uint8Array(0))));
    // Ours is Bun, which prints how it is to be used.
    expect(reason).toContain("no answer in tmux's format");
  });

  test("is asked for the pane, in the words that were meant", async () => {
    const { heard: [bytes = new Uint8Array(0)] } = await explained("words", (reply) => reply(EXIT));
    const text = new TextDecoder().decode(bytes);
    expect(text).toContain("display-message\0-p\0-t\0%1\0#{session_id} ");
  });

  if (process.getuid?.() === 0) {
    test("is another user's, and not the server's process: it is told nothing", async () => {
      const socket = `${home}/another`;
      chmodSync(home, 0o777);
      const server = Bun.spawn(
        [
          "setpriv",
          "--reuid=65534",
          "--regid=65534",
          "--clear-groups",
          process.execPath,
          "-e",
          LISTENER,
          socket,
        ],
        { stdin: "ignore", stdout: "pipe", stderr: "ignore" },
      );
      await until(socket, () => existsSync(socket) || undefined);
      const env = { ...HARMLESS, TMUX: `${socket},${process.pid},0`, TMUX_PANE: "%1" };
      const answered = await run([berth, "explain"], { env, limit: 5000 });
      server.kill();
      expect(answered.stdout).toContain(`process ${server.pid} listens there`);
      expect(await new Response(server.stdout).text()).toBe("");
    });
  }

  test("is not there, is a file, has a path too long for a socket: no program is run instead", async () => {
    rmSync(ran, { force: true });
    const PATH = `${bin}:${cleanEnv(home)["PATH"]}`;
    for (const socket of [`${home}/none`, `${bin}/tmux`, `/tmp/${"x".repeat(200)}`]) {
      const env = { ...HARMLESS, TMUX: `${socket},${process.pid},0`, PATH };
      expect(await run([berth, "id"], { env, limit: 5000 })).toEqual(await expected);
    }
    expect(existsSync(ran)).toBe(false);
  });
});

/** Says what it hears. */
const LISTENER =
  `Bun.listen({ unix: process.argv[1], socket: { data(_, bytes) { process.stdout.write(bytes); } } });
require("node:fs").chmodSync(process.argv[1], 0o777);`;

/** The two ways to ask kernel and runtime, against the same real files and programs. */
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { bunHost } from "../../src/facts/host-bun.ts";
import { nodeHost } from "../../src/facts/host-node.ts";
import { linuxFacts } from "../../src/facts/linux.ts";
import type { Host } from "../../src/facts/host.ts";
import { known, unknown } from "../../src/facts/facts.ts";
import { berth, run, scratch, until } from "../support/berth.ts";

const home = scratch();
const text = (name: string, content: string) => {
  writeFileSync(`${home}/${name}`, content);
  return `${home}/${name}`;
};
const FILES = {
  empty: text("empty", ""),
  page: text("page", "x".repeat(4096)),
  pages: text("pages", "äb\n".repeat(50_000)),
  bytes: text("bytes", "a\0b\0c"),
};
symlinkSync("pages", `${home}/link`);
symlinkSync("none", `${home}/dangling`);
mkdirSync(`${home}/dir ,é`);
text("dir ,é/file", "x");
symlinkSync(`${home}/dir ,é`, `${home}/way`);

const LIMITS = { timeoutMs: 5000, maxBytes: 4096 };
/** There is one where this runs: the machine grants what it needs. */
const fast = bunHost as Host;

describe.each<[string, Host]>([["bun:ffi", fast], ["node:fs", nodeHost]])("%s", (_, host) => {
  test("reads files of every size, up to a limit", () => {
    expect(host.readText(FILES.empty, 100)).toEqual(known(""));
    expect(host.readText(FILES.page, 4096)).toEqual(known("x".repeat(4096)));
    expect(host.readText(FILES.page, 5000)).toEqual(known("x".repeat(4096)));
    expect(host.readText(FILES.page, 10)).toEqual(known("x".repeat(10)));
    expect(host.readText(FILES.pages, 1 << 20)).toEqual(known("äb\n".repeat(50_000)));
    expect(host.readText(FILES.pages, 100_000)).toEqual(known("äb\n".repeat(25_000)));
    expect(host.readText(FILES.bytes, 100)).toEqual(known("a\0b\0c"));
  });

  test("reads the files of /proc, which have no size", () => {
    const stat = host.readText("/proc/self/stat", 4096);
    expect(stat.ok && stat.value).toStartWith(`${process.pid} (`);
    const environ = host.readText("/proc/self/environ", 1 << 20);
    expect(environ.ok && environ.value.length).toBe(
      Bun.spawnSync(["cat", `/proc/${process.pid}/environ`]).stdout.toString().length,
    );
  });

  test.each([["/nonexistent", "ENOENT"], [home, "EISDIR"], [`${FILES.page}/x`, "ENOTDIR"]])(
    "cannot read %s: %s",
    (path, why) => {
      const read = host.readText(path, 100);
      expect(read).toEqual(unknown(why));
    },
  );

  test("tells a terminal's number and whose file a file is", () => {
    const device = host.device("/dev/null");
    expect(device.ok && device.value.device).toBe(0x103);
    const { dev, uid } = statSync(FILES.page);
    const file = host.device(FILES.page);
    expect(file.ok && file.value).toEqual({ device: 0, within: dev });
    expect(host.owner(FILES.page)).toEqual(known(uid));
    expect([host.device(`${home}/none`).ok, host.owner(`${home}/none`).ok]).toEqual([false, false]);
  });

  test("tells how long a file is, and of nothing else", () => {
    const long = `${home}/long`;
    expect(Bun.spawnSync(["truncate", "-s", "5G", long]).success).toBe(true);
    const pipe = `${home}/pipe-${_.replace(":", "-")}`;
    expect(Bun.spawnSync(["mkfifo", pipe]).success).toBe(true);
    const sizes = [FILES.empty, FILES.page, long].map((path) => host.fileSize(path));
    expect(sizes).toEqual([known(0), known(4096), known(5 * 2 ** 30)]);
    const others = [pipe, home, `${home}/link`, `${home}/none`, "/dev/null"];
    expect(others.map((path) => host.fileSize(path).ok)).toEqual([false, false, false, false, false]);
  });

  test("tells which streams are terminals, and how wide one is", async () => {
    const module = host === nodeHost ? "host-node.ts" : "host-bun.ts";
    const script = `const { ${
      host === nodeHost ? "nodeHost" : "bunHost"
    }: host } = await import("${import.meta.dir}/../../src/facts/${module}");
      const { writeFileSync } = await import("node:fs");
      const told = [host.isTerminal(0), host.isTerminal(1), host.isTerminal(2), host.columns(1), host.columns(2)];
      writeFileSync(process.env.TOLD, JSON.stringify(told));`;
    const told = `${home}/told`;
    // /dev/null is a device, and no terminal.
    const line = `exec "$0" -e "$SCRIPT" 2>/dev/null`;
    const child = Bun.spawn(["sh", "-c", line, process.execPath], {
      env: { ...process.env, SCRIPT: script, TOLD: told },
      terminal: { cols: 97, rows: 24, data() {} },
    });
    expect(await child.exited).toBe(0);
    expect(await Bun.file(told).json()).toEqual([true, true, false, 97, 0]);
  });

  test("speaks to a socket, and knows who listens there", async () => {
    const socket = `${home}/socket-${_.replace(":", "-")}`;
    const script = `Bun.listen({ unix: "${socket}", socket: { data(c, b) { c.write(b); c.end(); } } })`;
    const server = Bun.spawn([process.execPath, "-e", script], { stdin: "ignore" });
    await until(socket, () => existsSync(socket) || undefined);
    const connected = host.connect(socket);
    if (!connected.ok) throw new Error(connected.why);
    const { value: connection } = connected;
    expect(connection.peer).toEqual({ pid: server.pid, user: host.user() });
    expect(connection.receive(20)).toBeUndefined();
    expect(connection.send(new TextEncoder().encode("hello"))).toBe(true);
    expect(new TextDecoder().decode(connection.receive(5000))).toBe("hello");
    expect(connection.receive(5000)?.length).toBe(0);
    connection.close();
    server.kill();
    expect([host.connect(`${home}/none`).ok, host.connect(FILES.page).ok]).toEqual([false, false]);
  });

  test("follows links, one step and all the way", () => {
    expect(host.readLink(`${home}/link`)).toEqual(known("pages"));
    expect(host.readLink(FILES.page)).toEqual(unknown("EINVAL"));
    expect(host.readLink("/nonexistent")).toEqual(unknown("ENOENT"));
    expect(host.realPath(`${home}/link`)).toEqual(known(FILES.pages));
    expect(host.realPath(`${home}/way/../way/file`)).toEqual(known(`${home}/dir ,é/file`));
    expect(host.realPath(`${home}/dangling`)).toEqual(unknown("ENOENT"));
    expect(host.readLink("/proc/self/ns/pid")).toEqual(known(expect.stringMatching(/^pid:\[\d+\]$/)));
  });

  test("hashes as everybody does", () => {
    expect(host.sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(host.sha256("日本語")).toBe("77710aedc74ecfa33685e33a6c7df5cc83004da1bdcef7fb280f5c2b2e97e0a5");
  });

  test("runs programs, with their output, status and limits", () => {
    expect(host.start(["printf", "%s|", "a b", "", "-t", "é"], LIMITS)()).toEqual(known("a b||-t|é|"));
    expect(host.start(["sh", "-c", "exit 3"], LIMITS)()).toEqual(unknown("exit status 3"));
    expect(host.start(["sh", "-c", "cat; echo end"], LIMITS)()).toEqual(known("end\n"));
    expect(host.start(["sh", "-c", "echo words >&2; echo data"], LIMITS)()).toEqual(known("data\n"));
    expect(host.start(["/nonexistent/program"], LIMITS)().ok).toBe(false);
    expect(host.start(["yes"], LIMITS)().ok).toBe(false);
    const deaf = host.start(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], {
      ...LIMITS,
      timeoutMs: 200,
    })();
    expect(deaf.ok).toBe(false);
    const leaving = host.start(["sh", "-c", "sleep 3 & echo gone"], { ...LIMITS, timeoutMs: 200 })();
    expect(leaving.ok).toBe(false);
    const line = { ...LIMITS, line: true };
    expect(host.start(["sh", "-c", "printf one; sleep 0.1; echo ' two'"], line)()).toEqual(
      known("one two\n"),
    );
    expect(host.start(["printf", "one\ntwo"], line)()).toEqual(known("one\ntwo"));
    expect(host.start(["sh", "-c", "exit 3"], line)()).toEqual(unknown("exit status 3"));
  });

  test("a program that may not be run is a reason", () => {
    chmodSync(text("plain", "#!/bin/sh\n"), 0o644);
    expect(host.start([`${home}/plain`], LIMITS)().ok).toBe(false);
  });
});

test("whoever has said its line is not waited for, and is gone later on", async () => {
  const limits = { timeoutMs: 1000, maxBytes: 4096, line: true };
  const [ended, hanging] = ["exit", "exec sleep 60"].map((then) =>
    fast.start(["sh", "-c", `echo $$; ${then}`], limits)()
  );
  const gone = (line = "") => !existsSync(`/proc/${line.trim()}`);
  expect([ended, hanging]).toEqual([
    known(expect.stringMatching(/^\d+\n$/)),
    known(expect.stringMatching(/^\d+\n$/)),
  ]);
  const lines = [ended, hanging].map((reading) => reading?.ok ? reading.value : "");
  expect(gone(lines[1])).toBe(false);
  // A process that nobody waited for would stay in the table.
  await until("the end of both", () => lines.every(gone) || undefined);
});

/** A host over made-up files; what is not among them is not there. */
const filesOnly = (files: Readonly<Record<string, string>>): Host => ({
  ...nodeHost,
  variables: { TMUX: "", STY: "1.x", HOME: "/secret", TERM_PROGRAM: "vscode" },
  readText: (path, limit) =>
    files[path] === undefined ? unknown("ENOENT") : known(files[path].slice(0, limit)),
  readLink: (path) => files[path] === undefined ? unknown("ENOENT") : known(files[path]),
});

describe("the reader of Linux", () => {
  const stat = (pid: number, ppid: number, ttyNr: number, start: number) =>
    `${pid} (x) S ${ppid} ${pid} ${pid} ${ttyNr} -1 4194560 1 2 0 0 5 6 7 8 20 0 1 0 ${start} 9 5 1 0\n`;

  test("takes a time namespace off every start time", () => {
    const files = {
      "/proc/self/stat": stat(7, 1, 0, 86_401_000),
      "/proc/1/stat": stat(1, 0, 0, 86_400_005),
      "/proc/self/timens_offsets": "monotonic           0         0\nboottime       864000         0\n",
    };
    const facts = linuxFacts(filesOnly(files));
    expect(facts.self).toBe(7);
    expect(facts.process(7)).toMatchObject({ value: { start: "1000" } });
    expect(facts.process(1)).toMatchObject({ value: { start: "5" } });
  });

  test("finds the names of terminals that have no fixed numbers", () => {
    const usb = (188 << 8) | 3;
    const files = {
      "/proc/5/stat": stat(5, 1, usb, 9),
      "/sys/dev/char/188:3/uevent": "MAJOR=188\nDEVNAME=ttyUSB3\n",
    };
    expect(linuxFacts(filesOnly(files)).process(5)).toMatchObject({ value: { tty: "/dev/ttyUSB3" } });
    const nameless = { "/proc/5/stat": stat(5, 1, usb, 9) };
    expect(linuxFacts(filesOnly(nameless)).process(5)).toMatchObject({ value: { tty: "/dev/char/188:3" } });
  });

  test("asks for everything at most once, and remembers that it could not be read", () => {
    const asked: string[] = [];
    const inner = filesOnly({ "/proc/5/stat": stat(5, 1, 0, 9), "/proc/5/environ": "STY=7.x\0" });
    const facts = linuxFacts({
      ...inner,
      readText: (path, limit) => {
        asked.push(path);
        return inner.readText(path, limit);
      },
    });
    for (let time = 0; time < 3; time++) {
      expect(facts.process(5).ok).toBe(true);
      expect(facts.process(6)).toEqual(unknown("ENOENT"));
      expect(facts.environment(5)).toEqual(known({ STY: "7.x" }));
      expect(facts.environment(6).ok).toBe(false);
      expect(facts.boot.ok).toBe(false);
    }
    expect(new Set(asked).size).toBe(asked.length);
  });

  test("without a process table is nobody, and says why of everything", () => {
    const facts = linuxFacts(filesOnly({}));
    expect(facts.self).toBe(0);
    expect(facts.pidNamespace).toEqual(unknown("ENOENT"));
    expect(facts.arguments(1).ok).toBe(false);
    expect(facts.streams).toEqual(known(["closed", "closed", "closed"]));
  });

  test("takes the variables that are set, the first of two, and no other program's", () => {
    const environ = "XSTY=no\0STY=1.first\0STY=2.second\0TMUX=\0SSH_CLIENT=a=b c\0HOME=/x\0TERM_SESSION_ID";
    const facts = linuxFacts(filesOnly({ "/proc/5/environ": environ }));
    expect(facts.environment(5)).toEqual(known({ STY: "1.first", SSH_CLIENT: "a=b c" }));
    expect(facts.variables).toEqual({ STY: "1.x", TERM_PROGRAM: "vscode" });
  });

  test("reads arguments, empty ones too", () => {
    const facts = linuxFacts(filesOnly({
      "/proc/5/cmdline": "sh\0-c\0\0x y\0",
      "/proc/6/cmdline": "",
      "/proc/7/cmdline": "sshd: user [priv]",
    }));
    expect(facts.arguments(5)).toEqual(known(["sh", "-c", "", "x y"]));
    expect(facts.arguments(6).ok).toBe(false);
    expect(facts.arguments(7)).toEqual(known(["sshd: user [priv]"]));
  });
});

test("the ID is the same inside a time namespace", async () => {
  const unshare = process.getuid?.() === 0 ? ["unshare"] : ["unshare", "-r"];
  const script = `${berth} id; ${
    [...unshare, "-T", "--boottime", "864000", "-f"].join(" ")
  } sh -c '${berth} id; true'`;
  const { stdout, stderr, status } = await run(["sh", "-c", script]);
  expect([stderr, status]).toEqual(["", 0]);
  const [outside, inside] = stdout.trim().split("\n");
  expect(outside).toMatch(/--[0-9a-f]{64}$/);
  expect(inside).toBe(outside);
});

/** Commands that take their shell's place, and terminals that editors, scripts and shells make for one command. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { berth, directory, run, scratch, until } from "../../support/berth.ts";
import { startDisplay } from "../../support/display.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
const bin = directory(home, "bin");
const out = `${home}/out`;
const env = { PATH: `${bin}:${process.env["PATH"]}`, BERTH_HOME: `${home}/store` };
let terminal: Terminal;
let id: string;

beforeAll(async () => {
  symlinkSync(berth, `${bin}/berth`);
  terminal = new Terminal(["bash", "--norc", "-i"], { home, env });
  id = await terminal.line("berth id", out);
});

afterAll(() => terminal.close());

function program(name: string, text: string): string {
  writeFileSync(`${bin}/${name}`, text);
  chmodSync(`${bin}/${name}`, 0o755);
  return name;
}

describe("a command that takes its shell's place", () => {
  let server: Sshd;
  let display: Awaited<ReturnType<typeof startDisplay>>;

  beforeAll(async () => {
    [server, display] = await Promise.all([startSshd(), startDisplay()]);
  });

  afterAll(async () => {
    await Promise.all([server.stop(), display.stop()]);
  });

  test("in a login with a terminal keeps what the commands before it kept", async () => {
    const [ssh = "", ...rest] = server.ssh;
    const remote = `export BERTH_HOME=${home}/store; ${berth} set k v && ${berth} id && ${berth} get k`;
    const login = new Terminal([ssh, "-tt", ...rest, remote], { home });
    await login.shows(/ssh--[0-9a-f]{64}\r\nv\r\n/);
    await login.close();
  });

  test("in a terminal emulator's window is that window, and another window is another", async () => {
    const window = async (file: string) => {
      const command =
        `exec > ${file}.part; ${berth} id; ${berth} id; mv ${file}.part ${file}; exec ${berth} id >> ${file}`;
      await run(["xterm", "-display", display.display, "-e", "bash", "-c", command], { env });
      return (await Bun.file(file).text()).trim().split("\n");
    };
    const [one, two] = await Promise.all([window(`${home}/one`), window(`${home}/two`)]);
    expect(one).toHaveLength(3);
    expect(new Set(one).size).toBe(1);
    expect(new Set(two).size).toBe(1);
    expect(one[0]).not.toBe(two[0] ?? "");
  });

  test("a window of an emulator by another name is a terminal of its own, also for a shell's command", async () => {
    const xterm = Bun.which("xterm") ?? "xterm";
    symlinkSync(xterm, `${bin}/x-terminal-emulator`);
    const file = `${home}/renamed`;
    const inner = `${berth} id > ${file}.part; ${berth} id >> ${file}.part; mv ${file}.part ${file}`;
    terminal.type(`x-terminal-emulator -display ${display.display} -e sh -c '${inner}; true' &\r`);
    const text = await until(
      file,
      async () => await Bun.file(file).exists() ? await Bun.file(file).text() : undefined,
    );
    const [one, two] = text.trim().split("\n");
    expect(one).toMatch(/^anchor--/);
    expect(two).toBe(one ?? "");
    expect(one).not.toBe(id);
  });

  test("as all of a job is what the job was known by, but keeps nothing", async () => {
    const file = `${home}/job`;
    writeFileSync(`${file}.bash`, `exec > ${file}\n${berth} id\n${berth} id --json\n`);
    const inner = `. ${file}.bash; exec ${berth} id --json >> ${file}`;
    // Its parent is gone at once, so that nothing else is of the job.
    await run(["setsid", "--fork", "setsid", "--fork", "bash", "-c", inner]);
    const text = await until("the job", async () => {
      const text = await Bun.file(file).exists() ? await Bun.file(file).text() : "";
      return text.split("\n").length === 4 ? text : undefined;
    });
    const [first, ...more] = text.trim().split("\n");
    const [second, third] = more.map((line) => JSON.parse(line) as { id: string; stable: boolean });
    expect(second).toMatchObject({ id: first ?? "", stable: true });
    expect(third).toMatchObject({ id: first ?? "", stable: false });
  });
});

describe("made for one command", () => {
  /** Each prints into the file that it is given. */
  const MAKERS: Readonly<Record<string, (file: string) => string>> = {
    "by emacs's start-process": (file) => {
      writeFileSync(
        `${home}/e.el`,
        `(let ((p (start-process "x" nil "sh" "-c" "berth id > ${file}; true")))
           (while (process-live-p p) (sleep-for 0.05)))`,
      );
      return `emacs --batch -Q -l ${home}/e.el`;
    },
    "by emacs's compile": (file) => {
      writeFileSync(
        `${home}/c.el`,
        `(progn (compile "berth id > ${file}; true") (while compilation-in-progress (sleep-for 0.05)))`,
      );
      return `emacs --batch -Q -l ${home}/c.el >/dev/null 2>&1`;
    },
    "by a program called zed": (file) => {
      symlinkSync(Bun.which("unbuffer") ?? "unbuffer", `${bin}/zed`);
      return `zed sh -c 'berth id > ${file}; true'`;
    },
    "by unbuffer, for a shell that it types at": (file) =>
      `{ echo 'berth id > ${file}; exit'; while ! test -s ${file}; do sleep 0.05; done; } |` +
      ` unbuffer -p bash --norc -i > /dev/null`,
    "by a script of expect's, for a shell that it types at": (file) => {
      program(
        "login.exp",
        `#!/usr/bin/expect -f\nlog_user 0\nspawn bash --norc -i\nsend "berth id > ${file}; exit\\r"\nexpect eof\n`,
      );
      return "login.exp";
    },
  };

  for (const [name, make] of Object.entries(MAKERS)) {
    test(`${name} it is the terminal's`, async () => {
      const file = `${home}/made-${name.replaceAll(/\W/g, "-")}`;
      expect(await terminal.line(`${make(file)}; cat ${file}`, out)).toBe(id);
    });
  }

  test("by zsh for a command (zpty) it is that zsh's", async () => {
    const zsh = new Terminal(["zsh", "-f", "-i"], { home, env });
    const own = await zsh.line("berth id", `${out}-zsh`);
    const made = `${home}/zpty`;
    const command = `zmodload zsh/zpty; zpty w 'berth id > ${made}.a; true'; zpty x 'berth id > ${made}.b';` +
      ` while ! test -s ${made}.a -a -s ${made}.b; do sleep 0.05; done; cat ${made}.a ${made}.b`;
    const [one, two] = (await zsh.line(command, `${out}-zpty`)).split("\n");
    await zsh.close();
    expect(own).toMatch(/^anchor--/);
    expect([one, two]).toEqual([own, own]);
  });

  test("by a job without a terminal it is the job's", async () => {
    const file = `${home}/ci`;
    writeFileSync(
      `${file}.sh`,
      `berth id; script -qec 'berth id; true' /dev/null; script -qec 'berth id' /dev/null; unbuffer berth id\n` +
        `script -qec "script -qec 'berth id; true' /dev/null" /dev/null\n`,
    );
    await run([
      "setsid",
      "--fork",
      "sh",
      "-c",
      `sh ${file}.sh </dev/null > ${file}.part 2>&1; mv ${file}.part ${file}`,
    ], {
      env,
    });
    const text = await until(
      "the job",
      async () => await Bun.file(file).exists() ? await Bun.file(file).text() : undefined,
    );
    // Not by lines: now and then script writes the end of its input (a NUL) before an ID.
    const ids = text.match(/anchor--[0-9a-f]{64}/g);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(1);
  });
});

describe("berth id --of", () => {
  test("is what that process would be told", async () => {
    const sleeper = await terminal.line("sleep 60 & echo $!", out);
    for (const pid of [String(terminal.pid), sleeper]) {
      expect((await run([berth, "id", "--of", pid])).stdout.trim()).toBe(id);
    }
    const { stdout } = await run([berth, "explain", "--of", sleeper, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ id, anchor: { pid: terminal.pid } });
    process.kill(Number(sleeper));
  });

  test.each([["4194305"], ["2147483647"]])("fails where there is no process %s", async (pid) => {
    for (const command of ["id", "explain"]) {
      const { stdout, stderr, status } = await run([berth, command, "--of", pid]);
      expect([stdout, status]).toEqual(["", 3]);
      expect(stderr).toStartWith(`berth: Cannot read process "${pid}": `);
    }
  });

  test.each([["x"], ["0"], ["-1"], ["1.5"], ["1x"]])("refuses %s", async (pid) => {
    expect((await run([berth, "id", `--of=${pid}`])).status).toBe(2);
  });
});

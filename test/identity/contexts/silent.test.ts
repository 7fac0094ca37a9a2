/** tmux and screen where they say little: no client, a server that is stopped, jobs without their variables. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { berth, directory, run, scratch, until } from "../../support/berth.ts";
import { hookText } from "../../support/shell-pty.ts";

const home = scratch();
const socket = `${home}/socket`;
const env = { HOME: home, SHELL: "/bin/bash", BERTH_HOME: `${home}/store` };
let files = 0;
let pane: string;
let id: string;

const ask = async (program: string, ...args: string[]): Promise<string> =>
  (await run([program, "-S", socket, "-f", "/dev/null", ...args], { env })).stdout.trim();
const tmux = (...args: string[]) => ask("tmux", ...args);

const read = async (file: string): Promise<string> =>
  (await until(file, async () => await Bun.file(file).exists() ? await Bun.file(file).text() : undefined))
    .trim();

/** Type a command into the pane, and take what it prints. */
async function inPane(command: string, program = "tmux", target = pane): Promise<string> {
  const file = `${home}/pane-${++files}`;
  await ask(
    program,
    "send-keys",
    "-t",
    target,
    "-l",
    `{ ${command}; } > ${file}.part 2>&1; mv ${file}.part ${file}`,
  );
  await ask(program, "send-keys", "-t", target, "Enter");
  return await read(file);
}

const SHELL = "PS1= exec bash --norc -i";
const newSession = (program = "tmux") =>
  ask(program, "new-session", "-d", "-P", "-F", "#{pane_id}", "-x", "200", "-y", "50", SHELL);

beforeAll(async () => {
  pane = await newSession();
  id = await inPane(`${berth} id`);
});

afterAll(() => tmux("kill-server"));

describe("no process is started", () => {
  test("with no tmux on PATH", async () => {
    expect(id).toMatch(/^tmux--[0-9a-f]{64}$/);
    expect(await inPane(`PATH=/nonexistent ${berth} id`)).toBe(id);
  });

  test("with a tmux on PATH that hangs", async () => {
    const bin = directory(home, "bin");
    writeFileSync(`${bin}/tmux`, `#!/bin/sh\ntouch ${home}/started\nsleep 60\n`);
    chmodSync(`${bin}/tmux`, 0o755);
    expect(await inPane(`PATH=${bin}:$PATH ${berth} id`)).toBe(id);
    expect(await Bun.file(`${home}/started`).exists()).toBe(false);
  });

  test("as root for another user's pane", async () => {
    expect(await inPane(`env -i ${berth} id`)).toBe(id);
  });
});

describe("a server that is stopped", () => {
  /** What a command in the pane prints while the server cannot answer. */
  async function stopped(command: string): Promise<string> {
    const pid = Number(await tmux("display-message", "-p", "#{pid}"));
    const file = `${home}/stopped-${++files}`;
    const script = `while ! test -e ${file}.go; do sleep 0.05; done; { ${command}; } > ${file}.part 2>&1`;
    await tmux("send-keys", "-t", pane, "-l", `(${script}; mv ${file}.part ${file}) & touch ${file}.ready`);
    await tmux("send-keys", "-t", pane, "Enter");
    await read(`${file}.ready`);
    process.kill(pid, "SIGSTOP");
    try {
      await Bun.write(`${file}.go`, "");
      return await read(file);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  }

  test("keeps nothing in the wrong place", async () => {
    const said = await stopped(`${berth} set color red; echo $?; ${berth} id --strict; echo $?`);
    expect(said).toContain("No stable session here: the tmux server of this terminal gives no answer");
    expect(said.split("\n").filter((line) => line === "4")).toHaveLength(2);
  });

  test("is known by what the pane's shell noted before", async () => {
    writeFileSync(`${home}/hook`, await hookText("bash"));
    await inPane(`PATH=${berth.slice(0, berth.lastIndexOf("/"))}:$PATH; . ${home}/hook`);
    expect(await stopped(`${berth} id --strict; ${berth} id --json`)).toContain(
      `${id}\n{"schema":1,"id":"${id}"`,
    );
  });
});

describe("jobs that have no variable of the server's", () => {
  test("of tmux are the server's, and keep nothing", async () => {
    const file = `${home}/pipe`;
    await tmux(
      "pipe-pane",
      "-t",
      pane,
      `${berth} id --json > ${file}.part; mv ${file}.part ${file}; cat > /dev/null`,
    );
    expect(JSON.parse(await read(file))).toMatchObject({
      stable: false,
      unstable: "a job of a tmux server that does not say for which session",
    });
    await tmux("pipe-pane", "-t", pane);
    const other = `${home}/configured`;
    writeFileSync(
      `${home}/conf`,
      `run-shell '${berth} id --json > ${other}.part; mv ${other}.part ${other}'\n`,
    );
    const second = ["tmux", "-S", `${home}/second`];
    await run([...second, "-f", `${home}/conf`, "new-session", "-d"], { env });
    expect(JSON.parse(await read(other))).toMatchObject({ stable: false });
    await run([...second, "kill-server"], { env });
  });

  test("of screen are screen's session", async () => {
    const [window, backtick] = [`${home}/window`, `${home}/backtick`];
    const tick = `${home}/tick`;
    writeFileSync(
      tick,
      `#!/bin/sh\ntest -e ${backtick} || { ${berth} id > ${backtick}.part; mv ${backtick}.part ${backtick}; }\n`,
    );
    chmodSync(tick, 0o755);
    writeFileSync(`${home}/screenrc`, `backtick 1 1 1 ${tick}\nhardstatus alwayslastline "%1\`"\n`);
    await run(["mkdir", "-m", "700", `${home}/screens`]);
    const screens = { ...env, SCREENDIR: `${home}/screens`, TERM: "xterm" };
    const inner = `${berth} id > ${window}.part; mv ${window}.part ${window}; sleep 20`;
    // Only a display that is shown has a status line.
    const shown = Bun.spawn(["screen", "-c", `${home}/screenrc`, "-S", "b", "sh", "-c", inner], {
      env: { ...process.env, ...screens },
      terminal: { cols: 80, rows: 24, data() {} },
    });
    const [one, two] = await Promise.all([read(window), read(backtick)]);
    await run(["screen", "-S", "b", "-X", "quit"], { env: screens });
    shown.kill();
    expect(one).toMatch(/^screen--/);
    expect(two).toBe(one);
  });
});

describe("other multiplexers", () => {
  test("tmate's panes are one session", async () => {
    const its = `${home}/tmate`;
    const tmate = async (...args: string[]) =>
      (await run(["tmate", "-S", its, "-f", "/dev/null", ...args], { env })).stdout.trim();
    const [one, two] = [`${home}/tmate-1`, `${home}/tmate-2`];
    const command = (file: string) => `${berth} id > ${file}.part; mv ${file}.part ${file}; sleep 20`;
    await tmate("new-session", "-d", command(one));
    await tmate("split-window", "-d", command(two));
    expect(await read(one)).toMatch(/^tmux--/);
    expect(await read(two)).toBe(await read(one));
    await tmate("kill-server");
  });

  test("a dtach session is a terminal of its own, whatever runs in it", async () => {
    const file = `${home}/dtach`;
    const inner = `${berth} id > ${file}.part; ${berth} id >> ${file}.part; mv ${file}.part ${file}`;
    await inPane(`dtach -n ${home}/d sh -c '${inner}; true'`);
    const [one, two] = (await read(file)).split("\n");
    expect(one).toMatch(/^anchor--/);
    expect(two).toBe(one ?? "");
  });
});

/** What `berth run` hands on is the run's and nobody else's: BERTH_SESSION told from the user's own. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { berth, directory, root, run, scratch, until } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
const bin = directory(home, "bin");
const project = directory(home, "project");
const out = `${home}/out`;
const env = { PATH: `${bin}:${process.env["PATH"]}`, BERTH_HOME: `${home}/store` };
const agent = `${process.execPath} ${root}/test/support/agent.ts`;
let terminal: Terminal;
let own: string;
let session: string;

beforeAll(async () => {
  symlinkSync(berth, `${bin}/berth`);
  terminal = new Terminal(["bash", "--norc", "-i"], { home, env, cwd: project });
  own = await terminal.line("berth id", out);
  session = await terminal.line("berth new x --no-worktree -- berth id", out);
});

afterAll(() => terminal.close());

const inRun = (command: string) => terminal.line(`berth run x -- ${command}`, out);

test("a run's own command is in the session", () => {
  expect(session).toMatch(/^uuid--/);
  expect(session).not.toBe(own);
});

test.each([
  ["sh -c 'berth id; true'"],
  [`env -i ${berth} id`],
  [`env -i PATH="$PATH" HOME="$HOME" sh -c 'berth id; true'`],
  ["sh -c 'env -u BERTH_SESSION -u BERTH_RUN berth id; true'"],
  ["setsid -w berth id"],
  ["script -qec 'berth id; true' /dev/null"],
  [`env -i PATH="$PATH" script -qec 'berth id; true' /dev/null`],
  [`${agent} pty bash -c 'berth id; true'`],
  // In a PID namespace of its own, whose terminal's leader is outside; root may make one.
  ...process.getuid?.() === 0
    ? [
      ["unshare --pid --fork --mount-proc sh -c 'berth id; true'"],
      ["unshare --pid --fork --mount-proc berth id"],
      ["unshare --pid --fork --mount-proc sh -c 'env -i PATH=$PATH berth id; true'"],
      ["unshare --pid --fork --mount-proc script -qec 'berth id; true' /dev/null"],
    ]
    : [],
  ["sh -c 'setsid -f sh -c \"sleep 0.2; berth id > late; mv late later\"; while ! test -e later; do sleep 0.1; done; cat later; rm later'"],
])("%s in a run is the run's", async (command) => {
  expect((await inRun(command)).replaceAll("\r", "")).toBe(session);
});

test("a program that was left few variables keeps its state where the run does", async () => {
  await inRun(`env -i PATH="$PATH" HOME="${home}/elsewhere" berth set port 8080`);
  expect(await inRun("berth get port")).toBe("8080");
  expect(await Bun.file(`${home}/elsewhere/.local`).exists()).toBe(false);
});

test("a tmux server that a run started is a place of its own, also when the session is gone", async () => {
  const tmux = `tmux -S ${home}/socket -f /dev/null`;
  const pane = (file: string) => `sh -c 'berth id > ${file}.part; mv ${file}.part ${file}; sleep 60'`;
  await terminal.line(`berth new y --no-worktree -- ${tmux} new-session -d "${pane(`${home}/one`)}"`, out);
  await terminal.line("berth destroy y --yes 2>/dev/null || berth destroy y", out);
  await terminal.line(`${tmux} new-window -d "${pane(`${home}/two`)}"`, out);
  const read = (file: string) =>
    until(file, async () => await Bun.file(file).exists() ? (await Bun.file(file).text()).trim() : undefined);
  const [one, two] = [await read(`${home}/one`), await read(`${home}/two`)];
  await terminal.line(`${tmux} kill-server`, out);
  expect(one).toMatch(/^tmux--/);
  expect(two).toBe(one);
});

test("an interactive shell in a terminal that a run opened is that terminal's", async () => {
  const other = await inRun(`${process.execPath} ${root}/test/support/emulator.ts bash --norc -i`);
  expect(other).toMatch(/^anchor--/);
  expect([own, session]).not.toContain(other);
});

test("a user's own counts everywhere, as it says", async () => {
  for (const command of ["berth id", "script -qec 'berth id' /dev/null", "sh -c 'berth id; true'"]) {
    const answer = await terminal.line(`BERTH_SESSION=lab ${command}`, out);
    expect(answer.replaceAll("\r", "")).toBe("ex--lab_a5");
    expect((await inRun(`env BERTH_SESSION=lab ${command}`)).replaceAll("\r", "")).toBe("ex--lab_a5");
  }
});

test("explain names every variable of ours, believed or not, and why", async () => {
  const hints = async (command: string) => {
    const { stdout } = await run(["bash", "-c", `${command} berth explain --json; true`], { env });
    return (JSON.parse(stdout) as { hints: { name: string; verdict: string }[] }).hints
      .map(({ name, verdict }) => `${name} ${verdict}`).filter((hint) => hint.startsWith("BERTH_")).sort();
  };
  expect(await hints("BERTH_SESSION=lab BERTH_USE=x BERTH_SESSION_BIND=y BERTH_EXTRA_RELAYS=z")).toEqual([
    "BERTH_EXTRA_RELAYS believed",
    "BERTH_HOME believed",
    "BERTH_SESSION believed",
    "BERTH_SESSION_BIND passed over",
    "BERTH_USE passed over",
  ]);
});

/** A terminal emulator is a terminal of its own, wherever it was started: a real xterm on a virtual display. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, run, scratch, until } from "../../support/berth.ts";
import { startDisplay } from "../../support/display.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
let display: Awaited<ReturnType<typeof startDisplay>>;
let server: Sshd;
let count = 0;

beforeAll(async () => {
  [display, server] = await Promise.all([startDisplay(), startSshd()]);
});

afterAll(async () => {
  await Promise.all([display.stop(), server.stop()]);
});

const inner = (file: string) =>
  `${berth} explain --json > ${file}; ${berth} id > ${file}.again; mv ${file}.again ${file}.done; sleep 1`;

interface Explained {
  readonly id: string;
  readonly again: string;
  readonly source: string;
  readonly hints: { name: string; verdict: string; reason: string }[];
}

/** The shell command that opens an xterm, and what berth says in it. */
function xterm(how = "&"): { command: string; answer: () => Promise<Explained> } {
  const file = `${home}/xterm-${++count}`;
  const command = `xterm -display ${display.display} -e bash --norc -ic '${inner(file)}' ${how}`;
  const answer = async () => {
    const again = await until(
      "xterm's answer",
      async () => await Bun.file(`${file}.done`).exists() ? await Bun.file(`${file}.done`).text() : undefined,
    );
    return { ...await Bun.file(file).json(), again: again.trim() };
  };
  return { command, answer };
}

test("started from a shell with &", async () => {
  const terminal = new Terminal(["bash", "--norc", "-i"], { home });
  const id = await terminal.line(`${berth} id`, `${home}/out`);
  const [one, two] = [xterm(), xterm()];
  terminal.type(`${one.command}\r${two.command}\r`);
  const [first, second] = await Promise.all([one.answer(), two.answer()]);
  await terminal.close();
  expect(first.source).toBe("deep-anchor");
  expect(first.again).toBe(first.id);
  expect(new Set([id, first.id, second.id]).size).toBe(3);
});

test("started from a tmux pane, whose TMUX it inherits", async () => {
  const socket = `${home}/tmux`;
  const { command, answer } = xterm();
  const file = `${home}/pane`;
  const tmux = (...args: string[]) =>
    run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env: { HOME: home } });
  await tmux(
    "new-session",
    "-d",
    `bash -c "${berth} id > ${file}; ${command.replaceAll('"', '\\"')} sleep 20"`,
  );
  const { id, again, source, hints } = await answer();
  await tmux("kill-server");
  expect((await Bun.file(file).text()).trim()).toMatch(/^tmux--/);
  expect(source).toBe("deep-anchor");
  expect(again).toBe(id);
  expect(hints).toEqual([{
    name: "TMUX",
    verdict: "passed over",
    reason: expect.stringMatching(/^inherited: /),
  }]);
});

test("started from screen, whose STY it inherits", async () => {
  const env = { HOME: home, SCREENDIR: `${home}/screens` };
  await run(["mkdir", "-m", "700", `${home}/screens`]);
  const { command, answer } = xterm();
  // xterm itself takes STY out of its environment; other terminal emulators leave it.
  await Bun.write(
    `${home}/start-xterm`,
    `${command.replace("-e bash", '-e env "STY=$STY" bash')}\nsleep 20\n`,
  );
  await run(["screen", "-c", "/dev/null", "-d", "-m", "-S", "x", "bash", `${home}/start-xterm`], { env });
  const { source, hints } = await answer();
  await run(["screen", "-S", "x", "-X", "quit"], { env });
  expect(source).toBe("deep-anchor");
  expect(hints.map(({ name, verdict }) => [name, verdict])).toEqual([["STY", "passed over"]]);
});

test("started from an SSH login, whose SSH_CONNECTION it inherits", async () => {
  const [ssh = "", ...rest] = server.ssh;
  const terminal = new Terminal([ssh, "-t", ...rest, "PS1= HISTFILE= exec bash --norc -i"], { home });
  const login = await terminal.line(`${berth} id`, `${home}/login`);
  const { command, answer } = xterm();
  terminal.type(`${command}\r`);
  const { id, source, hints } = await answer();
  await terminal.close();
  expect(login).toMatch(/^ssh--/);
  expect(id).not.toBe(login);
  expect(source).toBe("deep-anchor");
  expect(hints.map(({ name, verdict }) => [name, verdict])).toEqual([["SSH_CONNECTION", "passed over"]]);
});

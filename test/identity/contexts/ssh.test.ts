/** SSH logins to this machine, with a real sshd. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, run, scratch } from "../../support/berth.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
const out = `${home}/out`;
const LOGIN = /^ssh--[0-9a-f]{64}$/;
let server: Sshd;
const opened: Terminal[] = [];

/** A login with a terminal, as a person has it: ssh typed in a terminal of its own. */
async function login(options: readonly string[] = []): Promise<{ terminal: Terminal; id: string }> {
  const [ssh = "", ...rest] = server.ssh;
  const terminal = new Terminal([ssh, "-t", ...options, ...rest, "PS1= HISTFILE= exec bash --norc -i"], {
    home,
  });
  opened.push(terminal);
  return { terminal, id: await terminal.line(`${berth} id`, `${out}-${opened.length}`) };
}

async function source(terminal: Terminal, prefix = ""): Promise<string> {
  return JSON.parse(await terminal.line(`${prefix} ${berth} id --json`, `${out}-source-${opened.length}`))
    .source;
}

beforeAll(async () => {
  server = await startSshd();
});

afterAll(async () => {
  await Promise.all(opened.map((terminal) => terminal.close()));
  await server.stop();
});

test("a login is one session, in a script, below env -i and in a session without a terminal", async () => {
  const { terminal, id } = await login();
  expect(id).toMatch(LOGIN);
  expect(await source(terminal)).toBe("ssh-env");
  for (const command of [`bash -c '${berth} id; true'`, `env -i ${berth} id`, `setsid -w ${berth} id`]) {
    expect(await terminal.line(command, `${out}-same`)).toBe(id);
  }
});

test("a login is recognised by its server process where nobody has the variable", async () => {
  const { terminal, id } = await login();
  expect(id).toMatch(LOGIN);
  const [shell] = [
    await terminal.line(`env -u SSH_CONNECTION -u SSH_CLIENT script -qec '${berth} id' /dev/null`, out),
  ];
  expect(shell).toBe(id);
});

test("two logins are two sessions", async () => {
  const [one, two] = [await login(), await login()];
  expect(one.id).toMatch(LOGIN);
  expect(two.id).toMatch(LOGIN);
  expect(one.id).not.toBe(two.id);
});

test("two logins over one shared connection are two sessions", async () => {
  const shared = ["-o", "ControlMaster=auto", "-o", `ControlPath=${home}/control`, "-o", "ControlPersist=no"];
  const one = await login(shared);
  const two = await login(shared);
  const connection = (terminal: Terminal) => terminal.line("echo $SSH_CONNECTION", `${out}-connection`);
  expect(await connection(one.terminal)).toBe(await connection(two.terminal));
  expect(one.id).not.toBe(two.id);
});

test("commands without a terminal belong to their connection", async () => {
  const { stdout, status } = await run([
    ...server.ssh,
    `${berth} id; bash -c '${berth} id; true'; env -i ${berth} id`,
  ]);
  const [one, two, three] = stdout.trim().split("\n");
  expect(status).toBe(0);
  expect(one).toMatch(LOGIN);
  expect([two, three]).toEqual([one, one]);
  expect((await run([...server.ssh, `${berth} id`])).stdout.trim()).not.toBe(one ?? "");
});

test("so do the pseudoterminals that they make for one command", async () => {
  const inner =
    `${berth} id; script -qec '${berth} id; true' /dev/null; unbuffer ${berth} id; ${berth} id --json`;
  const { stdout } = await run([...server.ssh, `sh -c "${inner}"`]);
  const ids = stdout.match(/ssh--[0-9a-f]{64}/g);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(1);
  expect(stdout).toContain('"stable":true');
});

test("a login whose terminal root's setsid gives to another session is the same", async () => {
  const [ssh = "", ...rest] = server.ssh;
  const inner = `${berth} id; setsid -cw sh -c '${berth} id; true'; ${berth} id`;
  const terminal = new Terminal([ssh, "-tt", ...rest, inner], { home });
  opened.push(terminal);
  const [, one, two, three] = await terminal.shows(/(ssh--\w{64})\r\n(\w+--\w{64})\r\n(\w+--\w{64})/);
  expect([two, three]).toEqual([one, one]);
});

if (process.getuid?.() === 0) {
  test("sudo -i, sudo and su - in a login are the login", async () => {
    const { terminal, id } = await login();
    for (const command of [`sudo ${berth} id`, `sudo -i ${berth} id`, `su - -c '${berth} id'`]) {
      expect(await terminal.line(command, `${out}-sudo`)).toBe(id);
    }
  });

  test("typed at an interactive sudo -i, the login is the login", async () => {
    const { terminal, id } = await login();
    // The line editor is back, so what is typed now is read by it and not thrown away with sudo's input.
    await terminal.shows(/\[\?2004h$/);
    terminal.type("sudo -i\r");
    await terminal.shows(/sudo -i\r\n[^]*\[\?2004h$/);
    expect(await terminal.line(`${berth} id`, `${out}-sudo-i`)).toBe(id);
  });
}

test("a terminal that inherited SSH_CONNECTION is itself", async () => {
  const { terminal, id } = await login();
  const connection = await terminal.line("echo $SSH_CONNECTION", `${out}-inherited`);
  const other = new Terminal(["bash", "--norc", "-i"], { home, env: { SSH_CONNECTION: connection } });
  opened.push(other);
  const answer = JSON.parse(await other.line(`${berth} explain --json`, `${out}-other`));
  expect(answer.id).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(answer.id).not.toBe(id);
  expect(answer.hints).toEqual([
    { name: "SSH_CONNECTION", verdict: "passed over", reason: "inherited: no sshd opened this terminal" },
  ]);
});

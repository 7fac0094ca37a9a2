/** Everything that is started from a terminal means that terminal: real programs in a real pseudoterminal. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, symlinkSync, writeFileSync } from "node:fs";
import { berth, directory, root, run, scratch } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
const bin = directory(home, "bin");
const project = directory(home, "project");
const out = `${home}/out`;
const agent = `${process.execPath} ${root}/test/support/agent.ts`;
let terminal: Terminal;
let id: string;

function file(path: string, text: string): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

beforeAll(async () => {
  symlinkSync(berth, `${bin}/berth`);
  symlinkSync(berth, `${bin}/other-name`);
  copyFileSync(berth, `${bin}/copied`);
  file(`${bin}/inner`, "#!/bin/sh\nberth id\n:\n");
  file(`${bin}/outer`, "#!/bin/bash\ninner\n:\n");
  file(`${project}/Makefile`, "all:\n\t@berth id; true\n");
  file(`${project}/package.json`, JSON.stringify({ scripts: { id: "berth id && true" } }));
  file(`${bin}/session.exp`, "log_user 0\nspawn berth id\nexpect eof\nputs -nonewline $expect_out(buffer)\n");
  const git = (...args: string[]) => run(["git", ...args], { cwd: project, env: { HOME: home } });
  await git("init", "-q");
  await git("config", "alias.session", "!berth id");
  file(`${project}/.git/hooks/post-checkout`, `#!/bin/sh\nberth id > ${home}/from-hook\n`);
  await git(
    "-c",
    "user.name=n",
    "-c",
    "user.email=e@localhost",
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    "first",
  );
  const env = { PATH: `${bin}:${process.env["PATH"]}` };
  terminal = new Terminal(["bash", "--norc", "-i"], { home, env, cwd: project });
  id = await terminal.line("berth id", out);
});

afterAll(() => terminal.close());

test("what the short way finds at the prompt is what the whole way finds", async () => {
  const whole = await terminal.line("berth id --json", out);
  expect(JSON.parse(whole)).toMatchObject({ id, source: "deep-anchor" });
});

/** What is typed, by what it shows. Every line prints the ID that a program started that way sees. */
const SAME: Readonly<Record<string, string>> = {
  "a substitution": `echo $(berth id)`,
  "bash -c": `bash -c 'berth id; true'`,
  "bash -c, replaced by its command": `bash -c 'exec berth id'`,
  "sh -c": `sh -c 'berth id; true'`,
  "a script in a script": `outer`,
  "make": `make -s`,
  "npm run": `npm run --silent id`,
  "a git hook": `git checkout -q -B other && cat ${home}/from-hook`,
  "a git alias": `git session`,
  "xargs": `echo id | xargs berth`,
  "env -i": `env -i ${berth} id`,
  "env -i bash": `env -i bash -c '${berth} id; true'`,
  "setsid -w": `setsid -w berth id`,
  "nohup in the background": `{ nohup berth id 2>/dev/null & wait; }`,
  "timeout": `timeout 20 berth id`,
  "all streams redirected": `{ berth id <&- 2>&- | cat; }`,
  "a pipeline": `true | berth id | cat`,
  "a subshell whose parents are gone":
    `{ (sh -c 'sleep 0.2; berth id > ${home}/late; mv ${home}/late ${home}/later' &); while ! test -e ${home}/later; do sleep 0.1; done; cat ${home}/later; }`,
  "a linked binary of another name": `other-name id`,
  "a copied binary of another name": `copied id`,
  "script": `script -qec 'berth id' /dev/null`,
  "script within script": `script -qec "script -qec 'berth id; true' /dev/null" /dev/null`,
  "expect": `expect ${bin}/session.exp`,
  "strace -f": `strace -f -o /dev/null berth id`,
  "strace -f of a shell": `strace -f -o /dev/null bash -c 'berth id; true'`,
  "unbuffer's kind of relay by its name":
    `cp /usr/bin/script ${bin}/pipenv && pipenv -qec 'bash --norc -ic "berth id"' /dev/null`,
  "nested zsh": `zsh -f -c 'berth id; true'`,
  "nested fish": `fish -N -c 'berth id; true'`,
  "an interactive bash": `bash --norc -ic 'berth id; true'`,
  "an agent's child in a session of its own": `${agent} session berth id`,
  "an agent's shell in a session of its own": `${agent} session bash -c 'berth id; true'`,
  "a program in an agent's pseudoterminal": `${agent} pty berth id`,
  "bash -c in an agent's pseudoterminal": `${agent} pty bash -c 'berth id; true'`,
  "bash -lc in an agent's pseudoterminal": `${agent} pty bash -lc '${berth} id; true'`,
  "zsh -c in an agent's pseudoterminal": `${agent} pty zsh -fc 'berth id; true'`,
  "a pseudoterminal in a pseudoterminal": `${agent} pty ${agent} pty bash -c 'berth id; true'`,
  "a pseudoterminal below a session without a terminal":
    `${agent} session ${agent} pty bash -c 'berth id; true'`,
  "a session below a pseudoterminal": `${agent} pty ${agent} session bash -c 'berth id; true'`,
};

describe("the same ID as the prompt's:", () => {
  test("the prompt itself, again", async () => {
    expect(id).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(await terminal.line("berth id", out)).toBe(id);
  });

  for (const [name, command] of Object.entries(SAME)) {
    test(name, async () => expect(await terminal.line(command, out)).toBe(id));
  }
});

describe("in shells and programs that somebody types at:", () => {
  for (const shell of ["zsh -f -i", "fish -N -i", "dash -i", "rlwrap bash --norc -i"]) {
    test(`${shell}, typed from bash`, async () => {
      await terminal.enter(shell);
      expect(await terminal.line("berth id", `${out}-nested`)).toBe(id);
      await terminal.leave();
      expect(await terminal.line("berth id", out)).toBe(id);
    });
  }

  test("vim's :terminal with a command", async () => {
    const shown = `${home}/from-vim`;
    await terminal.enter(
      `vim -u NONE -c 'terminal ++close sh -c "berth id > ${shown}"' -c 'sleep 2' -c 'qa!'`,
    );
    await terminal.leave("");
    expect(await terminal.line(`cat ${shown}`, out)).toBe(id);
  });
});

describe("another ID:", () => {
  test("a second terminal", async () => {
    const second = new Terminal(["bash", "--norc", "-i"], { home });
    const other = await second.line(`${berth} id`, `${out}-second`);
    await second.close();
    expect(other).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(other).not.toBe(id);
  });

  test("the next terminal on a pseudoterminal that was used before", async () => {
    const first = new Terminal(["bash", "--norc", "-i"], { home });
    const [one, tty] = (await first.line(`{ ${berth} id; tty; }`, `${out}-reused`)).split("\n");
    await first.close();
    // The kernel hands out the lowest free number, but other tests open terminals too: open until it comes again.
    const opened: Terminal[] = [];
    let again: string | undefined;
    while (again === undefined && opened.length < 20) {
      const next = new Terminal(["bash", "--norc", "-i"], { home });
      opened.push(next);
      const [other, same] = (await next.line(`{ ${berth} id; tty; }`, `${out}-reused-${opened.length}`))
        .split("\n");
      if (same === tty) again = other;
    }
    await Promise.all(opened.map((next) => next.close()));
    expect(again).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(again).not.toBe(one);
  });

  test("an interactive shell in the terminal of a program that nobody knows", async () => {
    const other = await terminal.line(
      `${process.execPath} ${root}/test/support/emulator.ts bash --norc -i`,
      `${out}-emulator`,
    );
    expect(other).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(other).not.toBe(id);
  });
});

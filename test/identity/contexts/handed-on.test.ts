/** A terminal whose first shell has let another program take its place, or has lost it; scripts by a server's name. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { berth, directory, root, scratch, until } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
const bin = directory(home, "bin");
const out = `${home}/out`;
const env = { PATH: `${bin}:${process.env["PATH"]}`, BERTH_HOME: `${home}/store` };
const open = () => new Terminal(["bash", "--norc", "-i"], { home, env });
const isRoot = process.getuid?.() === 0;

beforeAll(() => symlinkSync(berth, `${bin}/berth`));

describe("the same terminal's, after", () => {
  test.each([
    "exec script -q /dev/null",
    "exec script -qc 'bash --norc -i' /dev/null",
    ...isRoot ? ["exec sudo -i", "exec su -P"] : [],
  ])("%s", async (command) => {
    const terminal = open();
    const id = await terminal.line("berth id", out);
    terminal.type(`${command}\r`);
    const file = `${home}/typed`;
    await until("the next shell", async () => {
      // What is typed before it reads, it reads later.
      terminal.type(`PATH=${bin}:$PATH; berth id > ${file}.part; mv ${file}.part ${file}\r`);
      await Bun.sleep(200);
      return await Bun.file(file).exists() || undefined;
    });
    const typed = await Bun.file(file).text();
    await Bun.file(file).delete();
    await terminal.close();
    expect(id).toMatch(/^anchor--/);
    expect(typed.trim()).toBe(id);
  });

  test("another program, where the shell's hook had noted it", async () => {
    const outer = open();
    const around = await outer.line("berth id", out);
    // A shell that somebody types at, in a terminal of a program that nobody knows.
    const profile = `${home}/profile`;
    writeFileSync(
      profile,
      `eval "$(berth init bash)"\nberth id > ${profile}.before\n` +
        `exec perl -e 'system("berth explain > ${profile}.why; berth id > ${profile}.part; mv ${profile}.part ${profile}.after")'\n`,
    );
    await outer.line(
      `${process.execPath} ${root}/test/support/agent.ts pty bash --rcfile ${profile} -i`,
      out,
    );
    await outer.close();
    const [before, after] = await Promise.all(
      ["before", "after"].map((end) => Bun.file(`${profile}.${end}`).text()),
    );
    expect(before).toMatch(/^anchor--/);
    expect(before?.trim()).not.toBe(around);
    expect(after).toBe(before ?? "");
    expect(await Bun.file(`${profile}.why`).text()).toContain(
      "it took the place of the shell whose hook noted",
    );
  });

  test("root's setsid has given it to another session, and at the prompt afterwards", async () => {
    const terminal = open();
    const id = await terminal.line("berth id", out);
    const file = `${home}/given`;
    terminal.type(
      `setsid -cw sh -c 'berth id > ${file}; berth explain > ${file}.why'; berth id > ${file}.after; mv ${file}.after ${file}.done\r`,
    );
    const after = await until(
      "the prompt",
      async () => await Bun.file(`${file}.done`).exists() ? await Bun.file(`${file}.done`).text() : undefined,
    );
    const given = await Bun.file(file).text();
    await terminal.close();
    expect([given.trim(), after.trim()]).toEqual([id, id]);
    // Who is not root cannot take it.
    if (isRoot) {
      expect(await Bun.file(`${file}.why`).text()).toMatch(
        /was its terminal, and another[^]*was taken; going on outward/,
      );
    }
  });
});

describe("a script by the name of", () => {
  let terminal: Terminal;
  let id: string;

  beforeAll(async () => {
    terminal = open();
    id = await terminal.line("berth id", out);
  });

  afterAll(() => terminal.close());

  test.each(["tmux", "screen", "sshd", "cron", "init", "dtach"])("%s is no server", async (name) => {
    const script = `${directory(home, `scripts-${name}`)}/${name}`;
    writeFileSync(script, '#!/bin/sh\n"$@"\n');
    chmodSync(script, 0o755);
    for (const command of [`${script} setsid -w berth id`, `setsid -w ${script} berth id`]) {
      expect(await terminal.line(command, out)).toBe(id);
    }
  });
});

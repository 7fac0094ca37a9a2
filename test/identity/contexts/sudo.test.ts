/** Other users in one terminal: sudo and su, which strip the environment and, as Debian builds them, open a terminal. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { berth, run, scratch } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

// Only root can become somebody else without a password.
if (process.getuid?.() === 0) {
  const home = scratch();
  const out = `${home}/out`;
  let terminal: Terminal;
  let id: string;

  beforeAll(async () => {
    // Somebody else runs the binary too, so its directory is open to him.
    await run(["chmod", "755", home]);
    terminal = new Terminal(["bash", "--norc", "-i"], { home });
    id = await terminal.line(`${berth} id`, out);
  });

  afterAll(() => terminal.close());

  for (
    const command of [
      `sudo ${berth} id`,
      `sudo -i ${berth} id`,
      `sudo -u nobody ${berth} id`,
      `sudo bash -c '${berth} id; true'`,
      `sudo sudo -u nobody ${berth} id`,
      `su - -c '${berth} id'`,
      `su -s /bin/sh nobody -c '${berth} id; true'`,
      `runuser -u nobody -- ${berth} id`,
      `setpriv --reuid=65534 --clear-groups ${berth} id`,
    ]
  ) {
    test(`the same ID: ${command.replaceAll(berth, "berth")}`, async () => {
      expect(await terminal.line(command, out)).toBe(id);
    });
  }

  for (const command of ["sudo -i", "su -", "sudo su -", "sudo -u nobody bash --norc -i"]) {
    test(`the same ID, typed at ${command}`, async () => {
      const nested = new Terminal(["bash", "--norc", "-i"], { home });
      const before = await nested.line(`${berth} id`, `${out}-typed`);
      await nested.shows(/\[\?2004h$/);
      nested.type(`${command}\r`);
      await nested.shows(/(sudo|su -)[^\n]*\r\n[^]*(\[\?2004h|[#$] )$/);
      nested.type(`${berth} id\r`);
      const [, after] = await nested.shows(/id\r\n[^]*?(anchor--[0-9a-f]{64})/);
      await nested.close();
      expect(before).toMatch(/^anchor--/);
      expect(after).toBe(before);
    });
  }
}

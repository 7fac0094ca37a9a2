/** tmux and GNU screen, with real servers of the test's own. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { berth, root, run, scratch, until } from "../../support/berth.ts";
import { Terminal } from "../../support/terminal.ts";

const home = scratch();
// A socket's path may hold commas and spaces.
const socket = `${home}/a, socket`;
let files = 0;
let outer: Terminal;

const tmux = async (...args: string[]): Promise<string> =>
  (await run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env: { HOME: home, SHELL: "/bin/bash" } }))
    .stdout.trim();

/** Type a command into a pane and take what it prints. */
async function inPane(pane: string, command: string): Promise<string> {
  const file = `${home}/pane-${++files}`;
  await tmux("send-keys", "-t", pane, "-l", `${command} > ${file}; mv ${file} ${file}.done`);
  await tmux("send-keys", "-t", pane, "Enter");
  return (await until(
    `${command} in pane ${pane}`,
    async () => await Bun.file(`${file}.done`).exists() ? await Bun.file(`${file}.done`).text() : undefined,
  )).trim();
}

const SHELL = "PS1= exec bash --norc -i";
const newSession = (name: string) => tmux("new-session", "-d", "-P", "-F", "#{pane_id}", "-s", name, SHELL);
const newPane = (target: string) => tmux("split-window", "-d", "-P", "-F", "#{pane_id}", "-t", target, SHELL);

beforeAll(() => {
  outer = new Terminal(["bash", "--norc", "-i"], { home });
});

afterAll(async () => {
  await tmux("kill-server");
  await outer.close();
});

describe("tmux", () => {
  let pane: string;
  let id: string;

  beforeAll(async () => {
    pane = await newSession("work");
    id = await inPane(pane, `${berth} id`);
  });

  test("what the short way finds at the prompt is what the whole way finds", async () => {
    expect(JSON.parse(await inPane(pane, `${berth} id --json`))).toMatchObject({ id, source: "tmux" });
  });

  test("a session is one, in every pane and window of it", async () => {
    expect(id).toMatch(/^tmux--[0-9a-f]{64}$/);
    const second = await newPane(pane);
    const window = await tmux("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", "work", SHELL);
    expect(await inPane(second, `${berth} id`)).toBe(id);
    expect(await inPane(window, `${berth} id`)).toBe(id);
  });

  test("a TMUX that is stale, another pane's or none does not lead out of the session", async () => {
    const other = await newSession("elsewhere");
    for (
      const variables of ["TMUX=none", "TMUX=/gone,1,0", `TMUX_PANE=${other}`, "-u TMUX", "-u TMUX_PANE"]
    ) {
      expect(await inPane(pane, `env ${variables} ${berth} id`)).toBe(id);
      expect(JSON.parse(await inPane(pane, `env ${variables} ${berth} id --json`))).toMatchObject({ id });
    }
    expect(await inPane(other, `${berth} id`)).not.toBe(id);
    await tmux("kill-session", "-t", "elsewhere");
  });

  test("scripts, stripped environments, sessions and terminals of their own in a pane mean the session", async () => {
    const agent = `${process.execPath} ${root}/test/support/agent.ts`;
    for (
      const command of [
        `bash -c '${berth} id; true'`,
        `env -i ${berth} id`,
        `setsid -w ${berth} id`,
        `script -qec '${berth} id' /dev/null`,
        `${agent} session ${berth} id`,
        `${agent} pty bash -c '${berth} id; true'`,
        `env -u TMUX ${agent} pty ${berth} id`,
      ]
    ) expect(await inPane(pane, command)).toBe(id);
  });

  test("after a rename, another client, and a move of the pane it is the same", async () => {
    await tmux("rename-session", "-t", "work", "renamed, anew");
    expect(await inPane(pane, `${berth} id`)).toBe(id);
    await tmux("break-pane", "-d", "-s", pane);
    expect(await inPane(pane, `${berth} id`)).toBe(id);
    await tmux("rename-session", "-t", "renamed, anew", "work");
  });

  test("attached from a terminal, detached and attached again it is the same", async () => {
    for (const _ of [1, 2]) {
      await outer.enter(`tmux -S '${socket}' attach -t work`);
      expect(await inPane(pane, `${berth} id`)).toBe(id);
      await tmux("detach-client", "-s", "work");
      await outer.leave("");
    }
  });

  test("run-shell and a popup mean the session", async () => {
    await tmux("run-shell", "-t", pane, `${berth} id > '${home}/run-shell'`);
    expect((await Bun.file(`${home}/run-shell`).text()).trim()).toBe(id);
    await outer.enter(`tmux -S '${socket}' attach -t work`);
    await until("an attached client", async () => (await tmux("list-clients", "-t", "work")) || undefined);
    // A popup lives on a client's screen; the command ends with its shell.
    await tmux("display-popup", "-E", "-t", pane, `${berth} id > '${home}/popup'`);
    expect((await Bun.file(`${home}/popup`).text()).trim()).toBe(id);
    await tmux("detach-client", "-s", "work");
    await outer.leave("");
  });

  test("scopes tell windows and panes apart", async () => {
    const second = await newPane(pane);
    const scoped = (where: string, scope: string) => inPane(where, `${berth} id --scope ${scope}`);
    expect(await scoped(pane, "session")).toBe(id);
    expect(await scoped(pane, "window")).toBe(await scoped(second, "window"));
    expect(await scoped(pane, "window")).not.toBe(id);
    expect(await scoped(pane, "pane")).not.toBe(await scoped(second, "pane"));
    expect(await scoped(pane, "pane")).not.toBe(await scoped(pane, "window"));
  });

  test("another session and the outer terminal are others", async () => {
    const other = await newSession("other");
    const ids = [id, await inPane(other, `${berth} id`), await outer.line(`${berth} id`, `${home}/outer`)];
    expect(new Set(ids).size).toBe(3);
    await tmux("kill-session", "-t", "other");
  });

  test("a foreign terminal that inherited TMUX is itself, with the server alive and the pane there", async () => {
    const inherited = await inPane(pane, `echo "$TMUX"`);
    const foreign = new Terminal(["bash", "--norc", "-i"], {
      home,
      env: { TMUX: inherited, TMUX_PANE: pane },
    });
    const { id: answer, hints } = JSON.parse(
      await foreign.line(`${berth} explain --json`, `${home}/foreign`),
    );
    await foreign.close();
    expect(answer).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(hints[0].name).toBe("TMUX");
    expect(hints[0].verdict).toBe("passed over");
    expect(hints[0].reason).toStartWith("inherited: its pane is on /dev/pts/");
  });

  // Only root can become somebody else without a password.
  if (process.getuid?.() === 0) {
    test("below sudo, and sudo -i, the session is the pane's", async () => {
      expect(await inPane(pane, `sudo ${berth} id`)).toBe(id);
      expect(await inPane(pane, `sudo -i ${berth} id`)).toBe(id);
      expect(await inPane(pane, `su - -c '${berth} id'`)).toBe(id);
    });
  }

  test("a killed and restarted server that counts from $0 again has other sessions", async () => {
    const path = `${home}/restarted`;
    const at = (...args: string[]) =>
      run(["tmux", "-S", path, "-f", "/dev/null", ...args], { env: { HOME: home, SHELL: "/bin/bash" } });
    const once = async () => {
      const file = `${home}/restarted-${++files}`;
      const shell =
        `sh -c '${berth} id --json > ${file}; echo "$TMUX" >> ${file}; mv ${file} ${file}.done; sleep 60'`;
      // A server that is just ending may still take the call and lose it.
      await until("a server", async () => (await at("new-session", "-d", shell)).status === 0 || undefined);
      const text = await until(
        "the session's answer",
        async () =>
          await Bun.file(`${file}.done`).exists() ? await Bun.file(`${file}.done`).text() : undefined,
      );
      await at("kill-server");
      await until("the server's end", async () => (await at("list-sessions")).status !== 0 || undefined);
      const [json = "", variable = ""] = text.trim().split("\n");
      return { ...JSON.parse(json), session: variable.split(",").at(-1) };
    };
    const [one, two] = [await once(), await once()];
    expect([one.source, two.source]).toEqual(["tmux", "tmux"]);
    expect(one.session).toBe(two.session);
    expect(one.id).not.toBe(two.id);
  });
});

describe("GNU screen", () => {
  const env = { HOME: home, SCREENDIR: `${home}/screens`, SHELL: "/bin/bash" };
  const screen = (...args: string[]) => run(["screen", "-c", "/dev/null", ...args], { env });
  const window = async (name: string, command: string): Promise<string> => {
    const file = `${home}/screen-${++files}`;
    const shell = `${command} > ${file}; mv ${file} ${file}.done; sleep 60`;
    // A server that is just starting, or was just renamed, may not hear a command: then it is given again.
    for (let sent = 0; sent < 8 && !await Bun.file(`${file}.done`).exists(); sent++) {
      await screen("-S", name, "-p", "0", "-X", "screen", "bash", "-c", shell);
      for (let waited = 0; waited < 2500 && !await Bun.file(`${file}.done`).exists(); waited += 20) {
        await Bun.sleep(20);
      }
    }
    return (await Bun.file(`${file}.done`).text()).trim();
  };

  beforeAll(async () => {
    await run(["mkdir", "-m", "700", `${home}/screens`]);
    for (const name of ["one", "two"]) await screen("-d", "-m", "-S", name, "bash", "--norc", "-i");
  });

  afterAll(async () => {
    for (const name of ["renamed", "two"]) await screen("-S", name, "-X", "quit");
  });

  test("a session is one in all its windows, after a rename too; another session is another", async () => {
    const id = await window("one", `${berth} id`);
    expect(id).toMatch(/^screen--[0-9a-f]{64}$/);
    expect(await window("one", `env -i ${berth} id`)).toBe(id);
    expect(await window("one", `${berth} id --scope window`)).not.toBe(id);
    await screen("-S", "one", "-X", "sessionname", "renamed");
    expect(await window("renamed", `${berth} id`)).toBe(id);
    expect(await window("two", `${berth} id`)).not.toBe(id);
  });

  test("a foreign terminal that inherited STY is itself", async () => {
    const inherited = await window("two", "printenv STY");
    const foreign = new Terminal(["bash", "--norc", "-i"], { home, env: { STY: inherited } });
    const { id, hints } = JSON.parse(await foreign.line(`${berth} explain --json`, `${home}/foreign-screen`));
    await foreign.close();
    expect(id).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(hints).toEqual([
      { name: "STY", verdict: "passed over", reason: "inherited: its server did not open this terminal" },
    ]);
  });
});

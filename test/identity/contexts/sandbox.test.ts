/** Where the terminal cannot be seen: sandboxes, what was left running, agents' servers. The shell loads the hook. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { run, until } from "../../support/berth.ts";
import { type Home, hookFile, makeHome, ShellTerminal } from "../../support/shell-pty.ts";

let home: Home;
let shell: ShellTerminal;
let id: string;

beforeAll(async () => {
  home = makeHome();
  shell = await ShellTerminal.open("bash", home, await hookFile(home, "bash"), {
    BERTH_HOME: `${home.path}/store`,
  });
  id = await shell.line("echo $BERTH_SESSION_ID");
});

afterAll(() => shell.close());

const printed = async (file: string) =>
  (await until(file, async () => await Bun.file(file).exists() ? await Bun.file(file).text() : undefined))
    .trim();

test("the hook notes the terminal, its devpts and the ID", async () => {
  expect(id).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(await shell.line("echo $BERTH_SESSION_BIND")).toMatch(
    new RegExp(`^2,\\d+,\\d+,\\d+,/dev/pts/\\d+,\\d+:\\d+,[0-9a-f-]{36},pid:\\[\\d+\\],${id}$`),
  );
});

// A PID namespace of one's own wants root here; in CI the tests are root.
if (process.getuid?.() === 0) {
  describe("in a PID namespace of its own", () => {
    const bwrap = "bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid";
    test.each([
      [`${bwrap} sh -c 'berth id; true'`],
      [`${bwrap} berth id`],
      [`${bwrap} setsid -w sh -c 'berth id; true' </dev/null 2>/dev/null | cat`],
      [`${bwrap} --new-session sh -c 'berth id; true' </dev/null 2>/dev/null | cat`],
      [`${bwrap} --new-session env -u BERTH_SESSION_ID setsid -w berth id`],
      [`${bwrap} sh -c 'berth id </dev/null 2>/dev/null | cat; true'`],
      [`${bwrap} script -qec 'berth id; true' /dev/null`],
      [`unshare --pid --fork --mount-proc sh -c 'berth id; true'`],
      [`unshare --pid --fork sh -c 'berth id; true'`],
      [`unshare --pid --fork ${bwrap} sh -c 'berth id; true'`],
    ])("%s is the terminal's", async (command) => {
      expect((await shell.line(command)).replaceAll("\r", "")).toBe(id);
    });

    test("a sandbox without the binding keeps nothing, and says why", async () => {
      const bare = `env -u BERTH_SESSION_BIND ${bwrap}`;
      expect(JSON.parse(await shell.line(`${bare} berth id --json`))).toMatchObject({
        stable: false,
        unstable: "a PID namespace of its own, made by bwrap, hides the terminal",
      });
      expect(await shell.line(`{ ${bare} berth id --strict 2>&1; echo $?; }`)).toMatch(
        /^berth: No stable session here[^]*\n4$/,
      );
      expect(await shell.line(`${bare} berth doctor`)).toContain("note: This is a PID namespace of its own");
      expect(await shell.line(`${bwrap} berth doctor`)).toContain(
        "the session is known by BERTH_SESSION_BIND",
      );
    });

    test("a container with a terminal of its own does not believe a binding that leaked into it", async () => {
      const inner =
        `script -qec "unshare --pid --fork --mount-proc bash -c 'berth id --json; true'" /dev/null`;
      // A devpts of its own, whose terminals count from 0 again.
      const mounted = `unshare --mount sh -c "mount -t devpts -o newinstance,ptmxmode=0666 x /dev/pts && ${
        inner.replaceAll('"', '\\"').replaceAll("'", "'\\''")
      }"`;
      const answer = JSON.parse(
        (await shell.line(mounted.replaceAll("'\\''", "'"))).replaceAll("\r", ""),
      ) as { id: string; stable: boolean };
      expect(answer.id).not.toBe(id);
    });

    test("a read-only store is said to be one, with what to do", async () => {
      const said = await shell.line(`{ berth set k v; ${bwrap} berth set k w 2>&1; berth get k; }`);
      expect(said).toContain("Read-only file system");
      expect(said).toContain(`berth mcp`);
      expect(said).toEndWith("\nv");
    });

    test("a store that is not there yet and cannot be made is said to be one too, and found by doctor", async () => {
      const bare = `BERTH_HOME=${home.path}/none ${bwrap}`;
      const said = await shell.line(`{ ${bare} berth set k w 2>&1; ${bare} berth doctor; }`);
      expect(said).toContain("Read-only file system");
      expect(said).toContain(`set BERTH_HOME to a directory that may be written`);
      expect(said).toContain(`/none" is not there and cannot be made`);
      expect(said).toContain("Set BERTH_HOME to a directory that can be made or written to");
      const elsewhere = `BERTH_HOME=/dev/shm/none ${bwrap} --tmpfs /dev/shm`;
      expect(await shell.line(`${elsewhere} sh -c 'berth set k w && berth get k'`)).toEndWith("w");
    });

    test("of another user's terminal is not believed where that can be seen", async () => {
      const bind = await shell.line("echo $BERTH_SESSION_BIND");
      const { stdout } = await run([
        "setsid",
        "--wait",
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "sh",
        "-c",
        `${home.bin}/berth id --json; true`,
      ], { env: { BERTH_SESSION_BIND: bind } });
      expect(stdout === "" ? {} : JSON.parse(stdout)).not.toMatchObject({ id });
    });
  });
}

describe("left running", () => {
  test.each([
    [
      "an agent's &",
      (file: string) =>
        `setsid -w bash -c '(sleep 0.3; berth id > ${file}.part; mv ${file}.part ${file}) & true'`,
    ],
    [
      "setsid -f",
      (file: string) => `setsid -f sh -c 'sleep 0.3; berth id > ${file}.part; mv ${file}.part ${file}'`,
    ],
    [
      "nohup of a shell that is gone, its environment taken away",
      (file: string) =>
        `setsid -w bash -c 'nohup sh -c "sleep 0.3; env -i $(command -v berth) id > ${file}.part; mv ${file}.part ${file}" >/dev/null 2>&1 & true'`,
    ],
  ])("by %s, it is the terminal's while that lives", async (name, command) => {
    const file = `${home.path}/left-${name.replaceAll(/\W/g, "-")}`;
    await shell.line(command(file));
    expect(await printed(file)).toBe(id);
  });

  test("after the terminal is gone it is a job of its own", async () => {
    const other = await ShellTerminal.open("bash", home, await hookFile(home, "bash"));
    const its = await other.line("echo $BERTH_SESSION_ID");
    const file = `${home.path}/after`;
    const script =
      `while ! test -e ${file}.go; do sleep 0.05; done; berth id > ${file}.part; mv ${file}.part ${file}`;
    await other.line(`setsid -f sh -c '${script}'`);
    await other.close();
    await Bun.write(`${file}.go`, "");
    const answer = await printed(file);
    expect(answer).toMatch(/^anchor--/);
    expect([its, id]).not.toContain(answer);
  });
});

describe("below an agent's server", () => {
  /** A program of that name, started in this terminal with these arguments, that runs commands one after the other. */
  async function served(name: string, args: string, env = ""): Promise<{ id: string; stable: boolean }> {
    const program = `${home.path}/${name}`;
    if (!await Bun.file(program).exists()) copyFileSync(Bun.which("dash") ?? "/bin/dash", program);
    return JSON.parse(await shell.line(`${program} -c '${env} berth id --json; true' ${args}`)) as {
      id: string;
      stable: boolean;
    };
  }

  test("neither the terminal nor its variables count", async () => {
    const plain = await served("codex", "exec hello");
    expect(plain.id).toBe(id);
    const server = await served("codex", "app-server --listen unix:///tmp/x");
    expect(server.id).toMatch(/^anchor--/);
    expect(server.id).not.toBe(id);
    for (const [name, args] of [["cline", "--cline-hub-daemon"], ["claude", "daemon run"]] as const) {
      expect((await served(name, args)).id).not.toBe(id);
    }
  });

  test("a prompt that has such words in it makes no server", async () => {
    expect((await served("claude", '-p "the daemon should run"')).id).toBe(id);
  });

  test("each conversation is one session", async () => {
    const program = `${home.path}/codex`;
    const thread = (name: string) => `CODEX_THREAD_ID=${name} sh -c "berth id; true"`;
    const [one, again, two, none] = (await shell.line(
      `${program} -c '${thread("a")}; ${thread("a")}; ${
        thread("b")
      }; berth id; true' app-server --managed-daemon`,
    )).split("\n");
    expect(again).toBe(one);
    expect(new Set([one, two, none, id]).size).toBe(4);
  });
});

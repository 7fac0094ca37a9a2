/** Which session a hooked shell says it is in, what it hands to programs, and what stays behind in its terminal. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { berth, run, scratch, until } from "../support/berth.ts";
import {
  hookFile,
  hookText,
  makeHome,
  nushell,
  NushellTerminal,
  program,
  ShellTerminal,
} from "../support/shell-pty.ts";
import { startSshd } from "../support/sshd.ts";
import { Terminal } from "../support/terminal.ts";

const SHELLS = ["bash", "zsh", "fish"];
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

const home = makeHome();
program(`${home.bin}/inner`, "#!/bin/sh\nberth id\n:\n");

async function hooked(
  shell: string,
  env: Record<string, string> = {},
  ...more: string[]
): Promise<ShellTerminal> {
  const opened = await ShellTerminal.open(shell, home, await hookFile(home, shell, ...more), env);
  open.push(opened);
  return opened;
}

const written = (path: string) => existsSync(path) ? readFileSync(path, "utf8") : undefined;

/** The three variables as programs get them. */
async function pair(shell: ShellTerminal): Promise<Record<string, string>> {
  const lines = (await shell.line("env")).split("\n").filter((line) => line.startsWith("BERTH_"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** The same shell once more, with its hook. */
const inner = (name: string) => name === "bash" ? `bash --rcfile ${home.path}/rc.bash -i` : name;

const LINES = { status: { bash: "$?", zsh: "$?", fish: "$status" } as Record<string, string> };

describe.each(SHELLS)("%s", (name) => {
  test("has the ID from its first prompt on, and so has whatever is started there", async () => {
    const shell = await hooked(name);
    const first = await pair(shell);
    expect(Object.keys(first).sort()).toEqual([
      "BERTH_SESSION_BIND",
      "BERTH_SESSION_ID",
      "BERTH_SESSION_SHORT",
    ]);
    const id = first["BERTH_SESSION_ID"] ?? "";
    expect(id).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(first["BERTH_SESSION_SHORT"]).toBe(id.slice(0, 20));
    expect(await pair(shell)).toEqual(first);
    for (
      const command of ["berth id", "inner", "sh -c 'berth id; true'", "bash -c 'echo $BERTH_SESSION_ID'"]
    ) {
      expect(await shell.line(command)).toBe(id);
    }
    expect(await shell.line("berth_prompt")).toBe(id.slice(0, 20));
    await shell.terminal.enter(inner(name));
    expect(await pair(shell)).toEqual(first);
    await shell.terminal.leave();
  });

  test("replaces the pair that another terminal's programs would inherit", async () => {
    const one = await hooked(name);
    await one.line("berth use review");
    const theirs = await pair(one);
    expect(theirs["BERTH_USE"]).toBe("ex--review_c9");
    const other = await hooked(name, theirs);
    const ours = await pair(other);
    expect(ours["BERTH_SESSION_ID"]).toMatch(/^anchor--/);
    expect(ours["BERTH_SESSION_BIND"]).not.toBe(theirs["BERTH_SESSION_BIND"]);
    expect(ours["BERTH_USE"]).toBeUndefined();
    // The other terminal has no hook: what it inherited is not believed either.
    const plain = new Terminal(["bash", "--norc", "-i"], {
      home: home.path,
      env: { ...home.env, ...theirs },
    });
    open.push(plain);
    expect(await plain.line("berth id", `${home.path}/plain-${name}`)).toMatch(/^anchor--/);
  });

  test("berth use means another session here and in what is started from here, until --none", async () => {
    const shell = await hooked(name);
    const { BERTH_SESSION_ID: own = "", BERTH_SESSION_BIND: bind = "" } = await pair(shell);
    shell.type("berth use review");
    await shell.terminal.shows(/now means session ex--review_c9/);
    expect(await pair(shell)).toEqual({
      BERTH_SESSION_BIND: bind,
      BERTH_SESSION_ID: "ex--review_c9",
      BERTH_SESSION_SHORT: "ex--review_c9",
      BERTH_USE: "ex--review_c9",
    });
    expect(JSON.parse(await shell.line("berth id --json"))).toMatchObject({
      id: "ex--review_c9",
      source: "use",
    });
    for (const command of ["inner", "setsid -w berth id", "script -qec 'berth id' /dev/null"]) {
      expect(await shell.line(command)).toBe("ex--review_c9");
    }
    await shell.terminal.enter(inner(name));
    expect((await pair(shell))["BERTH_USE"]).toBe("ex--review_c9");
    shell.type("berth use --none");
    expect(await shell.line("berth id")).toBe(own);
    await shell.terminal.leave();
    expect(await shell.line("berth id")).toBe("ex--review_c9");
    shell.type("berth refresh");
    expect((await pair(shell))["BERTH_USE"]).toBe("ex--review_c9");
    expect(JSON.parse(await shell.line("berth use --none --json"))).toEqual({
      schema: 1,
      id: own,
      use: null,
    });
    expect(await pair(shell)).toMatchObject({ BERTH_SESSION_ID: own, BERTH_SESSION_BIND: bind });
    expect(await shell.line("berth id")).toBe(own);
  });

  // Only root becomes somebody without a password.
  if (process.getuid?.() === 0) {
    test("berth use holds for a hooked shell below sudo and without the environment", async () => {
      const shell = await hooked(name);
      shell.type("berth use review");
      const chosen = await pair(shell);
      const up = `${home.path}/up-${name}`;
      const again = name === "bash"
        ? inner(name)
        : name === "zsh"
        ? `ZDOTDIR="${home.path}" zsh -d -i`
        : "fish -i";
      const rc = name === "bash" ? "rc.bash" : name === "zsh" ? ".zshrc" : ".config/fish/config.fish";
      appendFileSync(`${home.path}/${rc}`, `\necho up > ${up}\n`);
      await shell.terminal.enter(`sudo env -i TERM=dumb PATH="$PATH" HOME="$HOME" ${again}`);
      await until("the shell below sudo", () => written(up));
      expect(await pair(shell)).toEqual(chosen);
      expect(await shell.line("berth id")).toBe("ex--review_c9");
      shell.type("berth use --none");
      expect(await shell.line("berth id")).toBe(chosen["BERTH_SESSION_BIND"]?.split(",").at(-1) ?? "");
    });
  }

  test("berth use survives a label that was set for a while", async () => {
    const shell = await hooked(name);
    const set = name === "fish" ? "set -gx BERTH_SESSION other" : "export BERTH_SESSION=other";
    const unset = name === "fish" ? "set -e BERTH_SESSION" : "unset BERTH_SESSION";
    shell.type("berth use review");
    shell.type(set);
    expect(await shell.line('echo "$BERTH_SESSION_ID $BERTH_USE"')).toBe("ex--other_d9 ex--review_c9");
    shell.type("berth refresh");
    expect(await shell.line('echo "$BERTH_SESSION_ID $BERTH_USE"')).toBe("ex--other_d9 ex--review_c9");
    shell.type(unset);
    expect(await shell.line('echo "$BERTH_SESSION_ID $BERTH_USE"')).toBe("ex--review_c9 ex--review_c9");
    expect(await shell.line("berth id")).toBe("ex--review_c9");
  });

  test("a failure of berth use has its message and status and changes nothing", async () => {
    const shell = await hooked(name);
    const before = await pair(shell);
    shell.type("berth use");
    expect(await shell.line(`echo ${LINES.status[name]}`)).toBe("2");
    await shell.terminal.shows(/Missing argument for "berth use"/);
    shell.type("berth use a--");
    expect(await shell.line(`echo ${LINES.status[name]}`)).toBe("2");
    shell.type(name === "fish" ? "set -gx BERTH_SESSION other" : "export BERTH_SESSION=other");
    shell.type("berth use review");
    expect(await shell.line(`echo ${LINES.status[name]}`)).toBe("6");
    await shell.terminal.shows(/BERTH_SESSION is set to "other"/);
    shell.type(name === "fish" ? "set -e BERTH_SESSION" : "unset BERTH_SESSION");
    expect(await shell.line("berth use --help")).toStartWith("Let this terminal mean another session");
    expect(await pair(shell)).toEqual(before);
  });

  test("with --no-prompt a changed label is seen by berth refresh alone", async () => {
    const shell = await hooked(name, {}, "--no-prompt");
    const { BERTH_SESSION_ID: own = "" } = await pair(shell);
    shell.type(name === "fish" ? "set -gx BERTH_SESSION other" : "export BERTH_SESSION=other");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe(own);
    shell.type("berth refresh");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--other_d9");
  });

  test("two terminals are two", async () => {
    const [one, other] = await Promise.all([hooked(name), hooked(name)]);
    expect((await pair(one))["BERTH_SESSION_ID"]).not.toBe((await pair(other))["BERTH_SESSION_ID"] ?? "");
  });

  test("a shell that is replaced by another asks anew", async () => {
    const shell = await hooked(name);
    const before = await pair(shell);
    await shell.line("echo before");
    shell.type(`exec ${name}`);
    expect(await shell.line("echo ready")).toBe("ready");
    expect(await pair(shell)).toEqual(before);
  });
});

describe("tmux, started from a hooked shell that uses another session", () => {
  const socket = `${scratch()}/socket`;
  const tmux = async (...args: string[]) =>
    (await run(["tmux", "-S", socket, "-f", "/dev/null", ...args], { env: home.env })).stdout.trim();
  afterAll(() => tmux("kill-server"));

  test("its panes have their own, the status line too, and a pane may use one of its own", async () => {
    const shell = await hooked("bash");
    shell.type("berth use review");
    const { BERTH_SESSION_ID, BERTH_USE } = await pair(shell);
    expect([BERTH_SESSION_ID, BERTH_USE]).toEqual(["ex--review_c9", "ex--review_c9"]);
    await shell.line(
      `tmux -S ${socket} -f /dev/null new-session -d -s s -x 100 -y 20 'bash --rcfile ${home.path}/rc.bash -i'`,
    );
    await shell.line(`tmux -S ${socket} split-window -d -t s 'bash --rcfile ${home.path}/rc.bash -i'`);
    let files = 0;
    const inPane = async (pane: number, command: string) => {
      const file = `${home.path}/tmux-${++files}`;
      await tmux("send-keys", "-t", `s:0.${pane}`, "-l", `${command} > ${file}; mv ${file} ${file}.done`);
      await tmux("send-keys", "-t", `s:0.${pane}`, "Enter");
      return (await until(command, () => written(`${file}.done`))).trim();
    };
    const id = await inPane(0, 'echo "$BERTH_SESSION_ID"');
    expect(id).toMatch(/^tmux--[0-9a-f]{64}$/);
    expect(await inPane(0, "berth id")).toBe(id);
    expect(await inPane(0, 'echo "${BERTH_USE-none}"')).toBe("none");
    expect(await inPane(1, 'echo "$BERTH_SESSION_ID"')).toBe(id);
    await inPane(0, "berth use pane-one");
    expect(await inPane(0, "berth id")).toBe("ex--pane-one_fe");
    expect(await inPane(1, "berth id")).toBe(id);
    // What documentation says for the status line.
    await tmux(
      "set",
      "-g",
      "status-right",
      "#(TMUX=#{socket_path},#{pid},#{s/^.//:session_id} berth id --short)",
    );
    await tmux("set", "-g", "status-interval", "1");
    await tmux("set", "-g", "status-right-length", "40");
    const client = new Terminal(["tmux", "-S", socket, "attach", "-t", "s"], {
      home: home.path,
      env: home.env,
    });
    open.push(client);
    await client.shows(new RegExp(id.slice(0, 18)));
  });

  test("a shell that is told of a pane's binding notices it at the next prompt", async () => {
    const shell = await hooked("bash");
    const before = await pair(shell);
    shell.type("export BERTH_SESSION_ID=wrong TMUX=/nowhere,1,0 TMUX_PANE=%0");
    expect((await pair(shell))["BERTH_SESSION_ID"]).toBe(before["BERTH_SESSION_ID"] ?? "");
    shell.type("export BERTH_SESSION_ID=wrong TMUX_PANE=%1");
    expect((await pair(shell))["BERTH_SESSION_ID"]).toBe(before["BERTH_SESSION_ID"] ?? "");
  });
});

describe("ssh to this machine with the variables sent along", () => {
  let sshd: Awaited<ReturnType<typeof startSshd>>;
  beforeAll(async () => {
    sshd = await startSshd(["AcceptEnv BERTH_*", `SetEnv PATH=${home.env["PATH"]}`]);
  });
  afterAll(() => sshd.stop());

  test("does not carry them over", async () => {
    const shell = await hooked("bash");
    shell.type("berth use review");
    const here = await pair(shell);
    expect(here["BERTH_USE"]).toBe("ex--review_c9");
    const [ssh = "ssh", ...rest] = sshd.ssh;
    const login = [ssh, "-tt", "-o", "SendEnv=BERTH_*", ...rest.slice(0, -1), rest.at(-1) ?? ""];
    const plain = await shell.line(`${login.join(" ")} 'berth id; env | grep -c ^BERTH_USE='`);
    expect(plain).toMatch(/^ssh--[0-9a-f]{64}\r?\n1$/);
    const file = `${home.path}/ssh-hook.bash`;
    writeFileSync(file, await hookText("bash"));
    const hookedThere = await shell.line(
      `${login.join(" ")} 'bash -c ". ${file}; env"' | tr -d "\\r" | grep ^BERTH_`,
    );
    expect(hookedThere).toContain("BERTH_SESSION_ID=ssh--");
    expect(hookedThere).not.toContain("BERTH_USE");
    expect(hookedThere).not.toContain(here["BERTH_SESSION_BIND"] ?? "");
  });
});

describe("nu", () => {
  let nu: string | undefined;
  beforeAll(async () => {
    nu = await nushell();
  }, 150_000);

  test("has the ID at its prompt, notices a label, uses a session and takes it out again", async () => {
    if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
    const file = `${home.path}/berth.nu`;
    writeFileSync(file, await hookText("nu"));
    const shell = await NushellTerminal.open(home, `source ${file}\nsource ${file}\n`);
    open.push(shell);
    const submit = (command: string) => shell.submit(command);
    const line = (expression: string) => shell.line(expression);
    const id = await line("$env.BERTH_SESSION_ID");
    expect(id).toMatch(/^anchor--[0-9a-f]{64}$/);
    expect(await line("berth id")).toBe(id);
    expect(await line("$env.config.hooks.pre_prompt | where $it == berth_hook_prompt | length | to text"))
      .toBe("1");
    await submit("$env.BERTH_SESSION = 'other'");
    expect(await line("$env.BERTH_SESSION_ID")).toBe("ex--other_d9");
    await submit("hide-env BERTH_SESSION");
    expect(await line("$env.BERTH_SESSION_ID")).toBe(id);
    await submit("berth use");
    expect(await line("$env.LAST_EXIT_CODE | to text")).toBe("2");
    await submit("berth use review");
    expect(await line("berth id --json")).toContain('"source":"use"');
    expect(await line("$env.BERTH_SESSION_ID")).toBe("ex--review_c9");
    await submit("berth use --none");
    expect(await line("berth id")).toBe(id);
    expect(await line("berth_prompt")).toBe(id.slice(0, 20));
    await submit("berth_unhook");
    expect(await line("$env | columns | where $it starts-with BERTH_ | length | to text")).toBe("0");
  });
});

/** What a script of nu's prints on a terminal, with the hook loaded in it. */
async function inNu(nu: string, text: string): Promise<string> {
  const hook = `${home.path}/script-hook.nu`;
  writeFileSync(hook, await hookText("nu"));
  const script = `${home.path}/script-${Bun.hash(text)}.nu`;
  writeFileSync(script, `source ${hook}\n${text}`);
  const out = `${script}.out`;
  await run(["script", "-qec", `${nu} -n ${script} > ${out} 2> ${out}.err`, "/dev/null"], {
    env: { ...home.env, TERM: "dumb" },
    limit: 50_000,
  });
  return readFileSync(out, "utf8");
}

describe("nu's function", () => {
  let nu: string | undefined;
  beforeAll(async () => {
    nu = await nushell();
  }, 150_000);

  test("fails as the program does, and a pipe gets what the program prints", async () => {
    if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
    const printed = await inNu(
      nu,
      `
def tried [what: closure] { try { do $what; "no" } catch {|error| $"($error.exit_code) ($env.LAST_EXIT_CODE)" } }
print (tried { berth use }) (tried { ^berth use })
print (tried { berth use a-- }) (tried { berth refresh nobody }) (tried { berth cd nobody }) (tried { berth finish nobody --json })
print (berth use review | str length) $env.BERTH_SESSION_ID
let nothing = (berth use other)
print ($nothing | describe) ($nothing | str length) $env.BERTH_SESSION_ID
print ((berth use --none --json | from json) == {schema: 1, id: $env.BERTH_SESSION_ID, use: null})
print (berth use --help | lines | first)
print ((berth prune --dry-run --json | from json).schema)
berth use review
berth refresh
berth use
print "too far"
`,
    );
    expect(printed.trim().split("\n")).toEqual([
      "2 2",
      "2 2",
      "2 2",
      "2 2",
      "3 3",
      "3 3",
      "0",
      "ex--review_c9",
      "string",
      "0",
      "ex--other_d9",
      "true",
      "Let this terminal mean another session",
      "1",
    ]);
  });

  // Only root becomes somebody without a password.
  if (process.getuid?.() === 0) {
    test("a session that is used holds below sudo and without the environment", async () => {
      if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
      const below =
        `source ${home.path}/script-hook.nu; print $env.BERTH_SESSION_ID $env.BERTH_USE (berth id)`;
      const emptied = `env -i $"PATH=($env.PATH | str join ':')" $"HOME=($env.HOME)"`;
      const printed = await inNu(nu, `berth use review\n^sudo ${emptied} ${nu} -n -c '${below}'`);
      expect(printed).toBe("ex--review_c9\nex--review_c9\nex--review_c9\n");
    });
  }
});

describe("without the hook", () => {
  test.each(["use review", "use --none", "refresh"])("berth %s says what is missing", async (line) => {
    const { stdout, stderr, status } = await run([berth, ...line.split(" ")]);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    expect(stderr).toContain("has not loaded the hook");
    expect(stderr).toContain("berth help init");
  });
});

describe("what the hook asks", () => {
  test("is answered by the ID, the binding and the short ID, a line each, also where a label is set", async () => {
    const shell = await hooked("bash");
    const { BERTH_SESSION_ID: id = "", BERTH_SESSION_BIND: bind = "" } = await pair(shell);
    expect(await shell.line("berth id --bind --strict")).toBe(`${id}\n${bind}\n${id.slice(0, 20)}`);
    expect(await shell.line("berth id --strict --bind")).toBe(`${id}\n${bind}\n${id.slice(0, 20)}`);
    expect(await shell.line("BERTH_SESSION=other berth id --bind --strict")).toBe(
      `ex--other_d9\n${bind}\nex--other_d9`,
    );
  });

  test("is refused where the ID would be another one at the next command", async () => {
    // Below a process whose parents are none of ours, in a session of its own, nothing stands for us.
    const { stdout, stderr, status } = await run([
      "unshare",
      "--pid",
      "--fork",
      "--mount-proc",
      "--kill-child",
      berth,
      "id",
      "--bind",
      "--strict",
    ], { env: home.env });
    expect({ stdout, status }).toEqual({ stdout: "", status: 4 });
    expect(stderr).toContain("No stable session here");
  });
});

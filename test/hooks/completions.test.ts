/** Completions, in the shells themselves. */
import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { berth, run } from "../support/berth.ts";
import { hookText, makeHome, nushell, program, ShellTerminal } from "../support/shell-pty.ts";

const home = makeHome();
const store = { BERTH_HOME: `${home.path}/store`, BERTH_SESSION: "berth-of-mine" };
const open: ShellTerminal[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

const ask = async (...args: string[]) => {
  const { stdout, stderr, status } = await run([berth, "complete", ...args], {
    env: { ...home.env, ...store },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").slice(0, -1);
};

beforeAll(async () => {
  for (const [session, key] of [["berth-of-mine", "colour"], ["review", "depth"]]) {
    const set = await run([berth, "set", key ?? "", "1"], {
      env: { ...store, BERTH_SESSION: session ?? "" },
    });
    expect(set.status).toBe(0);
  }
});

describe("what is answered", () => {
  test.each([
    [["bash", "--", "in"], ["init", "incr"]],
    [["bash", "--", "id", "--sho"], ["--short"]],
    [["bash", "--", "id", "--scope", "="], ["pane", "window", "session"]],
    [["bash", "--", "id", "--scope", "=", "p"], ["pane"]],
    [["zsh", "--", "--scope", "w"], ["window"]],
    [["zsh", "--", "id", "--scope=w"], ["--scope=window"]],
    [["zsh", "--", "--scope", "pane", "--json", "ini"], ["init\tPrint the hook of a shell"]],
    [["fish", "--", "init", ""], ["bash", "zsh", "fish", "pwsh", "nu"]],
    [["fish", "--", "init", "bash", ""], []],
    [["bash", "--", "use", "revi"], ["ex--review_c9"]],
    [["bash", "--", "use", "ex--r"], ["ex--review_c9"]],
    [["bash", "--", "delete", "ex--review_c9", "ex--r"], ["ex--review_c9"]],
    [["bash", "--", "id", "--session-id", "revi"], ["ex--review_c9"]],
    [["zsh", "--", "id", "--session-id=re"], [expect.stringMatching(/^--session-id=ex--review_c9\t/)]],
    [["bash", "--", "get", ""], ["colour"]],
    [["bash", "--", "get", "--session-id", "review", ""], ["depth"]],
    [["bash", "--", "get", "--session-id=review", ""], ["depth"]],
    [["bash", "--", "config", "maxA"], ["maxAgeDays"]],
    [["bash", "--", "hold", "--", "gi"], [":files"]],
    [["bash", "--", "explain", "--record", ""], [":files"]],
    [["pwsh", "--", "init", ":z"], ["zsh"]],
    [["pwsh", "--", "init", ":"], ["bash", "zsh", "fish", "pwsh", "nu"]],
    [["bash", "--", "nonsense", ""], []],
    [["bash"], expect.arrayContaining(["id", "init"])],
    [["bash", "--", "comp"], ["completions"]],
  ])("%j", async (args, wanted) => {
    expect(await ask(...args)).toEqual(wanted);
  });

  test("a store that cannot be read offers nothing, without a word", async () => {
    const env = { ...home.env, BERTH_HOME: "/dev/null/x", BERTH_SESSION: "x" };
    const { stderr, status } = await run([berth, "complete", "bash", "--", "use", ""], { env });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});

const load: Record<string, string> = {
  bash: 'eval "$(berth completions bash)"\nbind "set enable-bracketed-paste off" "set bell-style none"\n',
  zsh: 'autoload -Uz compinit && compinit -u\neval "$(berth completions zsh)"\n',
  fish: "berth completions fish | source\n",
};

describe.each(["bash", "zsh", "fish"])("the tab key in %s", (name) => {
  test("completes commands, options and sessions, beside the hook", async () => {
    const hook = `${home.path}/hook.${name}`;
    writeFileSync(hook, await hookText(name));
    const rc = `${name === "fish" ? "source" : "."} ${hook}\n${load[name]}`;
    const shell = await ShellTerminal.open(name, home, rc, store);
    open.push(shell);
    expect(await shell.line("berth vers\t")).toStartWith("berth ");
    expect(await shell.line("berth id --session-id revi\t")).toBe("ex--review_c9");
    expect(await shell.line("berth id --session-id ex--rev\t --sho\t")).toBe("ex--review_c9");
    expect(shell.terminal.output).not.toMatch(/command not found|rror/);
  });
});

/** Keys with what shells give a meaning to, each behind three letters of its own. */
const ODD = [
  "k00;b",
  "k01's",
  "k02$(touch owned)`touch owned`",
  "k03 d",
  "k04:c",
  'k05"q',
  "k06\\b",
  "k07!h",
  "k08=e",
  "k09é'\"$ *",
];

describe("a key that needs quotes", () => {
  const odd = { BERTH_HOME: `${home.path}/odd`, BERTH_SESSION: "mine" };
  beforeAll(async () => {
    for (const key of ODD) {
      expect((await run([berth, "set", key, key.slice(0, 3)], { env: odd })).status).toBe(0);
    }
  });

  test.each(["bash", "zsh", "fish"])("%s: is found, bare, in single and in double quotes", async (name) => {
    const shell = await ShellTerminal.open(name, home, load[name] ?? "", odd);
    open.push(shell);
    for (const key of ODD) {
      const start = key.slice(0, 3);
      for (const quote of ["", "'", '"']) {
        expect(`${quote}${await shell.line(`berth get ${quote}${start}\t`)}`).toBe(`${quote}${start}`);
      }
    }
    expect(existsSync(`${home.path}/owned`)).toBe(false);
  });

  test("nu: is found", async () => {
    const nu = await nushell();
    if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
    const [hook, script] = [`${home.path}/odd.nu`, `${home.path}/odd-keys.nu`];
    writeFileSync(hook, await hookText("nu"));
    const asked = `source ${hook}; ${JSON.stringify(ODD)} | each {|key| ['' '"' "'"] | each {|quote|
      berth_hook_complete [berth get $"($quote)($key | str substring 0..2)"] | get value.0 } } | flatten | to json -r`;
    const { stdout } = await run([nu, "-n", "-c", asked], { env: { ...home.env, ...odd } });
    const values: string[] = JSON.parse(stdout);
    writeFileSync(script, values.map((value) => `^berth get ${value}`).join("\n"));
    expect((await run([nu, "-n", script], { env: { ...home.env, ...odd } })).stdout.trim().split("\n"))
      .toEqual(
        ODD.flatMap((key) => Array(3).fill(key.slice(0, 3))),
      );
  }, 150_000);
});

describe.each(["bash", "zsh", "fish"])("%s: a program behind the tab key", (name) => {
  const start = async (text: string, env: Record<string, string> = {}) => {
    const home = makeHome();
    rmSync(`${home.bin}/berth`);
    program(`${home.bin}/berth`, text);
    const { stdout } = await run([berth, "completions", name, "--cmd", "berth"]);
    writeFileSync(`${home.path}/completions`, stdout);
    const compinit = name === "zsh" ? "autoload -Uz compinit && compinit -u\n" : "";
    const load = `${compinit}${name === "fish" ? "source" : "."} ${home.path}/completions\n`;
    const shell = await ShellTerminal.open(name, home, load, env);
    open.push(shell);
    return shell;
  };

  test("that hangs is ended, and the line that was typed is run", async () => {
    const hangs =
      '#!/bin/sh\n[ "$1" = complete ] || exit 0\ntrap "" TERM INT HUP\nwhile :; do sleep 1; done\n';
    const shell = await start(hangs);
    expect(await shell.line("berth ab\t; echo works")).toBe("works");
  });

  test("hears nothing of what is set for the runtime inside of it", async () => {
    const env = { BUN_BE_BUN: "1", BUN_INSPECT: "ws://127.0.0.1:1/?wait=1", BUN_OPTIONS: "--version" };
    const shell = await start(`#!/bin/sh\nexec ${berth} "$@"\n`, env);
    expect(await shell.line("echo berth vers\t")).toBe("berth vers");
    shell.terminal.type("berth vers\t");
    await shell.terminal.shows(/version/);
  });
});

test("bash: completions in a restricted shell are silent, and right", async () => {
  const shell = await ShellTerminal.open("bash", home, load["bash"] ?? "", store);
  open.push(shell);
  await shell.terminal.enter(`bash --rcfile ${await restricted(`${load["bash"]}set -r\n`)} -i`);
  shell.type("berth id --session-id revi\t");
  await shell.terminal.shows(/\nex--review_c9/);
  expect(shell.terminal.output).not.toMatch(/restricted|rror/);
});

async function restricted(rc: string): Promise<string> {
  const file = `${home.path}/rbash.rc`;
  await Bun.write(file, rc);
  return file;
}

test("zsh: the text works as a file _berth in fpath", async () => {
  const directory = `${home.path}/functions`;
  const { stdout } = await run([berth, "completions", "zsh"]);
  await Bun.write(`${directory}/_berth`, stdout);
  const rc = `fpath=(${directory} $fpath)\nautoload -Uz compinit && compinit -u\n`;
  const shell = await ShellTerminal.open("zsh", home, rc, store);
  open.push(shell);
  expect(await shell.line("berth id --session-id revi\t")).toBe("ex--review_c9");
  expect(await shell.line("berth id --session-id revi\t --sho\t")).toBe("ex--review_c9");
});

test("nu: the hook completes, and so do the completions alone", async () => {
  const nu = await nushell();
  if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
  for (const kind of ["init", "completions"]) {
    const file = `${home.path}/${kind}.nu`;
    writeFileSync(file, (await run([berth, kind, "nu"])).stdout);
    const { stdout } = await run([
      nu,
      "-n",
      "-c",
      `source ${file}; berth_complete_test`.replace(
        "berth_complete_test",
        kind === "init"
          ? "berth_hook_complete 'berth ini' | to json -r"
          : "berth_complete 'berth ini' | to json -r",
      ),
    ], {
      env: { ...home.env, ...store },
    });
    expect(JSON.parse(stdout)).toEqual([{ value: "init", description: "Print the hook of a shell" }]);
  }
}, 150_000);

test.each([
  ["bash", ["shellcheck"]],
  ["bash", ["shfmt", "-i", "2", "-ci", "-d"]],
  ["zsh", ["zsh", "-n"]],
  ["fish", ["fish", "--no-config", "-n"]],
])("the text for %s passes %j", async (shell, linter) => {
  const file = `${home.path}/completions.${shell}`;
  writeFileSync(file, (await run([berth, "completions", shell])).stdout);
  expect(await run([...linter, file])).toEqual({ stdout: "", stderr: "", status: 0 });
});

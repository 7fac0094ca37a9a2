/** The hook in a real PowerShell: what it hands on, what it keeps, and what it does when the program hangs. */
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { berth, run, until } from "../support/berth.ts";
import {
  type Home,
  hookFile,
  hookText,
  makeHome,
  powershell,
  PowerShellTerminal,
  program,
  QUIET,
} from "../support/shell-pty.ts";

const LIMIT = 100_000;
const open: PowerShellTerminal[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

/** Run a script with the hook in the profile. */
async function script(
  text: string,
  { home = makeHome(), first = "", env = {} }: { home?: Home; first?: string; env?: Record<string, string> } =
    {},
) {
  const file = `${home.path}/.config/powershell/profile.ps1`;
  await Bun.write(file, `${first}\n${await hookText("pwsh", "--cmd", "berth")}`);
  const command = [powershell(), "-NoLogo", "-NonInteractive", "-Command", text];
  const env_ = { ...home.env, ...QUIET, BERTH_HOME: `${home.path}/store`, BERTH_SESSION: "of-mine", ...env };
  return await run(command, { env: env_, limit: LIMIT / 2 });
}

const lines = ({ stdout }: { stdout: string }) => stdout.trim().split(/\r?\n/);

async function terminal(rc: (hook: string) => string, env: Record<string, string> = {}, home = makeHome()) {
  const shell = await PowerShellTerminal.open(home, rc(await hookFile(home, "pwsh", "--cmd", "berth")), env);
  open.push(shell);
  return { shell, home };
}

describe("a failure is one for PowerShell", () => {
  test.each([
    ["as it is", ""],
    ["under strict mode", "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"],
  ])("%s", async (_, first) => {
    const done = await script(
      [
        'berth nonsense 2>$null; "$? $LASTEXITCODE $($Error.Count)"',
        "berth nonsense 2>$null && 'deployed'",
        "berth nonsense 2>$null || 'rescued'",
        "berth set k v && 'kept'; \"$? $LASTEXITCODE\"",
        '$x = berth get k; "$? $x"',
        '$x = berth get missing 2>$null; "$? $LASTEXITCODE"',
        'berth use 2>$null; "$? $LASTEXITCODE"',
        "if ($(berth id)) { 'yes' }",
        "berth nonsense 2>$null; if ($?) { 'wrong' } else { 'right' }",
      ].join("\n"),
      { first },
    );
    expect(done.stderr).toBe("");
    expect(lines(done)).toEqual([
      "False 2 0",
      "rescued",
      "kept",
      "True 0",
      "True v",
      "False 1",
      "False 2",
      "yes",
      "right",
    ]);
  }, LIMIT);

  test("is the status of pwsh -c", async () => {
    expect((await script("berth nonsense")).status).toBe(1);
    expect((await script("berth id")).status).toBe(0);
  }, LIMIT);

  test("throws where PowerShell was told that programs do", async () => {
    const first = "$PSNativeCommandUseErrorActionPreference = $true; $ErrorActionPreference = 'Stop'";
    const done = await script("try { berth nonsense 2>$null; 'on' } catch { 'caught' }", { first });
    expect(lines(done)).toEqual(["caught"]);
  }, LIMIT);

  test("in constrained language the words arrive, and $LASTEXITCODE tells", async () => {
    const done = await script(
      "berth set 'a b' '*'; berth get 'a b'; berth nonsense 2>$null; $LASTEXITCODE; berth run nobody -- echo 2>$null; $LASTEXITCODE",
      { first: "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'" },
    );
    expect(done.stderr).toBe("");
    expect(lines(done)).toEqual(["*", "2", "3"]);
  }, LIMIT);
});

const HANGING: Record<string, string> = {
  "hangs": "exec sleep 60",
  "hangs and holds on": "trap '' TERM INT HUP\nsleep 60",
  "hangs in the middle": "printf 'anchor--1\\n1,'\nexec sleep 60",
  "prints an endless line": "exec tr '\\0' g < /dev/zero",
  "prints without end": "exec yes gaz",
  "prints garbage": "echo gaz; echo gaz; echo gaz; echo gaz",
  "leaves somebody behind": "sleep 60 &\necho gaz",
};

describe("the program", () => {
  test.each(Object.entries(HANGING))("%s: the shell is up, without an ID or a word", async (_, text) => {
    const home = makeHome();
    rmSync(`${home.bin}/berth`);
    program(`${home.bin}/berth`, `#!/bin/sh\n${text}\n`);
    const env = { BERTH_SESSION_ID: "anchor--old", BERTH_USE: "x" };
    const done = await script(
      '"$(@(Get-ChildItem Env:BERTH_SESSION_*, Env:BERTH_USE*).Count) $LASTEXITCODE"',
      {
        home,
        env,
      },
    );
    expect(done).toEqual({ stdout: "0 \n", stderr: "", status: 0 });
  }, LIMIT);

  test("is missing", async () => {
    const home = makeHome();
    rmSync(`${home.bin}/berth`);
    const done = await script('"up $env:BERTH_SESSION_ID"; berth id; "$?"', { home });
    expect(lines(done)).toEqual(["up ", "False"]);
    expect(done.stderr).toContain("Cannot find the program");
  }, LIMIT);

  test("hangs, and ^C gives the prompt back and ends it", async () => {
    const home = makeHome();
    const { shell } = await terminal((hook) => hook, {}, home);
    rmSync(`${home.bin}/berth`);
    program(
      `${home.bin}/berth`,
      `#!/bin/sh\ntrap '' INT TERM HUP\necho $$ > ${home.path}/pid\nwhile :; do sleep 1; done\n`,
    );
    shell.terminal.type("$env:BERTH_SESSION = 'other'\r");
    const pid = Number(
      await until("the program", () => {
        const file = `${home.path}/pid`;
        return existsSync(file) && readFileSync(file, "utf8").trim() || undefined;
      }),
    );
    shell.terminal.type("\x03");
    // PowerShell's own, where a prompt was given up.
    await shell.terminal.shows(/PS>/);
    expect(await shell.line("echo works")).toBe("works");
    await until("its end", () => existsSync(`/proc/${pid}/exe`) ? undefined : true);
  }, LIMIT);
});

describe("the prompt", () => {
  test("notices a label at once, and sees the status of the last command then too", async () => {
    const { shell } = await terminal((hook) => hook);
    expect(await shell.submit("$env:BERTH_SESSION = 'one'; sh -c 'exit 3'")).toMatch(/^False:ex--one_/);
    expect(await shell.submit("$env:BERTH_SESSION = 'two'")).toMatch(/^True:ex--two_/);
    expect(await shell.submit("sh -c 'exit 4'")).toMatch(/^False:ex--two_/);
    expect(await shell.line("echo $LASTEXITCODE")).toBe("4");
  }, LIMIT);

  test("notices it after the profile was loaded again, also with another tool around it", async () => {
    const { shell } = await terminal((hook) => hook);
    for (const name of ["one", "two"]) {
      await shell.submit(". $PROFILE; . $PROFILE");
      expect(await shell.submit(`$env:BERTH_SESSION = '${name}'`)).toStartWith(`True:ex--${name}`);
    }
    await shell.submit('$before = $function:prompt; function prompt { "[$(& $before)]" }; . $PROFILE');
    expect(await shell.submit("$env:BERTH_SESSION = 'three'")).toStartWith("True:ex--three");
  }, LIMIT);

  test("goes on without a word after Disable-BerthHook, and nothing is left", async () => {
    const { shell } = await terminal((hook) => hook);
    expect(await shell.submit("Disable-BerthHook; $env:BERTH_SESSION = 'one'")).toBe("True:");
    const left =
      "(Get-ChildItem Variable:Berth*, Env:BERTH_SESSION_*, Function:*BerthHook*, Function:berth -ErrorAction Ignore)";
    expect(await shell.line(`echo "left $(${left}.Name)"`)).toBe("left");
    expect(shell.terminal.output).not.toMatch(/not recognized|Exception/);
  }, LIMIT);

  test("of another tool around it goes on, too", async () => {
    const wrap = '$before = $function:prompt; function prompt { "[$(& $before)] " }\n';
    const { shell } = await terminal((hook) => `${hook}Set-StrictMode -Version Latest\n${wrap}`);
    expect(await shell.submit("Disable-BerthHook; $env:BERTH_SESSION = 'one'")).toBe("True:");
    expect(await shell.line("echo works")).toBe("works");
    expect(shell.terminal.output).not.toMatch(/not recognized|cannot be retrieved|PS>/);
  }, LIMIT);
});

test("use lets the shell mean another session", async () => {
  const { shell } = await terminal((hook) => hook);
  const own = await shell.line("echo $env:BERTH_SESSION_ID");
  expect(own).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(await shell.submit("berth use review")).toBe("True:ex--review_c9");
  expect(await shell.line('echo "$env:BERTH_SESSION_ID $env:BERTH_USE"')).toBe("ex--review_c9 ex--review_c9");
  expect(await shell.line("berth id")).toBe("ex--review_c9");
  await shell.submit("berth use --none");
  expect(await shell.line('echo "$env:BERTH_SESSION_ID$env:BERTH_USE"')).toBe(own);
}, LIMIT);

describe("completions", () => {
  const complete = async (home: Home, asks: readonly string[], env: Record<string, string> = {}) => {
    const text = (await run([berth, "completions", "pwsh", "--cmd", "berth"])).stdout;
    const ask = (line: string) =>
      `$r = TabExpansion2 -inputScript '${line.replaceAll("'", "''")}' -cursorColumn ${line.length}; ` +
      "($r.CompletionMatches.CompletionText -join '|')";
    return await script(`${text}\n$global:LASTEXITCODE = 7\n${asks.map(ask).join("\n")}\n$LASTEXITCODE`, {
      home,
      env,
    });
  };

  test("are quoted, continued in an open quote, and leave $LASTEXITCODE alone", async () => {
    const home = makeHome();
    const env = { BERTH_HOME: `${home.path}/store`, BERTH_SESSION: "of-mine" };
    for (const key of ["a;b", "it's", "$x", "plain", "re d"]) {
      expect((await run([berth, "set", key, "1"], { env })).status).toBe(0);
    }
    writeFileSync(`${home.path}/file-here`, "");
    const asks = [
      "berth get pl",
      "berth get a",
      "berth get it",
      "berth get 're",
      "berth get 're'",
      'berth get "re',
    ];
    expect(lines(await complete(home, [...asks, "berth get nothing", "berth vers", "berth init bash "])))
      .toEqual([
        "plain",
        "'a;b'",
        "'it''s'",
        "'re d'",
        "'re d'",
        "'re d'",
        "nothing",
        "version",
        "",
        "7",
      ]);
  }, LIMIT);

  test.each(Object.entries(HANGING))("the program %s", async (_, text) => {
    const home = makeHome();
    rmSync(`${home.bin}/berth`);
    program(`${home.bin}/berth`, `#!/bin/sh\n[ "$1" = complete ] || exit 1\n${text}\n`);
    const { stdout, stderr } = await complete(home, ["berth ab"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^(ab|gaz.*)\n7\n$/);
  }, LIMIT);

  test("do not hear what is set for the runtime inside of the program", async () => {
    const home = makeHome();
    const env = { BUN_BE_BUN: "1", BUN_INSPECT: "ws://127.0.0.1:1/?wait=1", BUN_OPTIONS: "--version" };
    expect(lines(await complete(home, ["berth vers"], env))).toEqual(["version", "7"]);
  }, LIMIT);
});

test("a prompt starts nothing, a changed label one program", async () => {
  const home = makeHome();
  const { shell } = await terminal((hook) => hook, {}, home);
  rmSync(`${home.bin}/berth`);
  program(`${home.bin}/berth`, `#!/bin/sh\necho called >> ${home.path}/calls\n`);
  for (let prompt = 0; prompt < 5; prompt++) await shell.submit("1 | Out-Null");
  expect(existsSync(`${home.path}/calls`)).toBe(false);
  await shell.submit("$env:BERTH_SESSION = 'x'");
  expect(readFileSync(`${home.path}/calls`, "utf8")).toBe("called\n");
}, LIMIT);

test("what reads a line is made at the first call, and goes with the hook", async () => {
  const there = '"$(Test-Path Function:Get-BerthHookLine)"';
  const done = await script(`${there}; berth set k v; ${there}; Disable-BerthHook; ${there}`);
  expect(done.stderr).toBe("");
  expect(lines(done)).toEqual(["False", "True", "False"]);
}, LIMIT);

/** What `berth init` prints: the same every time, accepted by every linter, and silent when it is loaded. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { berth, run, scratch } from "../support/berth.ts";
import { hookText, makeHome, nushell, powershell } from "../support/shell-pty.ts";

const home = makeHome();
const directory = scratch("berth-hook-text-");
const OPTIONS = [[], ["--no-prompt"], ["--cmd", "moor"], ["--no-prompt", "--cmd", "my.berth-2"]];
const SHELLS = ["bash", "zsh", "fish", "pwsh", "nu"];
const ENDINGS: Record<string, string> = { bash: "sh", zsh: "zsh", fish: "fish", pwsh: "ps1", nu: "nu" };
const pwsh = powershell();
let nu: string | undefined;

beforeAll(async () => {
  nu = await nushell();
}, 150_000);

afterAll(() => {
  if (nu === undefined) console.log("Left out: Nushell, which cannot be installed here");
});

async function file(shell: string, options: readonly string[]): Promise<string> {
  const path = `${directory}/${options.join("_") || "plain"}.${ENDINGS[shell]}`;
  writeFileSync(path, await hookText(shell, ...options));
  return path;
}

async function silent(command: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { stdout, stderr, status } = await run(command, { env: { ...home.env, ...env } });
  expect({ command, stdout, stderr, status }).toEqual({ command, stdout: "", stderr: "", status: 0 });
}

describe.each(SHELLS)("the text for %s", (shell) => {
  test.each(OPTIONS.map((options) => ({ options })))(
    "with $options holds no ID and is always the same",
    async ({ options }) => {
      const [one, other] = await Promise.all([
        run(["bash", "-c", `${berth} init ${shell} ${options.join(" ")}`], { env: { BERTH_SESSION: "one" } }),
        run([berth, "init", shell, ...options], { cwd: "/" }),
      ]);
      expect(one.stdout).toBe(other.stdout);
      expect(one.stdout).not.toMatch(/--[0-9a-f]{12}/);
      expect(one.stdout).not.toContain("@command@");
      expect(one.stdout).not.toContain("#prompt");
      expect(one.stderr + other.stderr).toBe("");
    },
  );

  test("names the function as --cmd says, and no function with two underscores", async () => {
    const text = await hookText(shell, "--cmd", "moor");
    expect(text).not.toMatch(/\bberth (id|use|complete)\b(?!["\w])/);
    expect(text).toContain("moor id --bind --strict".split(" ")[0] ?? "");
    expect(text).not.toMatch(/^\s*(?:function |def )?\w*__\w*(?:\(\)| \{)/m);
  });

  test("touches no prompt with --no-prompt", async () => {
    const text = await hookText(shell, "--no-prompt");
    expect(text).not.toContain("PROMPT_COMMAND");
    expect(text).not.toContain("berth_hook_prompt()");
    expect(text).not.toContain("precmd");
    expect(text).not.toContain("on-event");
    expect(text).not.toContain("$function:prompt");
    expect(text).not.toContain("pre_prompt");
  });
});

test.each([
  [["zhs"], `No hook for shell "zhs"`, `Did you mean "zsh"?`],
  [["powershell"], `No hook for shell "powershell"`, `Did you mean "pwsh"?`],
  [["bash", "--cmd", "a b"], `Option "--cmd" wants a name`, "--cmd"],
  [["bash", "--cmd", "x;id"], `Option "--cmd" wants a name`, "--cmd"],
  [["bash", "--cmd", "../berth"], `Option "--cmd" wants a name`, "--cmd"],
])("init %j is refused", async (args, message, hint) => {
  const { stdout, stderr, status } = await run([berth, "init", ...args]);
  expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
});

describe.each(OPTIONS.map((options) => ({ options })))("with $options", ({ options }) => {
  test("bash: shellcheck, shfmt, and the parsers of bash, its POSIX mode and dash", async () => {
    const path = await file("bash", options);
    await silent(["shellcheck", path]);
    await silent(["shfmt", "-i", "2", "-ci", "-d", path]);
    await silent(["bash", "-n", path]);
    await silent(["bash", "--posix", "-n", path]);
    await silent(["dash", "-n", path]);
  });

  test("zsh -n, as itself and as sh", async () => {
    const path = await file("zsh", options);
    await silent(["zsh", "-n", path]);
    await silent(["zsh", "--emulate", "sh", "-n", path]);
  });

  test("fish -n and fish_indent", async () => {
    const path = await file("fish", options);
    await silent(["fish", "--no-config", "-n", path]);
    await silent(["fish", "--no-config", "-c", `fish_indent --check ${path}`]);
  });

  test.each([
    ["bash", ["-euo", "pipefail", "-c"]],
    ["bash", ["-u", "-c"]],
    ["bash", ["-O", "failglob", "-O", "extglob", "-O", "nullglob", "-C", "-c"]],
    ["bash", ["--posix", "-eu", "-c"]],
    ["bash", ["-eu", "-a", "-E", "-T", "-c"]],
    ["zsh", ["-f", "-c"]],
    ["zsh", ["-f", "-e", "-u", "-o", "pipefail", "-c"]],
    ["zsh", [
      "-f",
      "-o",
      "noclobber",
      "-o",
      "sh_word_split",
      "-o",
      "ksh_arrays",
      "-o",
      "warn_create_global",
      "-c",
    ]],
    ["fish", ["--no-config", "-c"]],
  ])("%s %j loads it twice without a word, and takes it out", async (shell, how) => {
    const path = await file(shell, options);
    const load = shell === "fish" ? `source ${path}` : `. ${path}`;
    await silent([shell, ...how, `${load}; ${load}; test -n "$BERTH_SESSION_ID"; berth_unhook; ${load}`], {
      PATH: await withName(options),
    });
  });

  test.each(["sh", "ksh", "csh", "zsh"])("zsh loads it after emulate -R %s", async (mode) => {
    const path = await file("zsh", options);
    const PATH = await withName(options);
    await silent(
      ["zsh", "-f", "-c", `emulate -R ${mode}; . ${path}; . ${path}; test -n "$BERTH_SESSION_ID"`],
      { PATH },
    );
  });

  test("bash loads it as 3.2, 4.3 and 5.0 would, also in POSIX mode", async () => {
    const path = await file("bash", options);
    const PATH = await withName(options);
    for (const version of ["3.2.57(1)-release", "4.3.48(1)-release", "5.0.18(1)-release"]) {
      for (const mode of [[], ["--posix"]]) {
        await silent(
          [
            "bash",
            ...mode,
            "-eu",
            "-c",
            `BASH_VERSION='${version}'; . ${path}; . ${path}; test -n "$BERTH_SESSION_ID"`,
          ],
          { PATH },
        );
      }
    }
  });

  test("other shells pass it over", async () => {
    await silent(["dash", "-eu", "-c", `. ${await file("bash", options)}`]);
  });

  test("nu parses and loads it", async () => {
    if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
    const path = await file("nu", options);
    await silent([
      nu,
      "-n",
      "-c",
      `source ${path}; source ${path}; if ($env.BERTH_SESSION_ID? | is-empty) { exit 1 }`,
    ], {
      PATH: await withName(options),
    });
  });

  test.each([
    ["as it is", ""],
    ["under strict mode", "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"],
    ["in constrained language", "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"],
  ])("pwsh loads it twice without a word and takes it out, %s", async (_, first) => {
    const path = await file("pwsh", options);
    const load = `Invoke-Expression (Get-Content -Raw '${path}')`;
    const check =
      "if (-not $env:BERTH_SESSION_ID) { exit 1 }; Disable-BerthHook; if ($env:BERTH_SESSION_ID) { exit 2 }; " +
      "if (Get-Variable BerthHook* -Scope Global) { exit 3 }; if ($Error.Count -gt 0) { $Error; exit 4 }; " +
      "if (Get-Command *-BerthHook* -CommandType Function) { exit 5 }";
    await silent(
      [pwsh, "-NoProfile", "-NonInteractive", "-Command", `${first}\n${load}; ${load}; ${check}`],
      {
        PATH: await withName(options),
      },
    );
  });
});

/** A PATH that has the program under the name that the options give it. */
async function withName(options: readonly string[]): Promise<string> {
  const name = options[options.indexOf("--cmd") + 1];
  if (options.includes("--cmd")) await run(["ln", "-sf", berth, `${home.bin}/${name}`]);
  return home.env["PATH"] ?? "";
}

const READERS = ["VSCODE_RESOLVING_ENVIRONMENT", "INTELLIJ_ENVIRONMENT_READER"];

describe.each(READERS)("while an editor reads the environment, with %s", (variable) => {
  test.each([
    ["bash", ["-c"], "."],
    ["zsh", ["-f", "-c"], "."],
    ["fish", ["--no-config", "-c"], "source"],
  ])("%s: nothing happens", async (shell, how, load) => {
    const path = await file(shell, []);
    await silent([shell, ...how, `${load} ${path}; set | grep -i '^_*berth_' | grep -v '^_='; true`], {
      [variable]: "1",
    });
  });

  test("pwsh and nu: nothing happens", async () => {
    const env = { [variable]: "1" };
    const left = "Get-ChildItem Env:BERTH*, Function:*Berth*, Variable:Berth* -ErrorAction Ignore";
    await silent([pwsh, "-NoProfile", "-Command", `. '${await file("pwsh", [])}'; ${left}`], env);
    if (nu === undefined) return expect(Bun.which("nu")).toBeNull();
    const columns = "print -n ($env | columns | where $it starts-with BERTH_ | str join)";
    await silent([nu, "-n", "-c", `source ${await file("nu", [])}; ${columns}`], env);
  });
});

/** What came after Windows PowerShell 5.1: kinds of nodes, kinds of tokens, and members of .NET that it lacks. */
const AFTER_5_1 = `
$errors = $tokens = $null
$ast = [System.Management.Automation.Language.Parser]::ParseFile($args[0], [ref] $tokens, [ref] $errors)
$errors | ForEach-Object { $_.Message }
$ast.FindAll({ $args[0].GetType().Name -match 'PipelineChain|Ternary' -or $args[0].NullConditional }, $true) |
  ForEach-Object { $_.Extent.Text }
$tokens | Where-Object { $_.Kind -match 'QuestionQuestion|QuestionDot|QuestionLBracket|AndAnd|OrOr|QuestionMark' -or
  ($_.Kind -match 'Parameter' -and $_.Text -match '^-(AsHashtable|Parallel|AsUTC|Skip.*Check)$') } | ForEach-Object { $_.Text }
`;

test.each(["init", "completions"])(
  "pwsh: %s has nothing that Windows PowerShell 5.1 cannot read",
  async (kind) => {
    const script = `${directory}/after.ps1`;
    writeFileSync(script, AFTER_5_1);
    const path = `${directory}/${kind}.ps1`;
    const { stdout: text } = await run([berth, kind, "pwsh"]);
    const later = text.match(/(?<=@'\n)[^]*?(?=\n'@\n)/)?.[0];
    expect(later === undefined).toBe(kind !== "init");
    // What is kept as a text until the function is called first is code as well.
    for (const code of [text, later ?? ""]) {
      writeFileSync(path, code);
      await silent([pwsh, "-NoProfile", "-NonInteractive", "-File", script, path]);
    }
    // And the test sees what it is to see.
    writeFileSync(path, "$a ?? 1; $b ? 1 : 2; a && b; $c?.d");
    const { stdout } = await run([pwsh, "-NoProfile", "-NonInteractive", "-File", script, path]);
    expect(stdout.trim().split(/\r?\n/).length).toBeGreaterThan(3);
  },
);

test.each(SHELLS)("completions for %s are static", async (shell) => {
  const { stdout, stderr, status } = await run([berth, "completions", shell, "--cmd", "moor"]);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toContain("moor");
  expect(stdout).not.toContain("@command@");
});

/** The hook at the prompt of real shells: what was there before stays as it was, and other tools live beside it. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { hookFile, makeHome, ShellTerminal } from "../support/shell-pty.ts";
import { run } from "../support/berth.ts";

const open: ShellTerminal[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

async function shellWith(shell: string, rc: (hook: string) => string, env: Record<string, string> = {}) {
  const home = makeHome();
  const opened = await ShellTerminal.open(shell, home, rc(await hookFile(home, shell)), env);
  open.push(opened);
  return { shell: opened, home };
}

/** The hook is at work when a label that is set shows at the next prompt. */
async function expectAtWork(shell: ShellTerminal, fish = false): Promise<void> {
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--[0-9a-f]{64}$/);
  shell.type(fish ? "set -gx BERTH_SESSION other" : "export BERTH_SESSION=other");
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--other_d9");
  shell.type(fish ? "set -e BERTH_SESSION" : "unset BERTH_SESSION");
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--[0-9a-f]{64}$/);
  expect(shell.terminal.output).not.toMatch(/not found|unbound|syntax|rror|denied|invalid/);
}

const BASH_STATUS: readonly (readonly [string, string, string])[] = [
  ["(exit 3)", 'echo "$?"', "3"],
  ["false | true | (exit 5)", 'echo "${PIPESTATUS[*]}"', "1 0 5"],
  ["true one two", 'echo "$_"', "two"],
];

/** What people have in PROMPT_COMMAND, each setting `last` to the status it sees. */
const PROMPT_COMMANDS: readonly (readonly [string, string])[] = [
  ["nothing", "last=none"],
  ["a function", "mine() { last=$?; }; PROMPT_COMMAND=mine"],
  ["a trailing semicolon", "mine() { last=$?; }; PROMPT_COMMAND='mine;'"],
  ["a trailing semicolon and spaces", "mine() { last=$?; }; PROMPT_COMMAND='mine ;  '"],
  ["a comment at its end", "mine() { last=$?; }; PROMPT_COMMAND='mine # mine'"],
  ["several lines", "mine() { last=$?; }; PROMPT_COMMAND=$'mine\\n:\\n'"],
  ["an exported one", "last=; export PROMPT_COMMAND='last=$?'"],
  ["an array", "mine() { last=$?; }; PROMPT_COMMAND=(mine :)"],
  ["an empty array", "last=none; PROMPT_COMMAND=()"],
  ["one that is added behind the hook", 'HOOK; mine() { last=$?; }; PROMPT_COMMAND="$PROMPT_COMMAND; mine"'],
  ["one that is added before the hook", 'HOOK; mine() { last=$?; }; PROMPT_COMMAND="mine;$PROMPT_COMMAND"'],
  ["an array that is added to", "PROMPT_COMMAND=(:); HOOK; mine() { last=$?; }; PROMPT_COMMAND+=(mine)"],
];

describe.each(["bash", "bash --posix"])("%s", (name) => {
  test.each(PROMPT_COMMANDS)("PROMPT_COMMAND: %s", async (_, rc) => {
    const text = (hook: string) =>
      rc.includes("HOOK") ? rc.replace("HOOK;", `${hook}`) : `${rc}\n${hook}${hook}`;
    const { shell } = await shellWith(name, text);
    for (const [before, line, wanted] of BASH_STATUS) {
      shell.type(before);
      expect(await shell.line(line)).toBe(wanted);
    }
    if (!rc.includes("none")) {
      shell.type("(exit 7)");
      expect(await shell.line('echo "$last"')).toBe("7");
    }
    const entries = await shell.line("declare -p PROMPT_COMMAND");
    expect(entries.match(/(?<!declare -F )berth_hook_prompt/g)?.length).toBe(1);
    await expectAtWork(shell);
    shell.type("berth_unhook");
    expect(await shell.line('set | grep -c "^berth_\\|^BERTH_"; declare -p PROMPT_COMMAND 2>&1')).not
      .toContain("berth_hook");
    shell.type("(exit 6)");
    expect(await shell.line('echo "$?"')).toBe("6");
    expect(shell.terminal.output).not.toMatch(/not found(?!\n?.*PROMPT_COMMAND)|unbound|syntax error/);
  });
});

test("bash: an exported PROMPT_COMMAND does not fail in a shell inside that has no hook", async () => {
  const { shell } = await shellWith("bash", (hook) => `export PROMPT_COMMAND='last=$?'\n${hook}`);
  await shell.terminal.enter("bash --norc --noprofile -i");
  expect(await shell.line('echo "in:$BERTH_SESSION_ID"')).toMatch(/^in:anchor--/);
  shell.type("(exit 3)");
  expect(await shell.line('echo "$last"')).toBe("3");
  expect(shell.terminal.output).not.toMatch(/not found/);
  await shell.terminal.leave();
});

test.each([
  ["set -u", "set -u"],
  ["set -o pipefail", "set -o pipefail"],
  ["set -a", "set -a"],
  ["noclobber, failglob, extglob, nullglob", "set -C; shopt -s failglob extglob nullglob nocasematch"],
  ["a hostile IFS", "IFS='-_0123456789abcdefb '"],
  ["functrace and errtrace", "set -ET"],
  [
    "aliases",
    "for c in test export unset local eval printf read exec cd kill type berth timeout true set; do alias $c='echo ALIAS'; done",
  ],
  [
    "functions",
    'for c in test export unset local printf read cd kill type timeout true set declare; do eval "$c() { echo FUNCTION; }"; done',
  ],
])("bash works under %s", async (_, rc) => {
  const { shell } = await shellWith("bash", (hook) => `${rc}\n${hook}${hook}`);
  shell.type("\\builtin unalias -a; \\builtin unset -f set export unset");
  await expectAtWork(shell);
  expect(shell.terminal.output).not.toMatch(/ALIAS[^=']|FUNCTION[^;]/);
});

test("bash under set -e lives on after a command that failed in a condition", async () => {
  const { shell } = await shellWith("bash", (hook) => `${hook}set -e\n`);
  shell.type("! true");
  expect(await shell.line('echo "$?"')).toBe("1");
  await expectAtWork(shell);
});

/** As bash-preexec does it: a DEBUG trap that runs hooks for everything but what stands in PROMPT_COMMAND. */
const PREEXEC = `
seen= interactive=
pre_precmd() { last=$?; interactive=; }
pre_interactive() { interactive=y; }
pre_debug() {
  [[ -n \${COMP_LINE-} || -z $interactive ]] && return
  local entry old=$IFS; IFS=$';\\n'
  for entry in \${PROMPT_COMMAND[*]}; do [[ \${entry# } == "$BASH_COMMAND" ]] && { IFS=$old; interactive=; return; }; done
  IFS=$old interactive= seen="$seen[$BASH_COMMAND]"
}
PROMPT_COMMAND="pre_precmd\${PROMPT_COMMAND:+;$PROMPT_COMMAND};pre_interactive"
trap pre_debug DEBUG
`;

/** As starship does it: in front of everything, the status and the statuses of the pipeline kept for its own use. */
const STARSHIP = `
ship_status=
ship_precmd() { ship_status="$?:\${PIPESTATUS[*]}"; return "\${ship_status%%:*}"; }
PROMPT_COMMAND="ship_precmd\${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
`;

const orders = (tool: string): (readonly [string, (hook: string) => string])[] => [
  ["before", (hook) => `${hook}${tool}\n`],
  ["after", (hook) => `${tool}\n${hook}`],
];

describe("beside other tools in bash", () => {
  test.each(orders(PREEXEC))("a DEBUG trap for commands, the hook %s", async (_, rc) => {
    const { shell } = await shellWith("bash", rc);
    shell.type("(exit 4)");
    expect(await shell.line('echo "$last"')).toBe("4");
    expect(await shell.line('echo "$seen"')).not.toContain("berth_hook");
    await expectAtWork(shell);
  });

  test.each(orders(STARSHIP))("a prompt that shows statuses, the hook %s", async (_, rc) => {
    const { shell } = await shellWith("bash", rc);
    shell.type("true | (exit 4)");
    expect(await shell.line('echo "$ship_status"')).toBe("4:0 4");
    await expectAtWork(shell);
  });
});

const ZOXIDE: Record<string, string> = {
  bash: 'eval "$(zoxide init bash)"',
  zsh: 'eval "$(zoxide init zsh)"',
  fish: "zoxide init fish | source",
};
const DIRENV: Record<string, string> = {
  bash: 'eval "$(direnv hook bash)"',
  zsh: 'eval "$(direnv hook zsh)"',
  fish: "direnv hook fish | source",
};

describe.each(["bash", "zsh", "fish"])("beside the real zoxide and direnv in %s", (name) => {
  const both = `${ZOXIDE[name]}\n${DIRENV[name]}`;
  test.each(orders(both))("the hook %s", async (_, rc) => {
    const { shell, home } = await shellWith(name, rc);
    const project = `${home.path}/project`;
    mkdirSync(project);
    writeFileSync(`${project}/.envrc`, "export FROM_DIRENV=here BERTH_SESSION=project\n");
    await run(["direnv", "allow", project], { env: home.env });
    shell.type(`cd ${project}`);
    expect(await shell.line('echo "$FROM_DIRENV"')).toBe("here");
    // Whichever comes first at a prompt: at the latest the next one knows.
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--project_24");
    expect(await shell.line("zoxide query -l")).toContain(project);
    shell.type("cd /");
    await shell.line("echo left");
    const status = name === "fish" ? "sh -c 'exit 3'" : "(exit 3)";
    shell.type(status);
    expect(await shell.line(name === "fish" ? 'echo "$status"' : 'echo "$?"')).toBe("3");
    await expectAtWork(shell, name === "fish");
  });
});

describe("zsh", () => {
  test.each([
    ["plain", ""],
    ["with precmd", "precmd() { last=$?; }"],
    ["with precmd_functions", "mine() { last=$?; }; precmd_functions=(mine)"],
    ["with nounset", "setopt no_unset"],
    ["with ksh_arrays, sh_word_split and noclobber", "setopt ksh_arrays sh_word_split noclobber"],
    ["with warn_create_global and xtrace's absence", "setopt warn_create_global warn_nested_var"],
    [
      "with aliases",
      "alias -g berth_hook=x; for c in test export unset local read exec cd kill emulate whence berth timeout; do alias $c='echo ALIAS'; done",
    ],
    ["with a hostile IFS", "IFS='-_0123456789abcdefb '"],
  ])("%s", async (_, rc) => {
    const { shell } = await shellWith("zsh", (hook) => `${rc}\n${hook}${hook}\n\\builtin unalias -a`);
    shell.type("(exit 3)");
    expect(await shell.line('echo "$?"')).toBe("3");
    shell.type("false | true | (exit 5)");
    expect(await shell.line('echo "${pipestatus[@]}"')).toBe("1 0 5");
    shell.type("true one two");
    expect(await shell.line('echo "$_"')).toBe("two");
    if (rc.includes("last")) {
      shell.type("(exit 7)");
      expect(await shell.line('echo "$last"')).toBe("7");
    }
    await expectAtWork(shell);
    expect(await shell.line('print -l "${precmd_functions[@]}" | grep -c berth_hook')).toBe("1");
    shell.type("berth_unhook");
    expect(
      await shell.line(
        'set | grep -i "^berth_"; print -l "${precmd_functions[@]}" | grep berth_hook; echo done',
      ),
    ).toBe("done");
  });
});

describe("fish", () => {
  test.each([
    ["plain", ""],
    ["with fish_prompt", "function fish_prompt; set -g last $status; echo '> '; end"],
    ["with a handler of the same event", "function mine --on-event fish_prompt; set -g last $status; end"],
    [
      "with functions named like commands",
      "function timeout; echo FUNCTION; end; function kill; echo FUNCTION; end; function cd; echo FUNCTION; end",
    ],
  ])("%s", async (_, rc) => {
    const { shell } = await shellWith("fish", (hook) => `${rc}\n${hook}${hook}`);
    shell.type("sh -c 'exit 3'");
    expect(await shell.line('echo "$status"')).toBe("3");
    shell.type("false | true | sh -c 'exit 5'");
    expect(await shell.line('echo "$pipestatus"')).toBe("1 0 5");
    if (rc.includes("last")) {
      shell.type("sh -c 'exit 7'");
      expect(await shell.line('echo "$last"')).toBe("7");
    }
    await expectAtWork(shell, true);
    shell.type("berth_unhook");
    expect(await shell.line('set | grep -i "^berth_"; functions --all | grep berth; echo done')).toBe("done");
  });
});

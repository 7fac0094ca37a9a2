/** The hook beside tools that change variables, draw the prompt or wait for the next command, in every order. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { bringProgram } from "../../scripts/registry-programs.ts";
import { run } from "../support/berth.ts";
import { type Home, hookFile, hookText, makeHome, ShellTerminal } from "../support/shell-pty.ts";
import { Terminal } from "../support/terminal.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

async function shellWith(name: string, home: Home, rc: string, env: Record<string, string> = {}) {
  const shell = await ShellTerminal.open(name, home, rc, env);
  open.push(shell);
  return shell;
}

/** A directory whose `.envrc` names a session. */
async function project(home: Home): Promise<string> {
  const path = `${realpathSync(home.path)}/project`;
  mkdirSync(path);
  writeFileSync(`${path}/.envrc`, "export BERTH_SESSION=lab\n");
  expect((await run(["direnv", "allow", path], { env: home.env })).status).toBe(0);
  return path;
}

/**
 * starship's mechanism, since the program is in no registry that is reached here: the statuses are kept, a function of
 * the user's is called, what was in PROMPT_COMMAND before runs, and then the prompt is drawn; a DEBUG trap times the
 * next command. `kept` is the variable's name in one version or the other.
 */
const starship = (kept: string) => `
ship_ready=
starship_preexec() { [ "$ship_ready" = y ] && { ship_ready=; ship_timed="$BASH_COMMAND"; }; }
starship_precmd() {
  ship_status="$?:\${PIPESTATUS[*]}"
  "\${starship_precmd_user_func-:}"
  eval "\${${kept}-}"
  ship_drawn="\${BERTH_SESSION_SHORT-}"
  ship_ready=y
}
trap starship_preexec DEBUG
if [ -z "\${PROMPT_COMMAND-}" ]; then PROMPT_COMMAND=starship_precmd
elif [ "\${PROMPT_COMMAND#*starship_precmd}" = "$PROMPT_COMMAND" ]; then
  ${kept}="$PROMPT_COMMAND" PROMPT_COMMAND=starship_precmd
fi
`;

const ORDERS = [
  ["hook", "direnv", "starship"],
  ["hook", "starship", "direnv"],
  ["direnv", "hook", "starship"],
  ["direnv", "starship", "hook"],
  ["starship", "hook", "direnv"],
  ["starship", "direnv", "hook"],
];

describe.each(["STARSHIP_PROMPT_COMMAND", "_PRESERVED_PROMPT_COMMAND"])("bash: starship with %s", (kept) => {
  test.each(ORDERS)("%s, %s, %s: ID and what is drawn are right at once", async (...order) => {
    const home = makeHome();
    const path = await project(home);
    const text: Record<string, string> = {
      hook: await hookFile(home, "bash"),
      direnv: 'eval "$(direnv hook bash)"\n',
      starship: starship(kept),
    };
    const shell = await shellWith("bash", home, order.map((name) => text[name]).join("\n"));
    shell.type(`cd ${path}`);
    expect(await shell.line('echo "$BERTH_SESSION_ID $ship_drawn"')).toBe("ex--lab_f1 ex--lab_f1".replaceAll(
      "ex--lab_f1",
      await shell.line("berth id"),
    ));
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toStartWith("ex--lab_");
    // What the trap timed is the command that was typed.
    shell.type("true timed");
    expect(await shell.line('echo "$ship_timed"')).toStartWith("echo");
    shell.type("cd /");
    const id = await shell.line('echo "$BERTH_SESSION_ID/$ship_drawn"');
    expect(id).toMatch(/^anchor--([0-9a-f]{12})[0-9a-f]{52}\/anchor--\1$/);
    shell.type("true | (exit 4)");
    if (order.indexOf("direnv") < order.indexOf("starship")) {
      expect(await shell.line('echo "$ship_status"')).toBe("4:0 4");
    }
    shell.type("berth_unhook");
    shell.type("(exit 3)");
    expect(await shell.line('echo "$? ${BERTH_SESSION_ID-none}"')).toBe("3 none");
    expect(shell.terminal.output).not.toMatch(/not found|syntax error/);
  });
});

describe("bash: liquidprompt that times commands", () => {
  test.each(["before", "after"])("the hook %s: idle time is no runtime", async (where) => {
    const home = makeHome();
    await Bun.write(`${home.path}/.config/liquidpromptrc`, "LP_ENABLE_RUNTIME=1\nLP_RUNTIME_THRESHOLD=1\n");
    const hook = await hookFile(home, "bash");
    const tool = ". /usr/share/liquidprompt/liquidprompt\n";
    const shell = await shellWith("bash", home, where === "before" ? hook + tool : tool + hook);
    await Bun.sleep(2500);
    shell.type(":");
    expect(await shell.line('echo "runtime ${_LP_RUNTIME_SECONDS-}"')).toMatch(/^runtime (-1|0)?$/);
    shell.type("export BERTH_SESSION=other");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--other_d9");
    expect(shell.terminal.output).not.toMatch(/not found|syntax error/);
  });
});

/** bash-preexec's mechanism: it installs itself at the first prompt, around what is there by then. */
const PREEXEC = `
__bp_imported=defined
__bp_precmd_invoke_cmd() {
  bp_status="$?:\${PIPESTATUS[*]}"
  local f; for f in "\${precmd_functions[@]}"; do type -t "$f" >/dev/null && "$f"; done
}
__bp_interactive_mode() { bp_armed=y; }
__bp_debug() {
  [ "$bp_armed" = y ] || return
  bp_armed=
  local entry; local IFS=$';\\n'
  for entry in \${PROMPT_COMMAND[*]}; do [[ $entry == "$BASH_COMMAND" ]] && return; done
  bp_seen="$bp_seen[$BASH_COMMAND]"
}
bp_draw() { bp_drawn="\${BERTH_SESSION_SHORT-}"; }
starship_precmd() { bp_draw; }
precmd_functions+=(starship_precmd)
__bp_string=$'__bp_trap_string="$(trap -p DEBUG)"\\ntrap - DEBUG\\n__bp_install'
__bp_install() {
  trap __bp_debug DEBUG
  local old="\${PROMPT_COMMAND//$__bp_string[;$'\\n']}"; old="\${old//$__bp_string}"
  PROMPT_COMMAND=$'__bp_precmd_invoke_cmd\\n'"\${old%$'\\n'}"$'\\n__bp_interactive_mode'
  __bp_precmd_invoke_cmd; __bp_interactive_mode
}
[ -z "\${PROMPT_COMMAND-}" ] || PROMPT_COMMAND="$PROMPT_COMMAND"$'\\n'
PROMPT_COMMAND="\${PROMPT_COMMAND-}$__bp_string"
`;

describe("bash: bash-preexec", () => {
  test.each(["before", "after"])("the hook %s: every command is seen, the first too", async (where) => {
    const home = makeHome();
    const hook = await hookFile(home, "bash");
    const shell = await shellWith("bash", home, where === "before" ? hook + PREEXEC : PREEXEC + hook);
    expect(await shell.line('echo "$bp_seen"')).toContain("[echo ready");
    shell.type("true | (exit 4)");
    expect(await shell.line('echo "$bp_status"')).toBe("4:0 4");
    shell.type("export BERTH_SESSION=other");
    expect(await shell.line('echo "$BERTH_SESSION_ID $bp_drawn"')).toBe("ex--other_d9 ex--other_d9");
    expect(await shell.line('echo "$bp_seen"')).not.toContain("berth_hook");
    shell.type("berth_unhook");
    expect(await shell.line('echo "${BERTH_SESSION_ID-none}"')).toBe("none");
    expect(shell.terminal.output).not.toMatch(/not found|syntax error/);
  });
});

test.each([
  ["autojump", ". /usr/share/autojump/autojump.bash"],
  ["a text that joins the entry", 'PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND ; }true"'],
  ["a text in braces", 'PROMPT_COMMAND="{ $PROMPT_COMMAND; }; true"'],
  ["a text in a condition", 'PROMPT_COMMAND="if true; then $PROMPT_COMMAND; fi"'],
  ["a copy", 'mine() { eval "$copy"; }; copy="$PROMPT_COMMAND"; PROMPT_COMMAND=mine'],
  ["a list", 'PROMPT_COMMAND=("$PROMPT_COMMAND" true)'],
])("bash: after berth_unhook %s goes on without a word", async (_, tool) => {
  const home = makeHome();
  const shell = await shellWith("bash", home, `${await hookFile(home, "bash")}${tool}\n`);
  shell.type("export BERTH_SESSION=other");
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--other_d9");
  shell.type("berth_unhook");
  shell.type("(exit 3)");
  expect(await shell.line('echo "$? ${BERTH_SESSION_ID-none}"')).toBe("3 none");
  expect(await shell.line("echo works")).toBe("works");
  expect(shell.terminal.output).not.toMatch(/not found|syntax error/);
});

test("bash: a PROMPT_COMMAND that cannot be changed is left alone; the ID is this terminal's", async () => {
  const home = makeHome();
  const rc = `readonly PROMPT_COMMAND="history -a"\n${await hookFile(home, "bash")}`;
  const shell = await shellWith("bash", home, rc, { BERTH_SESSION_ID: "anchor--old" });
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--[0-9a-f]{64}$/);
  shell.type("berth_unhook");
  expect(await shell.line("echo works")).toBe("works");
  expect(shell.terminal.output).not.toMatch(/readonly|rror|not found/);
});

test.each(["bash", "zsh"])(
  "%s: the profile's read-only variables are in no way, whatever they are called",
  async (name) => {
    const home = makeHome();
    const hook = await hookFile(home, name);
    // Every word of the text, and so every name that the hook could want for itself; these two are zsh's own.
    const words = new Set((await hookText(name)).match(/\b[a-z]+\b/g));
    for (const own of ["status", "commands"]) words.delete(own);
    expect(words.size).toBeGreaterThan(100);
    const shell = await shellWith(
      name,
      home,
      `${[...words].map((word) => `typeset -r ${word}=5`).join("\n")}\n${hook}`,
    );
    const shown = 'echo "<$BERTH_SESSION_ID $(berth id)>"';
    expect(await shell.line(shown)).toMatch(/^<(anchor--[0-9a-f]{64}) \1>$/);
    shell.type("berth use other");
    expect(await shell.line(shown)).toBe("<ex--other_d9 ex--other_d9>");
    shell.type("berth cd nowhere");
    shell.type("berth_unhook");
    expect(await shell.line("echo works")).toBe("works");
    expect(shell.terminal.output).not.toMatch(/read-?only variable/);
  },
);

test("bash: a restricted shell is silent, and right", async () => {
  const home = makeHome();
  const rc = `${home.path}/rc`;
  writeFileSync(rc, await hookFile(home, "bash"));
  const shell = new Terminal(["bash", "--rcfile", rc, "-r", "-i"], { home: home.path, env: home.env });
  open.push(shell);
  shell.type("export BERTH_SESSION=other\r");
  shell.type('echo "<$BERTH_SESSION_ID>"; berth id; berth use review; echo "$?-used"\r');
  await shell.shows(/<ex--other_d9>\r\nex--other_d9\r\n/);
  await shell.shows(/6-used/);
  expect(shell.output).not.toMatch(/restricted: cannot|exec: restricted/);
});

describe("zsh: what draws the prompt", () => {
  test.each([
    ["before", (hook: string, tool: string, direnv: string) => hook + tool + direnv],
    ["in the middle", (hook: string, tool: string, direnv: string) => tool + hook + direnv],
    ["after", (hook: string, tool: string, direnv: string) => direnv + tool + hook],
    ["after, direnv in between", (hook: string, tool: string, direnv: string) => tool + direnv + hook],
  ])("the hook %s: shows the ID of the same prompt", async (_, order) => {
    const home = makeHome();
    const path = await project(home);
    const tool =
      'prompt_mine_precmd() { drawn="${BERTH_SESSION_SHORT-}"; }; autoload -Uz add-zsh-hook; add-zsh-hook precmd prompt_mine_precmd\n';
    const rc = order(await hookFile(home, "zsh"), tool, 'eval "$(direnv hook zsh)"\n');
    const shell = await shellWith("zsh", home, rc);
    shell.type("export BERTH_SESSION=other");
    expect(await shell.line('echo "$BERTH_SESSION_ID $drawn"')).toBe("ex--other_d9 ex--other_d9");
    shell.type("unset BERTH_SESSION");
    shell.type(`cd ${path}`);
    expect(await shell.line('echo "$drawn"')).toStartWith("ex--lab_");
    shell.type("berth_unhook");
    expect(await shell.line('echo "${(j: :)precmd_functions}"')).not.toContain("berth");
  });
});

/** Lines of a profile, all of them of real tools. */
const PROFILE: Record<string, readonly string[]> = {
  bash: [
    'eval "$(direnv hook bash)"',
    'eval "$(zoxide init bash)"',
    ". /usr/share/autojump/autojump.bash",
    ". /usr/share/doc/fzf/examples/key-bindings.bash",
    ". /usr/share/liquidprompt/liquidprompt",
    "KITTY_SHELL_INTEGRATION=enabled KITTY_WINDOW_ID=1; . /usr/lib/kitty/shell-integration/bash/kitty.bash",
    "set -o vi; shopt -s extdebug",
  ],
  zsh: [
    'eval "$(direnv hook zsh)"',
    'eval "$(zoxide init zsh)"',
    ". /usr/share/autojump/autojump.zsh",
    ". /usr/share/doc/fzf/examples/key-bindings.zsh",
    ". /usr/share/liquidprompt/liquidprompt",
    "KITTY_SHELL_INTEGRATION=enabled KITTY_WINDOW_ID=1; autoload -Uz -- /usr/lib/kitty/shell-integration/zsh/kitty-integration; kitty-integration",
    ". /usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh",
    ". /usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
  ],
  fish: [
    "direnv hook fish | source",
    "zoxide init fish | source",
    "source /usr/share/autojump/autojump.fish",
    "set -gx KITTY_SHELL_INTEGRATION enabled; source /usr/lib/kitty/shell-integration/fish/vendor_conf.d/kitty-shell-integration.fish",
    "function fish_prompt; echo 'mine> '; end",
  ],
};

describe.each(Object.entries(PROFILE))("%s: all in one profile", (name, lines) => {
  const fish = name === "fish";
  const status = fish ? "$status" : "$?";

  test.each([0, lines.length >> 1, lines.length])("the hook behind %d of them", async (at) => {
    const home = makeHome();
    const path = await project(home);
    const hook = await hookFile(home, name);
    const shell = await shellWith(
      name,
      home,
      [...lines.slice(0, at), hook, ...lines.slice(at), ""].join("\n"),
    );
    shell.type(`cd ${path}`);
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toStartWith("ex--lab_");
    shell.type("cd /");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--[0-9a-f]{64}$/);
    shell.type("sh -c 'exit 3'");
    expect(await shell.line(`echo "${status}"`)).toBe("3");
    shell.type("berth_unhook");
    expect(await shell.line(`echo "${status}$BERTH_SESSION_ID"`)).toBe("0");
    shell.type("sh -c 'exit 4'");
    expect(await shell.line(`echo "${status}"`)).toBe("4");
    expect(shell.terminal.output).not.toMatch(/not found|syntax error|parse error|Unknown/);
  });
});

test("bash: where PROMPT_COMMAND is set anew behind the hook, refresh sees a changed session", async () => {
  const home = makeHome();
  const shell = await shellWith("bash", home, `${await hookFile(home, "bash")}PROMPT_COMMAND='history -a'\n`);
  const own = await shell.line('echo "$BERTH_SESSION_ID"');
  shell.type("export BERTH_SESSION=other");
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe(own);
  shell.type("berth refresh");
  expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--other_d9");
  shell.type("berth_unhook");
  expect(await shell.line("echo works")).toBe("works");
  expect(shell.terminal.output).not.toMatch(/not found|rror/);
});

describe("fish: direnv", () => {
  test.each(["before", "after"])("the hook %s: right at once", async (where) => {
    const home = makeHome();
    const path = await project(home);
    const hook = await hookFile(home, "fish");
    const tool = "direnv hook fish | source\n";
    const shell = await shellWith("fish", home, where === "before" ? hook + tool : tool + hook);
    shell.type(`cd ${path}`);
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toStartWith("ex--lab_");
    shell.type("cd /");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--/);
    shell.type("berth_unhook");
    expect(await shell.line('echo "$status$BERTH_SESSION_ID"')).toBe("0");
  });
});

describe.each(["bash", "zsh", "fish"])("%s: the real mise", (name) => {
  test.each(["before", "after"])("the hook %s: right at once", async (where) => {
    const mise = bringProgram("mise");
    if (mise === undefined) throw new Error("mise is not here");
    const home = makeHome();
    const path = `${realpathSync(home.path)}/project`;
    await Bun.write(`${path}/mise.toml`, '[env]\nBERTH_SESSION = "lab"\n');
    const env = { MISE_TRUSTED_CONFIG_PATHS: path, MISE_OFFLINE: "1" };
    const hook = await hookFile(home, name);
    const activate = name === "fish"
      ? `${mise} activate fish | source\n`
      : `eval "$(${mise} activate ${name})"\n`;
    const shell = await shellWith(name, home, where === "before" ? hook + activate : activate + hook, env);
    shell.type(`cd ${path}`);
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toStartWith("ex--lab_");
    shell.type("cd /");
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toMatch(/^anchor--/);
  });
});

/**
 * The hook beside tools that no registry reached from the tests has: what each is known to do to a shell (its public
 * documents) is done here by a few lines of the same make. They keep the status, draw a prompt, listen to commands.
 */
import { afterEach, describe, expect, test } from "bun:test";
import { hookFile, makeHome, ShellTerminal } from "../support/shell-pty.ts";

const open: ShellTerminal[] = [];
afterEach(async () => {
  for (const shell of open.splice(0)) await shell.close();
});

/** Each keeps the status of the last command as `seen`, and what it would draw as `drawn`. */
const TOOLS: Record<string, Record<string, string>> = {
  bash: {
    // Its function stands in front of what was in PROMPT_COMMAND, and sets PS1 anew each time.
    "oh-my-posh": `
_omp_hook() { local ret=$?; seen=$ret drawn="\${BERTH_SESSION_SHORT-}"; PS1='omp> '; return $ret; }
[[ "$PROMPT_COMMAND" == *_omp_hook* ]] || PROMPT_COMMAND="_omp_hook\${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
`,
    // Its functions are called around each command, by a trap and an entry that come before everything.
    atuin: `
_atuin_precmd() { seen=$?; drawn="\${BERTH_SESSION_SHORT-}"; _atuin_id=; return "$seen"; }
_atuin_preexec() { _atuin_id=x; }
trap '[[ -n $_atuin_id || "$BASH_COMMAND" == _atuin* ]] || _atuin_preexec' DEBUG
PROMPT_COMMAND="_atuin_precmd\${PROMPT_COMMAND:+
$PROMPT_COMMAND}"
`,
    // At the first prompt it takes what is in PROMPT_COMMAND into its own hands, with the status handed in.
    "ble.sh": `
_ble_status() { return "$1"; }
_ble_attach() {
  local status=$?
  _ble_kept="\${PROMPT_COMMAND#*_ble_attach}" _ble_before="\${PROMPT_COMMAND%%_ble_attach*}"
  PROMPT_COMMAND=_ble_prompt
  _ble_status "$status"; _ble_prompt
}
_ble_prompt() {
  local status=$?
  _ble_status "$status"; eval "\${_ble_before%;*}"
  _ble_status "$status"; eval "\${_ble_kept#;}"
  seen=$status drawn="\${BERTH_SESSION_SHORT-}"
  return "$status"
}
PROMPT_COMMAND="\${PROMPT_COMMAND:+$PROMPT_COMMAND;}_ble_attach"
`,
  },
  zsh: {
    starship: `
prompt_starship_precmd() { seen=$? drawn="\${BERTH_SESSION_SHORT-}"; unset ship_start; }
prompt_starship_preexec() { ship_start=$EPOCHREALTIME; }
typeset -ga precmd_functions preexec_functions
precmd_functions+=(prompt_starship_precmd); preexec_functions+=(prompt_starship_preexec)
setopt promptsubst; PROMPT='ship> '
`,
    "oh-my-posh": `
_omp_precmd() { seen=$? drawn="\${BERTH_SESSION_SHORT-}"; PS1="omp> "; }
_omp_preexec() { _omp_start=1; }
autoload -Uz add-zsh-hook; add-zsh-hook precmd _omp_precmd; add-zsh-hook preexec _omp_preexec
`,
    atuin: `
_atuin_preexec() { _atuin_id=x; }
_atuin_precmd() { seen=$? drawn="\${BERTH_SESSION_SHORT-}"; [[ -z "\${_atuin_id:-}" ]] && return; _atuin_id=; }
autoload -Uz add-zsh-hook; add-zsh-hook preexec _atuin_preexec; add-zsh-hook precmd _atuin_precmd
`,
  },
  fish: {
    starship: `
function fish_prompt
  set -g seen $status
  set -g drawn "$BERTH_SESSION_SHORT"
  echo 'ship> '
end
`,
    "oh-my-posh": `
function _omp_postexec --on-event fish_postexec
  set -g seen $status
end
function fish_prompt
  set -g drawn "$BERTH_SESSION_SHORT"
  echo 'omp> '
end
`,
    atuin: `
function _atuin_preexec --on-event fish_preexec
  set -g atuin_id x
end
function _atuin_postexec --on-event fish_postexec
  set -g seen $status
  set -e atuin_id
end
function fish_prompt
  set -g drawn "$BERTH_SESSION_SHORT"
  echo '> '
end
`,
  },
};

const cases = Object.entries(TOOLS).flatMap(([shell, tools]) =>
  [...Object.keys(tools), "all of them"].map((tool) => ({ shell, tool }))
);

describe.each(cases)("$shell: $tool", ({ shell: name, tool }) => {
  const tools = TOOLS[name] ?? {};
  const text = tools[tool] ?? Object.values(tools).join("\n");
  const set = name === "fish" ? "set -gx BERTH_SESSION other" : "export BERTH_SESSION=other";

  test.each(["before", "after"])("the hook %s: ID, status and what is drawn are right", async (where) => {
    const home = makeHome();
    const hook = await hookFile(home, name);
    const shell = await ShellTerminal.open(name, home, where === "before" ? hook + text : text + hook);
    open.push(shell);
    shell.type(set);
    expect(await shell.line('echo "$BERTH_SESSION_ID"')).toBe("ex--other_d9");
    // What is drawn once more is right at the latest.
    expect(await shell.line('echo "$drawn"')).toBe("ex--other_d9");
    shell.type("sh -c 'exit 3'");
    expect(await shell.line('echo "$seen"')).toBe("3");
    shell.type("berth_unhook");
    expect(await shell.line('echo "<$BERTH_SESSION_ID>"')).toBe("<>");
    shell.type("sh -c 'exit 4'");
    expect(await shell.line('echo "$seen"')).toBe("4");
    expect(shell.terminal.output).not.toMatch(/not found|syntax error|parse error|Unknown/);
  });
});

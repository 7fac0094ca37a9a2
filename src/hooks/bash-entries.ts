/**
 * What other tools put into PROMPT_COMMAND, as bash patterns of a whole entry, each with its owner. The hook has to
 * stand behind what changes variables, and in front of what draws the prompt or waits for the next command: what runs
 * behind that is taken for a command of the user's by the tool's DEBUG trap.
 */
export const CHANGERS: readonly string[] = [
  "_direnv_hook",
  // mise, its older form and its earlier name.
  "_mise_hook_prompt_command",
  "_mise_hook",
  "_rtx_hook",
  "__shadowenv_hook",
];

export const DRAWERS: readonly string[] = [
  "starship_precmd",
  '__lp_set_prompt | "time __lp_set_prompt"',
  // bash-preexec: what arms its trap, and what installs it at the first prompt.
  "__bp_interactive_mode",
  "__bp_trap_string=* | __bp_install",
  // oh-my-posh, powerline, powerline-shell and powerline-go, VS Code and WezTerm.
  "_omp_hook",
  "_powerline_set_prompt",
  "_update_ps1",
  "__vsc_prompt_cmd*",
  "__wezterm_*",
];

/** bash-preexec's own, which keeps the statuses and runs a list of functions that the hook is put into. */
export const IGNORED: readonly string[] = ["__bp_precmd_invoke_cmd"];

/** Where starship, in two of its versions, keeps the entries that were there before it. */
export const KEPT: readonly string[] = ["STARSHIP_PROMPT_COMMAND", "_PRESERVED_PROMPT_COMMAND"];

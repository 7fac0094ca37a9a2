/** What other tools put into precmd_functions, as patterns of zsh: the hook stands between the two. */
export const CHANGERS: readonly string[] = ["_direnv_hook", "_mise_hook*", "_rtx_hook*", "__shadowenv_hook"];

export const DRAWERS: readonly string[] = [
  // starship, pure, spaceship and the themes of zsh's own promptinit; powerlevel10k and powerlevel9k.
  "prompt_*_precmd | starship_precmd",
  "_p9k_* | powerlevel9k_*",
  "_omp_precmd",
  "__lp_*",
  "_powerline_* | powerline_precmd",
  // VS Code and WezTerm.
  "__vsc_precmd | __wezterm_*",
];

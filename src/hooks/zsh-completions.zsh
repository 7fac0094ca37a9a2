#compdef @command@
# Completions of berth for zsh: evaluated after compinit, or as a file "_berth" in a directory of fpath
berth_complete() {
  # Under the options that zsh itself completes with.
  \builtin local line about tab=$'\t' program=@program@
  \builtin local -a found rows
  \builtin test -f "$program" && \builtin test -x "$program" || program=@command@
  found=("${(@f)$(
    \builtin export BUN_OPTIONS= BUN_BE_BUN= BUN_INSPECT=
    \builtin command "$program" complete zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null
  )}")
  if [[ "${found[1]}" == ':files' ]]; then
    _files
    \builtin return
  fi
  for line in "${(@)found:#}"; do
    about=
    if [[ "$line" == *"$tab"* ]]; then about=":${line#*$tab}"; fi
    line="${line%%$tab*}"
    rows+=("${line//:/\\:}$about")
  done
  (( $#rows )) && _describe '@command@' rows -U
}
if [[ "${funcstack[1]-}" == '_@command@' ]]; then
  berth_complete "$@"
elif (( $+functions[compdef] )); then
  compdef berth_complete @command@
fi

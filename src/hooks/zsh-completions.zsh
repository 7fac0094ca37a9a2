#compdef @command@
# Completions of berth for zsh: evaluated after compinit, or as a file "_berth" in a directory of fpath
berth_complete() {
  # Under the options that zsh itself completes with.
  \builtin local line about tab=$'\t' program=@program@
  \builtin local -a typed found rows limit
  \builtin test -f "$program" && \builtin test -x "$program" || program=@command@
  # A quote that is open: zsh closes it.
  typed=("${(@Q)words[2,CURRENT]}")
  typed[-1]="${typed[-1]#[\"\']}"
  # For 2 seconds at most, where there is a "timeout" and it is no other program of Windows.
  if [[ "$OSTYPE" != (msys|cygwin)* ]] && \builtin whence -p timeout >/dev/null; then limit=(timeout -s KILL 2); fi
  found=("${(@f)$(
    \builtin export BUN_OPTIONS= BUN_BE_BUN= BUN_INSPECT=
    \builtin command $limit "$program" complete zsh -- "${(@)typed}" </dev/null 2>/dev/null
  )}")
  if [[ "${found[1]}" == ':files' ]]; then
    _files
    \builtin return
  fi
  for line in "${(@)found:#}"; do
    about=
    if [[ "$line" == *"$tab"* ]]; then about=":${line#*$tab}"; fi
    line="${line%%$tab*}"
    line="${line//\\/\\\\}"
    rows+=("${line//:/\\:}$about")
  done
  (( $#rows )) && _describe '@command@' rows -U
}
if [[ "${funcstack[1]-}" == '_@command@' ]]; then
  berth_complete "$@"
elif (( $+functions[compdef] )); then
  compdef berth_complete @command@
fi

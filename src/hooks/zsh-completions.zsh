#compdef @command@
# Completions of berth for zsh: evaluated after compinit, or as a file "_berth" in a directory of fpath
berth_complete() {
  \builtin emulate -L zsh
  \builtin local line
  \builtin local -a found rows
  found=("${(@f)$(BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' \builtin command @command@ complete zsh -- \
    "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "${found[1]}" == ':files' ]]; then
    _files
    \builtin return
  fi
  for line in $found; do
    rows+=("${${line%%$'\t'*}//:/\\:}${${(M)line%$'\t'*}/#$'\t'/:}")
  done
  if (( $#rows )); then _describe '@command@' rows; fi
}
if [[ "${funcstack[1]-}" == '_@command@' ]]; then
  berth_complete "$@"
elif (( $+functions[compdef] )); then
  compdef berth_complete @command@
fi

# Completions of berth for bash, 3.2 and later
# shellcheck shell=bash
berth_complete() {
  \builtin local IFS=$'\n' found='' line=''
  COMPREPLY=()
  found=$(BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' \builtin command @command@ complete bash -- \
    "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || \builtin return 0
  # ":files" leaves it to "-o default".
  case "$found" in
    ':files' | '') ;;
    *) while \builtin read -r line; do COMPREPLY+=("${line%%$'\t'*}"); done <<<"$found" ;;
  esac
}
\builtin complete -o default -F berth_complete @command@

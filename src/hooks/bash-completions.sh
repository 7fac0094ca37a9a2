# Completions of berth for bash, 3.2 and later
# shellcheck shell=bash
berth_complete() {
  \builtin local IFS=$'\n' found='' line='' word="${COMP_WORDS[COMP_CWORD]}" program=@program@
  COMPREPLY=()
  \builtin test -f "$program" && \builtin test -x "$program" || program=@command@
  # A quote that is open: readline closes it, and what is in it needs none.
  found=$(BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' \builtin command "$program" complete bash -- \
    "${COMP_WORDS[@]:1:COMP_CWORD-1}" "${word#[\"\']}" 2>/dev/null) || \builtin return 0
  # ":files" leaves it to "-o default".
  case "$found" in
    ':files' | '') ;;
    *)
      while \builtin read -r line; do
        line="${line%%$'\t'*}"
        case "$word:$line" in
          [\"\']*) ;;
          *[!A-Za-z0-9_./=+:@%,-]*) \builtin printf -v line '%q' "$line" ;;
        esac
        COMPREPLY+=("$line")
      done <<<"$found"
      ;;
  esac
}
\builtin complete -o default -F berth_complete @command@

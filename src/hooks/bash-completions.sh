# Completions of berth for bash, 3.2 and later
# shellcheck shell=bash
berth_complete() {
  \builtin local IFS=$'\n' found='' line='' single="'" word="${COMP_WORDS[COMP_CWORD]}" program=@program@
  \builtin local -a limit
  limit=() COMPREPLY=()
  \builtin test -f "$program" && \builtin test -x "$program" || program=@command@
  # For 2 seconds at most, where there is a "timeout" and it is no other program of Windows. A restricted shell can
  # neither name a file nor send output away.
  case "${OSTYPE-}:$-" in
    *:*r*) program=@command@ ;;
    msys* | cygwin*) ;;
    *) if \builtin type -P timeout >/dev/null; then limit=(timeout -s KILL 2); fi ;;
  esac
  # Without the quote that is open, which readline closes.
  found=$(
    case "$-" in
      *r*) ;;
      *) \builtin exec 2>/dev/null ;;
    esac
    BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' \builtin command ${limit[@]+"${limit[@]}"} "$program" complete bash -- \
      "${COMP_WORDS[@]:1:COMP_CWORD-1}" "${word#[\"\']}" </dev/null
  ) || \builtin return 0
  # ":files" leaves it to "-o default".
  case "$found" in
    ':files' | '') ;;
    *)
      while \builtin read -r line; do
        line="${line%%$'\t'*}"
        case "$word:$line" in
          \'*) line=${line//$single/"$single\\$single$single"} ;;
          \"*) berth_complete_double ;;
          *[!A-Za-z0-9_./=+:@%,-]*) \builtin printf -v line '%q' "$line" ;;
        esac
        COMPREPLY+=("$line")
      done <<<"$found"
      ;;
  esac
}
# What is behind an open double quote: the four signs that mean something there, and "!", which only another quote stops.
berth_complete_double() {
  \builtin local sign
  for sign in \\ \" \$ \`; do
    line=${line//"$sign"/"\\$sign"}
  done
  line=${line//'!'/"\"'!'\""}
}
\builtin complete -o default -F berth_complete @command@

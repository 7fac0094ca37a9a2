# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
# Only POSIX syntax outside of eval, so that a shell which reads this by mistake passes it over.
# shellcheck shell=bash disable=SC2016,SC2034,SC2317
if [ -n "${BASH_VERSION-}" ] && [ -z "${VSCODE_RESOLVING_ENVIRONMENT-}" ] &&
  [ -z "${INTELLIJ_ENVIRONMENT_READER-}" ]; then

  # Becomes the program, in a subshell: the one that printed this text while it is there, else that of the PATH. In a
  # directory that was deleted it could not even start. A restricted shell may neither do that nor name a file.
  berth_hook_call() {
    \builtin local program=@program@
    if \builtin test -n "${berth_hook_bind-}"; then \builtin export BERTH_SESSION_BIND="$berth_hook_bind"; fi
    if \builtin test -n "${berth_hook_use-}"; then \builtin export BERTH_USE="$berth_hook_use"; fi
    case "$-" in
      *r*)
        BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' \builtin command @command@ "$@"
        \builtin return
        ;;
    esac
    \builtin test . -ef "${PWD-}" || \builtin cd / || \builtin exit
    \builtin test -f "$program" && \builtin test -x "$program" || program=@command@
    \builtin export BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT=''
    if \builtin test -n "${berth_hook_limit-}"; then
      \builtin exec timeout -s KILL 2 "$program" "$@"
    fi
    \builtin exec "$program" "$@"
  }

  # The timed read ends what "timeout" does not: a program that left somebody behind who holds the pipe.
  berth_hook_read() {
    \builtin eval '{
    IFS= \builtin read -r -t "$wait" id && IFS= \builtin read -r -t 1 bind && IFS= \builtin read -r -t 1 short &&
      { IFS= \builtin read -r -t 1 use || \builtin test -z "$use" || use=/; }
  } < <(berth_hook_call id --bind --strict </dev/null) || {
    if \builtin test "$?" -gt 128 && \builtin test -n "$own"; then \builtin kill -KILL "$!"; fi
    id=
  }'
  }

  # Asks once, for 2 seconds at most, and exports the answer; without one there is no session.
  berth_hook_ask() {
    \builtin local id='' bind='' short='' use='' wait=2 own='' berth_hook_limit=''
    # The call alone gets what was there: after ^C nothing of another terminal's stays, and the next prompt does not ask.
    \builtin local berth_hook_bind="${BERTH_SESSION_BIND-}" berth_hook_use="${BERTH_USE-}"
    \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    berth_hook_note
    case "${OSTYPE-}:$-" in
      # The timeout.exe of Windows is another program; a restricted shell cannot look for one in silence.
      msys* | cygwin* | *:*r*) ;;
      *) if \builtin type -P timeout >/dev/null; then berth_hook_limit=y wait=3; fi ;;
    esac
    case "$BASH_VERSION" in
      # Does not tell the number of a process substitution, and has none in POSIX mode.
      [1-3].* | 4.[0-3]*) ;;
      *) if \builtin test -z "$berth_hook_limit"; then own=y; fi ;;
    esac
    case "${BASH_VERSION}:${SHELLOPTS-}:" in
      [1-4].*:posix:* | 5.0*:posix:*)
        \builtin set +o posix
        berth_hook_read
        \builtin set -o posix
        ;;
      *) berth_hook_read ;;
    esac
    berth_hook_set
  }

  # In a restricted shell no output can be sent away.
  berth_hook_again() {
    case "$-" in
      *r*) berth_hook_ask ;;
      *) berth_hook_ask 2>/dev/null ;;
    esac
  }

  # Exports id, bind, short and use if they are what berth prints.
  berth_hook_set() {
    case "$id" in
      *[!A-Za-z0-9._-]* | -*) id= ;;
      *--*) ;;
      *) id= ;;
    esac
    case "$bind" in
      *[[:cntrl:]]*) id= ;;
      '' | [0-9]*,*) ;;
      *) id= ;;
    esac
    case "$id" in
      "${short:-/}"*) ;;
      *) id= ;;
    esac
    case "$use" in
      *[!A-Za-z0-9._-]*) id= ;;
    esac
    if \builtin test -z "$id" || \builtin test "${#id}" -gt 80 || \builtin test "${#bind}" -gt 1000; then
      \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    else
      \builtin export BERTH_SESSION_ID="$id" BERTH_SESSION_SHORT="$short" BERTH_SESSION_BIND="$bind" BERTH_USE="$use"
      if \builtin test -z "$bind"; then \builtin unset BERTH_SESSION_BIND; fi
      if \builtin test -z "$use"; then \builtin unset BERTH_USE; fi
    fi
    berth_hook_note
  }

  # What the next prompt compares with.
  berth_hook_note() {
    berth_hook_seen="${BERTH_SESSION-}
${BERTH_USE-}
${TMUX-}
${TMUX_PANE-}"
    \builtin export -n berth_hook_seen
  }

  # "berth use" and "berth refresh": the program prints a first line of its own, what is to be exported, and the rest.
  berth_hook_command() {
    \builtin local out='' code=0 use='' id='' bind='' short='' berth_hook_limit='' nl='
'
    out=$(\builtin export BERTH_HOOK=1 && berth_hook_call "$@") || code=$?
    case "$out" in
      "berth-hook${nl}"*"$nl"*"$nl"*"$nl"*)
        out="${out#*"$nl"}" use="${out%%"$nl"*}"
        out="${out#*"$nl"}" id="${out%%"$nl"*}"
        out="${out#*"$nl"}" bind="${out%%"$nl"*}"
        out="${out#*"$nl"}${nl}" short="${out%%"$nl"*}"
        out="${out#*"$nl"}" out="${out%"$nl"}"
        berth_hook_set
        ;;
    esac
    if \builtin test -n "$out"; then \builtin printf '%s\n' "$out"; fi
    \builtin return "$code"
  }

  # Every other command: that of the PATH, else the one that printed this text. In a directory that was deleted the
  # program runs in / and is told which one that was.
  berth_hook_run() {
    \builtin local program=@command@
    case "$-" in
      *r*) ;;
      *) \builtin type -P @command@ >/dev/null || program=@program@ ;;
    esac
    if \builtin test . -ef "${PWD-}"; then
      \builtin command "${program:-@command@}" "$@"
    else
      \builtin printf '@command@: this directory was deleted: %s\n' "${PWD-}" >&2
      (
        \builtin export BERTH_DELETED_DIRECTORY="${PWD-}"
        \builtin cd / && \builtin command "${program:-@command@}" "$@"
      )
    fi
  }

  # The commands after which the shell may have to be elsewhere: the program says where, in a file of this call's own.
  berth_hook_go() {
    \builtin local BERTH_CD_FILE='' code=0 dir=''
    if \builtin test "$#:$1:${2-}" = 2:cd:-; then
      \builtin cd - || \builtin return
      \builtin return
    fi
    case "$-" in
      *r*) ;;
      *) BERTH_CD_FILE=$(\builtin command mktemp "${TMPDIR:-/tmp}/berth-cd.XXXXXXXXXX" 2>/dev/null) || BERTH_CD_FILE='' ;;
    esac
    if \builtin test -z "$BERTH_CD_FILE"; then
      \builtin unset BERTH_CD_FILE
      berth_hook_run "$@"
      \builtin return
    fi
    \builtin export BERTH_CD_FILE
    berth_hook_run "$@" || code=$?
    IFS= \builtin read -r dir <"$BERTH_CD_FILE" || \builtin :
    \builtin command rm -f "$BERTH_CD_FILE"
    if \builtin test -n "$dir"; then \builtin cd "$dir" || code=$?; fi
    \builtin return "$code"
  }

  case "@command@:${SHELLOPTS-}:" in
    # In POSIX mode this can be no function's name.
    *[-.]*:posix:*) ;;
    *)
      \builtin eval 'function @command@ {
  case "${1-}" in
    use | refresh) berth_hook_command "$@" ;;
    cd | finish | destroy | prune) berth_hook_go "$@" ;;
    *) berth_hook_run "$@" ;;
  esac
}'
      ;;
  esac

  # The short ID, for a prompt: PS1='$(berth_prompt) \$ '. Without a fork: ${BERTH_SESSION_SHORT-}
  berth_prompt() {
    \builtin printf '%s' "${BERTH_SESSION_SHORT-}"
  }

  #prompt
  # At every prompt: compares variables, starts nothing, and hands the status of the last command on.
  berth_hook_prompt() {
    \builtin local code="$?"
    case "${BERTH_SESSION-}
${BERTH_USE-}
${TMUX-}
${TMUX_PANE-}" in
      "${berth_hook_seen-}") ;;
      *) berth_hook_again ;;
    esac
    # Once, when everything has been loaded: whoever came later may have to stand behind this.
    if \builtin test "${berth_hook_settled-}" != "$$"; then
      berth_hook_settled="$$"
      \builtin export -n berth_hook_settled
      berth_hook_install
    fi
    case "$-" in
      *e*) ;;
      *) \builtin return "$code" ;;
    esac
  }

  # Whether the variable can be changed at all.
  berth_hook_free() {
    \builtin local PROMPT_COMMAND
  }

  # The entry names the function through a variable of this shell alone, so it is harmless wherever it is copied to: in
  # a shell inside of this one that inherits it, and after berth_unhook. It goes behind what changes variables, in front
  # of what draws or waits for a command; behind those that nobody knows, since in front it would take PIPESTATUS away.
  \builtin eval 'berth_hook_install() {
  case "$-" in
    *r*) ;;
    *) berth_hook_free 2>/dev/null || \builtin return 0 ;;
  esac
  berth_hook_join
  case "${PROMPT_COMMAND[*]-}" in
    "") PROMPT_COMMAND="$berth_hook_entry" && \builtin return ;;
  esac
  \builtin local nl="
" rest piece at n=0 i kind list="" stale=y have="" end="" drawer="" known=""
  \builtin local -a part owner sep kinds before after out
  case "$BASH_VERSION" in
    [1-4].* | 5.0*) ;;
    *) list="${PROMPT_COMMAND[*]@a}" ;;
  esac
  for at in "${!PROMPT_COMMAND[@]}"; do
    case "$at:$list" in
      0:* | *:*a*) ;;
      *) \builtin continue ;;
    esac
    rest="${PROMPT_COMMAND[at]}"
    while \builtin :; do
      piece="${rest%%[;$nl]*}"
      berth_hook_kind "$piece"
      part[n]="$piece" owner[n]="$at" sep[n]="${rest:${#piece}:1}" kinds[n]="$kind"
      n=$((n + 1))
      \builtin test "$piece" != "$rest" || \builtin break
      rest="${rest:$((${#piece} + 1))}"
    done
  done
  for ((i = 0; i < n; i++)); do
    case "${kinds[i]}" in
      H) have=y stale="" end="" known="" ;;
      D)
        if \builtin test -n "$stale" && \builtin test -z "$drawer"; then
          berth_hook_keep "${part[i]}" || before[i]=y
        fi
        drawer=y stale="" end="" known=""
        ;;
      C) known="$i" stale=y end="$i" ;;
      U)
        # Where the hook is there already, what came to stand behind it was put there.
        if \builtin test -z "$drawer$have"; then end="$i"; fi
        stale=y
        ;;
    esac
  done
  case "$drawer:$have:$known:${berth_hook_traced-}" in
    # In POSIX mode "no trap" has words, too.
    ::*: | ::*" - DEBUG") ;;
    ::*)
      end="$known"
      if \builtin test -z "$end"; then before[0]=y; fi
      ;;
  esac
  if \builtin test -n "$end"; then after[end]=y; fi
  if \builtin test -z "${before[*]-}${after[*]-}"; then \builtin return 0; fi
  rest="" at="${owner[0]}"
  for ((i = 0; i < n; i++)); do
    if \builtin test "${owner[i]}" != "$at"; then
      out+=("$rest") rest="" at="${owner[i]}"
    fi
    piece="${part[i]}"
    if \builtin test -n "${before[i]-}"; then
      case "$list:$rest" in
        *a*:) out+=("$berth_hook_entry") ;;
        *) rest="$rest$berth_hook_entry;" ;;
      esac
    fi
    rest="$rest$piece"
    if \builtin test -n "${after[i]-}"; then
      case "$list:${sep[i]}:${kinds[i + 1]-}:${owner[i + 2]-}" in
        *a*::*) out+=("$rest") rest="$berth_hook_entry" ;;
        *:?:E:"$at") rest="$rest;$berth_hook_entry" ;;
        *:?:E:*)
          i=$((i + 1))
          rest="$rest${sep[i - 1]}${part[i]}$berth_hook_entry"
          ;;
        *)
          case "$piece" in
            *"#"* | *[!A-Za-z0-9_\"\)\}]) rest="$rest$nl$berth_hook_entry" ;;
            *) rest="$rest;$berth_hook_entry" ;;
          esac
          ;;
      esac
    fi
    rest="$rest${sep[i]}"
  done
  case "$list" in
    *a*) PROMPT_COMMAND=("${out[@]}" "$rest") ;;
    *) PROMPT_COMMAND="$rest" ;;
  esac
}'

  # Which kind of entry this is: empty, the hook, one that changes variables, one that draws, or an unknown one.
  berth_hook_kind() {
    \builtin local text="${1#"${1%%[![:space:]]*}"}"
    text="${text%"${text##*[![:space:]]}"}"
    case "$text" in
      '' | @ignored@) kind=E ;;
      "$berth_hook_entry") kind=H ;;
      @changers@) kind=C ;;
      @drawers@) kind=D ;;
      *) kind=U ;;
    esac
  }

  # starship keeps the statuses first, then calls a function of the user's, then runs what was there before it, and
  # draws. Where it has kept something the hook belongs to the end of that, else it is that function.
  berth_hook_keep() {
    \builtin local name
    case "$1" in
      *starship_precmd*) ;;
      *) \builtin return 1 ;;
    esac
    for name in @kept@; do
      case "${!name-}" in
        '') ;;
        *"$berth_hook_entry") \builtin return 0 ;;
        *)
          \builtin printf -v "$name" '%s\n%s' "${!name}" "$berth_hook_entry"
          \builtin return 0
          ;;
      esac
    done
    case "${starship_precmd_user_func-}" in
      '') starship_precmd_user_func=berth_hook_prompt ;;
      berth_hook_prompt) ;;
      *) \builtin return 1 ;;
    esac
  }

  # Below bash-preexec some that draw are functions of its own list.
  \builtin eval 'berth_hook_join() {
  \builtin local name kind done=""
  \builtin local -a out
  \builtin test "${__bp_imported-}" = defined || \builtin return 0
  case " ${precmd_functions[*]-} " in
    *" berth_hook_prompt "*) \builtin return 0 ;;
  esac
  for name in ${precmd_functions[@]+"${precmd_functions[@]}"}; do
    berth_hook_kind "$name"
    if \builtin test "$kind" = D && \builtin test -z "$done"; then
      out+=(berth_hook_prompt) done=y
    fi
    out+=("$name")
  done
  if \builtin test -z "$done"; then out+=(berth_hook_prompt); fi
  precmd_functions=("${out[@]}")
}'

  \builtin eval 'berth_hook_uninstall() {
  \builtin local i name cut
  \builtin local -a out at
  if berth_hook_free 2>/dev/null; then
    at=("${!PROMPT_COMMAND[@]}")
    for i in "${!PROMPT_COMMAND[@]}"; do
      berth_hook_cut "${PROMPT_COMMAND[i]}"
      if \builtin test -z "$cut" && \builtin test "${#at[@]}" -gt 1; then
        \builtin unset "PROMPT_COMMAND[$i]"
      elif \builtin test "$cut" != "${PROMPT_COMMAND[i]}"; then
        # A text stays one, and does not become a list.
        case "$i" in
          0) PROMPT_COMMAND="$cut" ;;
          *) PROMPT_COMMAND[i]="$cut" ;;
        esac
      fi
    done
  fi
  for name in @kept@; do
    berth_hook_cut "${!name-}"
    if \builtin test "$cut" != "${!name-}"; then \builtin printf -v "$name" "%s" "$cut"; fi
  done
  case "${starship_precmd_user_func-}" in
    berth_hook_prompt) \builtin unset starship_precmd_user_func ;;
  esac
  case " ${precmd_functions[*]-} " in
    *" berth_hook_prompt "*)
      for name in "${precmd_functions[@]}"; do
        if \builtin test "$name" != berth_hook_prompt; then out+=("$name"); fi
      done
      precmd_functions=(${out[@]+"${out[@]}"})
      ;;
  esac
}'

  # Takes the entry out of a text where nothing can break by that: in front of another command, or at the very end.
  \builtin eval 'berth_hook_cut() {
  \builtin local e="$berth_hook_entry" nl="
" head="" tail="$1" next
  cut=""
  while \builtin :; do
    case "$tail" in
      *"$e"*) ;;
      *) cut="$cut$tail" && \builtin return ;;
    esac
    cut="$cut${tail%%"$e"*}" tail="${tail#*"$e"}"
    head="${cut%"${cut##*[! ]}"}" next="${tail#"${tail%%[! ]*}"}"
    case "$next" in
      [";$nl"]*)
        next="${next#?}" next="${next#"${next%%[! ]*}"}"
        case "$next" in
          fi* | done* | do[!a-z]* | esac* | el* | then* | [!A-Za-z_\"]* | "") ;;
          *) tail="$next" && \builtin continue ;;
        esac
        ;;
      "")
        case "$head" in
          *[A-Za-z0-9_\"\)\}][";$nl"]) cut="${head%?}" tail="" && \builtin continue ;;
          "" | *[";$nl"]) tail="" && \builtin continue ;;
        esac
        ;;
    esac
    cut="$cut$e" left=y
  done
}'
  #end

  # Takes everything out of this shell again. Where others have made the entry a part of their own it stays, and so does
  # a function that only hands the status on; the same for a prompt that calls berth_prompt.
  berth_unhook() {
    \builtin local left=''
    #prompt
    berth_hook_uninstall
    \builtin unset -f berth_hook_prompt berth_hook_install berth_hook_uninstall berth_hook_free berth_hook_kind \
      berth_hook_keep berth_hook_join berth_hook_cut
    if \builtin test -n "$left"; then
      berth_hook_prompt() { \builtin return "$?"; }
    else
      \builtin unset berth_hook_prompt
    fi
    \builtin unset berth_hook_entry berth_hook_settled berth_hook_traced
    #end
    \builtin unset -f @command@ berth_hook_call berth_hook_read berth_hook_ask berth_hook_again berth_hook_set berth_hook_note \
      berth_hook_command berth_hook_run berth_hook_go berth_unhook
    case "${PS1-}" in
      *berth_prompt*) ;;
      *) \builtin unset -f berth_prompt ;;
    esac
    \builtin unset berth_hook_seen berth_hook_shell BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
  }

  #prompt
  # Exported, a shell inside of this one would take them for its own.
  berth_hook_prompt=berth_hook_prompt
  berth_hook_entry='"${berth_hook_prompt-:}"'
  \builtin export -n berth_hook_prompt berth_hook_entry
  # A DEBUG trap of somebody unknown takes what stands at the end for a command. Seen from here alone, not in functions.
  \builtin eval 'case "${PROMPT_COMMAND[*]-}" in
  "" | *berth_hook_prompt*) ;;
  *) berth_hook_traced="$(\builtin trap -p DEBUG)" ;;
esac'
  berth_hook_install
  #end
  # Not exported, so a shell inside of this one asks for itself; loaded twice is loaded once.
  case "${berth_hook_shell-}" in
    "$$") ;;
    *)
      berth_hook_again
      berth_hook_shell="$$"
      \builtin export -n berth_hook_shell
      ;;
  esac

fi

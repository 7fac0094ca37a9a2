# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
# Variables of ours begin with "_berth_": a local one of a name that is read-only outside could not be made.
# Only POSIX syntax outside of eval, so that a shell which reads this by mistake passes it over.
# shellcheck shell=bash disable=SC2016,SC2034,SC2317
if [ -n "${BASH_VERSION-}" ] && [ -z "${VSCODE_RESOLVING_ENVIRONMENT-}" ] &&
  [ -z "${INTELLIJ_ENVIRONMENT_READER-}" ]; then

  # Becomes the program, in a subshell: the one that printed this text while it is there, else that of the PATH. In a
  # directory that was deleted it could not even start. A restricted shell may neither do that nor name a file.
  berth_hook_call() {
    \builtin local _berth_program=@program@
    if \builtin test -n "${berth_hook_bind-}"; then \builtin export BERTH_SESSION_BIND="$berth_hook_bind"; fi
    if \builtin test -n "${berth_hook_use-}"; then \builtin export BERTH_USE="$berth_hook_use"; fi
    case "$-" in
      *r*)
        BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT='' \builtin command @command@ "$@"
        \builtin return
        ;;
    esac
    \builtin test . -ef "${PWD-}" || \builtin cd / || \builtin exit
    \builtin test -f "$_berth_program" && \builtin test -x "$_berth_program" || _berth_program=@command@
    \builtin export BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT=''
    if \builtin test -n "${berth_hook_limit-}"; then
      \builtin exec timeout -s KILL 2 "$_berth_program" "$@"
    fi
    \builtin exec "$_berth_program" "$@"
  }

  # The timed read ends what "timeout" does not: a program that left somebody behind who holds the pipe.
  berth_hook_read() {
    \builtin eval '{
    IFS= \builtin read -r -t "$_berth_wait" _berth_id && IFS= \builtin read -r -t 1 _berth_bind &&
      IFS= \builtin read -r -t 1 _berth_short &&
      { IFS= \builtin read -r -t 1 _berth_use || \builtin test -z "$_berth_use" || _berth_use=/; }
  } < <(berth_hook_call id --bind --strict </dev/null) || {
    if \builtin test "$?" -gt 128 && \builtin test -n "$_berth_own"; then \builtin kill -KILL "$!"; fi
    _berth_id=
  }'
  }

  # Asks once, for 2 seconds at most, and exports the answer; without one there is no session.
  berth_hook_ask() {
    \builtin local _berth_id='' _berth_bind='' _berth_short='' _berth_use='' _berth_wait=2 _berth_own='' berth_hook_limit=''
    # The call alone gets what was there: after ^C nothing of another terminal's stays, and the next prompt does not ask.
    \builtin local berth_hook_bind="${BERTH_SESSION_BIND-}" berth_hook_use="${BERTH_USE-}"
    \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    berth_hook_note
    case "${OSTYPE-}:$-" in
      # The timeout.exe of Windows is another program; a restricted shell cannot look for one in silence.
      msys* | cygwin* | *:*r*) ;;
      *) if \builtin type -P timeout >/dev/null; then berth_hook_limit=y _berth_wait=3; fi ;;
    esac
    case "$BASH_VERSION" in
      # Does not tell the number of a process substitution, and has none in POSIX mode.
      [1-3].* | 4.[0-3]*) ;;
      *) if \builtin test -z "$berth_hook_limit"; then _berth_own=y; fi ;;
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
    case "$_berth_id" in
      *[!A-Za-z0-9._-]* | -*) _berth_id= ;;
      *--*) ;;
      *) _berth_id= ;;
    esac
    case "$_berth_bind" in
      *[[:cntrl:]]*) _berth_id= ;;
      '' | [0-9]*,*) ;;
      *) _berth_id= ;;
    esac
    case "$_berth_id" in
      "${_berth_short:-/}"*) ;;
      *) _berth_id= ;;
    esac
    case "$_berth_use" in
      *[!A-Za-z0-9._-]*) _berth_id= ;;
    esac
    if \builtin test -z "$_berth_id" || \builtin test "${#_berth_id}" -gt 80 ||
      \builtin test "${#_berth_bind}" -gt 1000; then
      \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    else
      \builtin export BERTH_SESSION_ID="$_berth_id" BERTH_SESSION_SHORT="$_berth_short"
      \builtin export BERTH_SESSION_BIND="$_berth_bind" BERTH_USE="$_berth_use"
      if \builtin test -z "$_berth_bind"; then \builtin unset BERTH_SESSION_BIND; fi
      if \builtin test -z "$_berth_use"; then \builtin unset BERTH_USE; fi
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
    \builtin local _berth_use='' _berth_id='' _berth_bind='' _berth_short='' berth_hook_limit=''
    \builtin local _berth_out='' _berth_code=0 _berth_nl='
'
    _berth_out=$(\builtin export BERTH_HOOK=1 && berth_hook_call "$@") || _berth_code=$?
    case "$_berth_out" in
      "berth-hook${_berth_nl}"*"$_berth_nl"*"$_berth_nl"*"$_berth_nl"*)
        _berth_out="${_berth_out#*"$_berth_nl"}" _berth_use="${_berth_out%%"$_berth_nl"*}"
        _berth_out="${_berth_out#*"$_berth_nl"}" _berth_id="${_berth_out%%"$_berth_nl"*}"
        _berth_out="${_berth_out#*"$_berth_nl"}" _berth_bind="${_berth_out%%"$_berth_nl"*}"
        _berth_out="${_berth_out#*"$_berth_nl"}${_berth_nl}" _berth_short="${_berth_out%%"$_berth_nl"*}"
        _berth_out="${_berth_out#*"$_berth_nl"}" _berth_out="${_berth_out%"$_berth_nl"}"
        berth_hook_set
        ;;
    esac
    if \builtin test -n "$_berth_out"; then \builtin printf '%s\n' "$_berth_out"; fi
    \builtin return "$_berth_code"
  }

  # Every other command: that of the PATH, else the one that printed this text. In a directory that was deleted the
  # program runs in / and is told which one that was.
  berth_hook_run() {
    \builtin local _berth_program=@command@
    case "$-" in
      *r*) ;;
      *) \builtin type -P @command@ >/dev/null || _berth_program=@program@ ;;
    esac
    if \builtin test . -ef "${PWD-}"; then
      \builtin command "${_berth_program:-@command@}" "$@"
    else
      \builtin printf '@command@: this directory was deleted: %s\n' "${PWD-}" >&2
      (
        \builtin export BERTH_DELETED_DIRECTORY="${PWD-}"
        \builtin cd / && \builtin command "${_berth_program:-@command@}" "$@"
      )
    fi
  }

  # The commands after which the shell may have to be elsewhere: the program says where, in a file of this call's own.
  berth_hook_go() {
    \builtin local BERTH_CD_FILE='' _berth_code=0 _berth_dir=''
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
    berth_hook_run "$@" || _berth_code=$?
    IFS= \builtin read -r _berth_dir <"$BERTH_CD_FILE" || \builtin :
    \builtin command rm -f "$BERTH_CD_FILE"
    if \builtin test -n "$_berth_dir"; then \builtin cd "$_berth_dir" || _berth_code=$?; fi
    \builtin return "$_berth_code"
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
    \builtin local _berth_code="$?"
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
      *) \builtin return "$_berth_code" ;;
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
  \builtin local _berth_nl="
" _berth_rest _berth_piece _berth_at _berth_n=0 _berth_i _berth_kind _berth_list=""
  \builtin local _berth_stale=y _berth_have="" _berth_end="" _berth_drawer="" _berth_known=""
  \builtin local -a _berth_part _berth_owner _berth_sep _berth_kinds _berth_before _berth_after _berth_out
  case "$BASH_VERSION" in
    [1-4].* | 5.0*) ;;
    *) _berth_list="${PROMPT_COMMAND[*]@a}" ;;
  esac
  for _berth_at in "${!PROMPT_COMMAND[@]}"; do
    case "$_berth_at:$_berth_list" in
      0:* | *:*a*) ;;
      *) \builtin continue ;;
    esac
    _berth_rest="${PROMPT_COMMAND[_berth_at]}"
    while \builtin :; do
      _berth_piece="${_berth_rest%%[;$_berth_nl]*}"
      berth_hook_kind "$_berth_piece"
      _berth_part[_berth_n]="$_berth_piece" _berth_sep[_berth_n]="${_berth_rest:${#_berth_piece}:1}"
      _berth_owner[_berth_n]="$_berth_at" _berth_kinds[_berth_n]="$_berth_kind"
      _berth_n=$((_berth_n + 1))
      \builtin test "$_berth_piece" != "$_berth_rest" || \builtin break
      _berth_rest="${_berth_rest:$((${#_berth_piece} + 1))}"
    done
  done
  for ((_berth_i = 0; _berth_i < _berth_n; _berth_i++)); do
    case "${_berth_kinds[_berth_i]}" in
      H) _berth_have=y _berth_stale="" _berth_end="" _berth_known="" ;;
      D)
        if \builtin test -n "$_berth_stale" && \builtin test -z "$_berth_drawer"; then
          berth_hook_keep "${_berth_part[_berth_i]}" || _berth_before[_berth_i]=y
        fi
        _berth_drawer=y _berth_stale="" _berth_end="" _berth_known=""
        ;;
      C) _berth_known="$_berth_i" _berth_stale=y _berth_end="$_berth_i" ;;
      U)
        # Where the hook is there already, what came to stand behind it was put there.
        if \builtin test -z "$_berth_drawer$_berth_have"; then _berth_end="$_berth_i"; fi
        _berth_stale=y
        ;;
    esac
  done
  case "$_berth_drawer:$_berth_have:$_berth_known:${berth_hook_traced-}" in
    # In POSIX mode "no trap" has words, too.
    ::*: | ::*" - DEBUG") ;;
    ::*)
      _berth_end="$_berth_known"
      if \builtin test -z "$_berth_end"; then _berth_before[0]=y; fi
      ;;
  esac
  if \builtin test -n "$_berth_end"; then _berth_after[_berth_end]=y; fi
  if \builtin test -z "${_berth_before[*]-}${_berth_after[*]-}"; then \builtin return 0; fi
  _berth_rest="" _berth_at="${_berth_owner[0]}"
  for ((_berth_i = 0; _berth_i < _berth_n; _berth_i++)); do
    if \builtin test "${_berth_owner[_berth_i]}" != "$_berth_at"; then
      _berth_out+=("$_berth_rest") _berth_rest="" _berth_at="${_berth_owner[_berth_i]}"
    fi
    _berth_piece="${_berth_part[_berth_i]}"
    if \builtin test -n "${_berth_before[_berth_i]-}"; then
      case "$_berth_list:$_berth_rest" in
        *a*:) _berth_out+=("$berth_hook_entry") ;;
        *) _berth_rest="$_berth_rest$berth_hook_entry;" ;;
      esac
    fi
    _berth_rest="$_berth_rest$_berth_piece"
    if \builtin test -n "${_berth_after[_berth_i]-}"; then
      case "$_berth_list:${_berth_sep[_berth_i]}:${_berth_kinds[_berth_i + 1]-}:${_berth_owner[_berth_i + 2]-}" in
        *a*::*) _berth_out+=("$_berth_rest") _berth_rest="$berth_hook_entry" ;;
        *:?:E:"$_berth_at") _berth_rest="$_berth_rest;$berth_hook_entry" ;;
        *:?:E:*)
          _berth_i=$((_berth_i + 1))
          _berth_rest="$_berth_rest${_berth_sep[_berth_i - 1]}${_berth_part[_berth_i]}$berth_hook_entry"
          ;;
        *)
          case "$_berth_piece" in
            *"#"* | *[!A-Za-z0-9_\"\)\}]) _berth_rest="$_berth_rest$_berth_nl$berth_hook_entry" ;;
            *) _berth_rest="$_berth_rest;$berth_hook_entry" ;;
          esac
          ;;
      esac
    fi
    _berth_rest="$_berth_rest${_berth_sep[_berth_i]}"
  done
  case "$_berth_list" in
    *a*) PROMPT_COMMAND=("${_berth_out[@]}" "$_berth_rest") ;;
    *) PROMPT_COMMAND="$_berth_rest" ;;
  esac
}'

  # Which kind of entry this is: empty, the hook, one that changes variables, one that draws, or an unknown one.
  berth_hook_kind() {
    \builtin local _berth_text="${1#"${1%%[![:space:]]*}"}"
    _berth_text="${_berth_text%"${_berth_text##*[![:space:]]}"}"
    case "$_berth_text" in
      '' | @ignored@) _berth_kind=E ;;
      "$berth_hook_entry") _berth_kind=H ;;
      @changers@) _berth_kind=C ;;
      @drawers@) _berth_kind=D ;;
      *) _berth_kind=U ;;
    esac
  }

  # starship keeps the statuses first, then calls a function of the user's, then runs what was there before it, and
  # draws. Where it has kept something the hook belongs to the end of that, else it is that function.
  berth_hook_keep() {
    \builtin local _berth_name
    case "$1" in
      *starship_precmd*) ;;
      *) \builtin return 1 ;;
    esac
    for _berth_name in @kept@; do
      case "${!_berth_name-}" in
        '') ;;
        *"$berth_hook_entry") \builtin return 0 ;;
        *)
          \builtin printf -v "$_berth_name" '%s\n%s' "${!_berth_name}" "$berth_hook_entry"
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
  \builtin local _berth_name _berth_kind _berth_done=""
  \builtin local -a _berth_out
  \builtin test "${__bp_imported-}" = defined || \builtin return 0
  case " ${precmd_functions[*]-} " in
    *" berth_hook_prompt "*) \builtin return 0 ;;
  esac
  for _berth_name in ${precmd_functions[@]+"${precmd_functions[@]}"}; do
    berth_hook_kind "$_berth_name"
    if \builtin test "$_berth_kind" = D && \builtin test -z "$_berth_done"; then
      _berth_out+=(berth_hook_prompt) _berth_done=y
    fi
    _berth_out+=("$_berth_name")
  done
  if \builtin test -z "$_berth_done"; then _berth_out+=(berth_hook_prompt); fi
  precmd_functions=("${_berth_out[@]}")
}'

  \builtin eval 'berth_hook_uninstall() {
  \builtin local _berth_i _berth_name _berth_cut
  \builtin local -a _berth_out _berth_at
  if berth_hook_free 2>/dev/null; then
    _berth_at=("${!PROMPT_COMMAND[@]}")
    for _berth_i in "${!PROMPT_COMMAND[@]}"; do
      berth_hook_cut "${PROMPT_COMMAND[_berth_i]}"
      if \builtin test -z "$_berth_cut" && \builtin test "${#_berth_at[@]}" -gt 1; then
        \builtin unset "PROMPT_COMMAND[$_berth_i]"
      elif \builtin test "$_berth_cut" != "${PROMPT_COMMAND[_berth_i]}"; then
        # A text stays one, and does not become a list.
        case "$_berth_i" in
          0) PROMPT_COMMAND="$_berth_cut" ;;
          *) PROMPT_COMMAND[_berth_i]="$_berth_cut" ;;
        esac
      fi
    done
  fi
  for _berth_name in @kept@; do
    berth_hook_cut "${!_berth_name-}"
    if \builtin test "$_berth_cut" != "${!_berth_name-}"; then \builtin printf -v "$_berth_name" "%s" "$_berth_cut"; fi
  done
  case "${starship_precmd_user_func-}" in
    berth_hook_prompt) \builtin unset starship_precmd_user_func ;;
  esac
  case " ${precmd_functions[*]-} " in
    *" berth_hook_prompt "*)
      for _berth_name in "${precmd_functions[@]}"; do
        if \builtin test "$_berth_name" != berth_hook_prompt; then _berth_out+=("$_berth_name"); fi
      done
      precmd_functions=(${_berth_out[@]+"${_berth_out[@]}"})
      ;;
  esac
}'

  # Takes the entry out of a text where nothing can break by that: in front of another command, or at the very end.
  \builtin eval 'berth_hook_cut() {
  \builtin local _berth_e="$berth_hook_entry" _berth_nl="
" _berth_head="" _berth_tail="$1" _berth_next
  _berth_cut=""
  while \builtin :; do
    case "$_berth_tail" in
      *"$_berth_e"*) ;;
      *) _berth_cut="$_berth_cut$_berth_tail" && \builtin return ;;
    esac
    _berth_cut="$_berth_cut${_berth_tail%%"$_berth_e"*}" _berth_tail="${_berth_tail#*"$_berth_e"}"
    _berth_head="${_berth_cut%"${_berth_cut##*[! ]}"}" _berth_next="${_berth_tail#"${_berth_tail%%[! ]*}"}"
    case "$_berth_next" in
      [";$_berth_nl"]*)
        _berth_next="${_berth_next#?}" _berth_next="${_berth_next#"${_berth_next%%[! ]*}"}"
        case "$_berth_next" in
          fi* | done* | do[!a-z]* | esac* | el* | then* | [!A-Za-z_\"]* | "") ;;
          *) _berth_tail="$_berth_next" && \builtin continue ;;
        esac
        ;;
      "")
        case "$_berth_head" in
          *[A-Za-z0-9_\"\)\}][";$_berth_nl"]) _berth_cut="${_berth_head%?}" _berth_tail="" && \builtin continue ;;
          "" | *[";$_berth_nl"]) _berth_tail="" && \builtin continue ;;
        esac
        ;;
    esac
    _berth_cut="$_berth_cut$_berth_e" _berth_left=y
  done
}'
  #end

  # Takes everything out of this shell again. Where others have made the entry a part of their own it stays, and so does
  # a function that only hands the status on; the same for a prompt that calls berth_prompt.
  berth_unhook() {
    \builtin local _berth_left=''
    #prompt
    berth_hook_uninstall
    \builtin unset -f berth_hook_prompt berth_hook_install berth_hook_uninstall berth_hook_free berth_hook_kind \
      berth_hook_keep berth_hook_join berth_hook_cut
    if \builtin test -n "$_berth_left"; then
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

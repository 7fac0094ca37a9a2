# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
# Only POSIX syntax outside of eval, so that a shell which reads this by mistake passes it over.
# shellcheck shell=bash disable=SC2034
if [ -n "${BASH_VERSION-}" ] && [ -z "${VSCODE_RESOLVING_ENVIRONMENT-}" ]; then

  # Becomes the program, in a subshell. In a directory that was deleted the program could not even start.
  berth_hook_call() {
    \builtin test . -ef "${PWD-}" || \builtin cd / || \builtin exit
    \builtin export BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT=''
    if \builtin test -n "${berth_hook_limit-}"; then
      \builtin exec timeout -s KILL 2 @command@ "$@"
    fi
    \builtin exec @command@ "$@"
  }

  # The timed read ends what "timeout" does not: a program that left somebody behind who holds the pipe.
  berth_hook_read() {
    \builtin eval '{
    IFS= \builtin read -r -t "$wait" id && IFS= \builtin read -r -t 1 bind && IFS= \builtin read -r -t 1 short
  } < <(berth_hook_call id --bind --strict </dev/null) || {
    if \builtin test "$?" -gt 128 && \builtin test -n "$own"; then \builtin kill -KILL "$!"; fi
    id=
  }'
  }

  # Asks once, for 2 seconds at most, and exports the answer; without one there is no session.
  berth_hook_ask() {
    \builtin local id='' bind='' short='' wait=2 own='' berth_hook_limit=''
    case "${OSTYPE-}" in
      # The timeout.exe of Windows is another program.
      msys* | cygwin*) ;;
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

  # Exports id, bind and short if they are what berth prints. What "berth use" chose stays with its terminal.
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
    if \builtin test -z "$id" || \builtin test "${#id}" -gt 80 || \builtin test "${#bind}" -gt 1000; then
      \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    else
      if \builtin test "${BERTH_USE-}" != "$id" && \builtin test "${BERTH_SESSION_BIND-}" != "$bind"; then
        \builtin unset BERTH_USE
      fi
      \builtin export BERTH_SESSION_ID="$id" BERTH_SESSION_SHORT="$short" BERTH_SESSION_BIND="$bind"
      if \builtin test -z "$bind"; then \builtin unset BERTH_SESSION_BIND; fi
    fi
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
        BERTH_USE="$use"
        BERTH_SESSION_BIND="$bind"
        \builtin export BERTH_USE BERTH_SESSION_BIND
        if \builtin test -z "$use"; then \builtin unset BERTH_USE; fi
        berth_hook_set 2>/dev/null
        ;;
    esac
    if \builtin test -n "$out"; then \builtin printf '%s\n' "$out"; fi
    \builtin return "$code"
  }

  case "@command@:${SHELLOPTS-}:" in
    # In POSIX mode this can be no function's name.
    *[-.]*:posix:*) ;;
    *)
      \builtin eval 'function @command@ {
  case "${1-}" in
    use | refresh) berth_hook_command "$@" ;;
    *) \builtin command @command@ "$@" ;;
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
      *) berth_hook_ask 2>/dev/null ;;
    esac
    case "$-" in
      *e*) ;;
      *) \builtin return "$code" ;;
    esac
  }

  \builtin eval 'berth_hook_install() {
  \builtin local entry=berth_hook_prompt kind=""
  case "${PROMPT_COMMAND[*]-}" in
    "") PROMPT_COMMAND="$entry" && \builtin return ;;
    *berth_hook_prompt*) \builtin return ;;
  esac
  case "$BASH_VERSION" in
    [1-4].* | 5.0*) ;;
    *) kind="${PROMPT_COMMAND[*]@a}" ;;
  esac
  case "$kind" in
    *a*) PROMPT_COMMAND+=("$entry") && \builtin return ;;
    # A shell inside of this one inherits the variable, but not the function.
    *x*) entry="if \builtin declare -F berth_hook_prompt >/dev/null; then berth_hook_prompt; fi" ;;
  esac
  case "$PROMPT_COMMAND" in
    *"#"* | *[!A-Za-z0-9_\"\)\}]) PROMPT_COMMAND="$PROMPT_COMMAND
$entry" ;;
    *) PROMPT_COMMAND="$PROMPT_COMMAND;$entry" ;;
  esac
}'

  \builtin eval 'berth_hook_uninstall() {
  \builtin local i entry nl="
" guarded="if \builtin declare -F berth_hook_prompt >/dev/null; then berth_hook_prompt; fi"
  for i in "${!PROMPT_COMMAND[@]}"; do
    entry="${PROMPT_COMMAND[$i]}"
    entry="${entry//"$guarded"/berth_hook_prompt}"
    entry="${entry//";berth_hook_prompt"/}"
    entry="${entry//"${nl}berth_hook_prompt"/}"
    entry="${entry//"berth_hook_prompt;"/}"
    entry="${entry//berth_hook_prompt/}"
    PROMPT_COMMAND[$i]="$entry"
    if \builtin test -z "$entry"; then \builtin unset "PROMPT_COMMAND[$i]"; fi
  done
}'
  #end

  # Takes everything out of this shell again.
  berth_unhook() {
    #prompt
    berth_hook_uninstall
    \builtin unset -f berth_hook_prompt berth_hook_install berth_hook_uninstall
    #end
    \builtin unset -f @command@ berth_prompt berth_hook_call berth_hook_read berth_hook_ask berth_hook_set \
      berth_hook_command berth_unhook
    \builtin unset berth_hook_seen berth_hook_shell BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
  }

  #prompt
  berth_hook_install
  #end
  # Not exported, so a shell inside of this one asks for itself; loaded twice is loaded once.
  case "${berth_hook_shell-}" in
    "$$") ;;
    *)
      berth_hook_ask 2>/dev/null
      berth_hook_shell="$$"
      \builtin export -n berth_hook_shell
      ;;
  esac

fi

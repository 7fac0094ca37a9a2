# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
if [ -n "${ZSH_VERSION-}" ] && [ -z "${VSCODE_RESOLVING_ENVIRONMENT-}" ] &&
  [ -z "${INTELLIJ_ENVIRONMENT_READER-}" ]; then

# Becomes the program, in a subshell: the one that printed this text while it is there, else that of the PATH. In a
# directory that was deleted it could not even start.
function berth_hook_call {
  \builtin local program=@program@
  if \builtin test -n "${berth_hook_bind-}"; then \builtin export BERTH_SESSION_BIND="$berth_hook_bind"; fi
  if \builtin test -n "${berth_hook_use-}"; then \builtin export BERTH_USE="$berth_hook_use"; fi
  \builtin test . -ef "${PWD-}" || \builtin cd -q /
  \builtin test -f "$program" && \builtin test -x "$program" || program=@command@
  \builtin export BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT=''
  # Here "exec" would run a function of that name.
  \builtin unset -f timeout @command@ 2>/dev/null
  if \builtin test -n "${berth_hook_limit-}"; then
    \builtin exec timeout -s KILL 2 "$program" "$@"
  fi
  \builtin exec "$program" "$@"
}

# Reads an answer of four lines; the limit ends what "timeout" does not: a hold on the pipe by somebody left behind.
function berth_hook_read {
  \builtin local chunk=
  while \builtin sysread -t "$wait" -s 4096 chunk; do
    answer="$answer$chunk" wait=1
    case "$answer" in
      *"$nl"*"$nl"*"$nl"*"$nl"*) \builtin return ;;
    esac
    \builtin test "${#answer}" -lt 4096 || \builtin break
  done
  if \builtin test -z "${berth_hook_limit-}" && \builtin test -n "${sysparams[procsubstpid]-}"; then
    \builtin kill -KILL "${sysparams[procsubstpid]}"
  fi
}

# Asks once, for 2 seconds at most, and exports the answer; without one there is no session.
function berth_hook_ask {
  \builtin emulate -L zsh
  \builtin local answer= id= bind= short= use= wait=2 berth_hook_limit= nl=$'\n'
  # The call alone gets what was there: after ^C nothing of another terminal's stays, and the next prompt does not ask.
  \builtin local berth_hook_bind="${BERTH_SESSION_BIND-}" berth_hook_use="${BERTH_USE-}"
  \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
  berth_hook_note
  case "$OSTYPE" in
    # The timeout.exe of Windows is another program.
    msys* | cygwin*) ;;
    *) if \builtin whence -p timeout >/dev/null; then berth_hook_limit=y wait=3; fi ;;
  esac
  if \builtin zmodload -F zsh/system b:sysread p:sysparams; then
    berth_hook_read < <(berth_hook_call id --bind --strict </dev/null)
  elif \builtin test -n "$berth_hook_limit"; then
    answer="$(berth_hook_call id --bind --strict </dev/null)$nl"
  fi
  case "$answer" in
    *"$nl"*"$nl"*"$nl"*)
      id="${answer%%"$nl"*}" answer="${answer#*"$nl"}"
      bind="${answer%%"$nl"*}" answer="${answer#*"$nl"}"
      short="${answer%%"$nl"*}" answer="${answer#*"$nl"}"
      use="${answer%%"$nl"*}"
      ;;
  esac
  berth_hook_set
}

# Exports id, bind, short and use if they are what berth prints.
function berth_hook_set {
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
function berth_hook_note {
  \builtin typeset -g +x berth_hook_seen="${BERTH_SESSION-}"$'\n'"${BERTH_USE-}"$'\n'"${TMUX-}"$'\n'"${TMUX_PANE-}"
}

# "berth use" and "berth refresh": the program prints a first line of its own, what is to be exported, and the rest.
function berth_hook_command {
  \builtin emulate -L zsh
  \builtin local out= code=0 use= id= bind= short= berth_hook_limit= nl=$'\n'
  out="$(\builtin export BERTH_HOOK=1 && berth_hook_call "$@")" || code=$?
  case "$out" in
    "berth-hook${nl}"*"$nl"*"$nl"*"$nl"*)
      out="${out#*"$nl"}" use="${out%%"$nl"*}"
      out="${out#*"$nl"}" id="${out%%"$nl"*}"
      out="${out#*"$nl"}" bind="${out%%"$nl"*}"
      out="${out#*"$nl"}${nl}" short="${out%%"$nl"*}"
      out="${out#*"$nl"}" out="${out%"$nl"}"
      berth_hook_set 2>/dev/null
      ;;
  esac
  if \builtin test -n "$out"; then \builtin print -r -- "$out"; fi
  \builtin return "$code"
}

# Every other command: that of the PATH, else the one that printed this text. In a directory that was deleted the
# program runs in / and is told which one that was.
function berth_hook_run {
  \builtin local program=@command@
  \builtin whence -p @command@ >/dev/null || program=@program@
  if \builtin test . -ef "${PWD-}"; then
    \builtin command "${program:-@command@}" "$@"
  else
    \builtin printf '@command@: this directory was deleted: %s\n' "${PWD-}" >&2
    (
      \builtin export BERTH_DELETED_DIRECTORY="${PWD-}"
      \builtin cd -q / && \builtin command "${program:-@command@}" "$@"
    )
  fi
}

# The commands after which the shell may have to be elsewhere: the program says where, in a file of this call's own.
function berth_hook_go {
  \builtin local BERTH_CD_FILE= code=0 dir=
  if \builtin test "$#:$1:${2-}" = 2:cd:-; then
    \builtin cd -
    \builtin return
  fi
  BERTH_CD_FILE="$(\builtin command mktemp "${TMPDIR:-/tmp}/berth-cd.XXXXXXXXXX" 2>/dev/null)" || BERTH_CD_FILE=
  if \builtin test -z "$BERTH_CD_FILE"; then
    \builtin unset BERTH_CD_FILE
    berth_hook_run "$@"
    \builtin return
  fi
  \builtin typeset -x BERTH_CD_FILE
  berth_hook_run "$@" || code=$?
  IFS= \builtin read -r dir <"$BERTH_CD_FILE" || \builtin :
  \builtin command rm -f "$BERTH_CD_FILE"
  if \builtin test -n "$dir"; then \builtin cd "$dir" || code=$?; fi
  \builtin return "$code"
}

function @command@ {
  case "${1-}" in
    use | refresh) berth_hook_command "$@" ;;
    cd | finish | destroy | prune) berth_hook_go "$@" ;;
    *) berth_hook_run "$@" ;;
  esac
}

# The short ID, for a prompt: setopt prompt_subst; PROMPT='$(berth_prompt) %# '. Without a fork: ${BERTH_SESSION_SHORT-}
function berth_prompt {
  \builtin printf '%s' "${BERTH_SESSION_SHORT-}"
}

#prompt
# At every prompt: compares variables and starts nothing.
function berth_hook_prompt {
  case "${BERTH_SESSION-}"$'\n'"${BERTH_USE-}"$'\n'"${TMUX-}"$'\n'"${TMUX_PANE-}" in
    "${berth_hook_seen-}") ;;
    *) berth_hook_ask 2>/dev/null ;;
  esac
  \builtin return 0
}

# Behind what changes variables, in front of what draws the prompt by then; behind those that nobody knows.
function berth_hook_install {
  \builtin emulate -L zsh
  \builtin local name
  \builtin local -a before after
  for name in ${precmd_functions-}; do
    case "$name" in
      berth_hook_prompt) \builtin continue ;;
      @drawers@) after+=("$name") ;;
      @changers@)
        before+=($after "$name")
        after=()
        ;;
      *) if (( $#after )); then after+=("$name"); else before+=("$name"); fi ;;
    esac
  done
  \builtin typeset -ga precmd_functions
  precmd_functions=($before berth_hook_prompt $after)
}
#end

# Takes everything out of this shell again.
function berth_unhook {
#prompt
  case "${(t)precmd_functions-}" in
    *readonly*) ;;
    *) add-zsh-hook -d precmd berth_hook_prompt ;;
  esac
  \builtin unset -f berth_hook_prompt berth_hook_install
#end
  \builtin unset -f @command@ berth_hook_call berth_hook_read berth_hook_ask berth_hook_set berth_hook_note berth_hook_command \
    berth_hook_run berth_hook_go berth_unhook
  # A prompt that calls it would fail every time.
  case "${PROMPT-}${RPROMPT-}" in
    *berth_prompt*) ;;
    *) \builtin unset -f berth_prompt ;;
  esac
  \builtin unset berth_hook_seen berth_hook_shell BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
}

#prompt
# A list that cannot be changed is left alone.
case "${(t)precmd_functions-}" in
  *readonly*) ;;
  *)
    \builtin autoload -Uz add-zsh-hook
    berth_hook_install
    ;;
esac
#end
# Not exported, so a shell inside of this one asks for itself; loaded twice is loaded once.
case "${berth_hook_shell-}" in
  "$$") ;;
  *)
    berth_hook_ask 2>/dev/null
    \builtin typeset -g +x berth_hook_shell="$$"
    ;;
esac

fi

# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
if [ -n "${ZSH_VERSION-}" ] && [ -z "${VSCODE_RESOLVING_ENVIRONMENT-}" ]; then

# Becomes the program, in a subshell. In a directory that was deleted the program could not even start.
function berth_hook_call {
  \builtin test . -ef "${PWD-}" || \builtin cd -q /
  \builtin export BUN_OPTIONS='' BUN_BE_BUN='' BUN_INSPECT=''
  # Here "exec" would run a function of that name.
  \builtin unset -f timeout @command@ 2>/dev/null
  if \builtin test -n "${berth_hook_limit-}"; then
    \builtin exec timeout -s KILL 2 @command@ "$@"
  fi
  \builtin exec @command@ "$@"
}

# Reads an answer of three lines; the limit ends what "timeout" does not: a hold on the pipe by somebody left behind.
function berth_hook_read {
  \builtin local chunk=
  while \builtin sysread -t "$wait" -s 4096 chunk; do
    answer="$answer$chunk" wait=1
    case "$answer" in
      *"$nl"*"$nl"*"$nl"*) \builtin return ;;
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
  \builtin local answer= id= bind= short= wait=2 berth_hook_limit= nl=$'\n'
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
      short="${answer%%"$nl"*}"
      ;;
  esac
  berth_hook_set
}

# Exports id, bind and short if they are what berth prints. What "berth use" chose stays with its terminal.
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
  if \builtin test -z "$id" || \builtin test "${#id}" -gt 80 || \builtin test "${#bind}" -gt 1000; then
    \builtin unset BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
  else
    if \builtin test "${BERTH_USE-}" != "$id" && \builtin test "${BERTH_SESSION_BIND-}" != "$bind"; then
      \builtin unset BERTH_USE
    fi
    \builtin export BERTH_SESSION_ID="$id" BERTH_SESSION_SHORT="$short" BERTH_SESSION_BIND="$bind"
    if \builtin test -z "$bind"; then \builtin unset BERTH_SESSION_BIND; fi
  fi
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
      \builtin export BERTH_USE="$use" BERTH_SESSION_BIND="$bind"
      if \builtin test -z "$use"; then \builtin unset BERTH_USE; fi
      berth_hook_set 2>/dev/null
      ;;
  esac
  if \builtin test -n "$out"; then \builtin print -r -- "$out"; fi
  \builtin return "$code"
}

function @command@ {
  case "${1-}" in
    use | refresh) berth_hook_command "$@" ;;
    *) \builtin command @command@ "$@" ;;
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
#end

# Takes everything out of this shell again.
function berth_unhook {
#prompt
  add-zsh-hook -d precmd berth_hook_prompt
  \builtin unset -f berth_hook_prompt
#end
  \builtin unset -f @command@ berth_prompt berth_hook_call berth_hook_read berth_hook_ask berth_hook_set \
    berth_hook_command berth_unhook
  \builtin unset berth_hook_seen berth_hook_shell BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
}

#prompt
\builtin autoload -Uz add-zsh-hook
add-zsh-hook precmd berth_hook_prompt
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

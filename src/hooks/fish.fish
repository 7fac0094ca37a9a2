# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
if test -z "$VSCODE_RESOLVING_ENVIRONMENT"

    # Asks once, for 2 seconds at most, and exports the answer; without one there is no session.
    function berth_hook_ask
        set -l call @command@ id --bind --strict
        # In a directory that was deleted the program could not even start.
        test . -ef "$PWD" 2>/dev/null; or set call sh -c 'cd / && exec "$@"' sh $call
        if command -sq timeout
            set call timeout -s KILL 2 $call
        else
            # fish has no timed read, so it borrows the one of bash; without either there is no limit.
            command -sq bash; and set call bash -c '{
                read -r pid && read -r -t 2 id && read -r -t 1 bind && read -r -t 1 short
            } < <(exec sh -c "echo \$\$; exec \"\$@\"" sh "$@") || { kill -KILL "$pid"; exit 1; }
            printf "%s\n" "$id" "$bind" "$short"' bash $call
        end
        set -l id
        set -l bind
        set -l short
        begin
            set -lx BUN_OPTIONS ''
            set -lx BUN_BE_BUN ''
            set -lx BUN_INSPECT ''
            command $call </dev/null 2>/dev/null | read -L id bind short
        end
        berth_hook_set "$id" "$bind" "$short"
    end

    # Exports id, bind and short if they are what berth prints. What "berth use" chose stays with its terminal.
    function berth_hook_set --argument-names id bind short
        if not string match -qr '^(?=.{1,80}$)[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+$' -- "$id"
            or not string match -qr '^(?:[0-9]+,[^[:cntrl:]]{1,1000})?$' -- "$bind"
            or test -z "$short"
            or test "$short" != (string sub -l (string length -- "$short") -- "$id")
            set -e BERTH_SESSION_ID
            set -e BERTH_SESSION_SHORT
            set -e BERTH_SESSION_BIND
            set -e BERTH_USE
        else
            if test "$BERTH_USE" != "$id"; and test "$BERTH_SESSION_BIND" != "$bind"
                set -e BERTH_USE
            end
            set -gx BERTH_SESSION_ID $id
            set -gx BERTH_SESSION_SHORT $short
            if test -n "$bind"
                set -gx BERTH_SESSION_BIND $bind
            else
                set -e BERTH_SESSION_BIND
            end
        end
        set -g berth_hook_seen "$BERTH_SESSION" "$BERTH_USE" "$TMUX" "$TMUX_PANE"
        set -gu berth_hook_seen $berth_hook_seen
    end

    # "berth use" and "berth refresh": the program prints a first line of its own, what is to be exported, and the rest.
    function @command@ --description 'The session of this terminal'
        if not contains -- "$argv[1]" use refresh
            command @command@ $argv
            return
        end
        set -l call @command@ $argv
        test . -ef "$PWD" 2>/dev/null; or set call sh -c 'cd / && exec "$@"' sh $call
        set -l out
        set -l code
        begin
            set -lx BERTH_HOOK 1
            set -lx BUN_OPTIONS ''
            set -lx BUN_BE_BUN ''
            set -lx BUN_INSPECT ''
            set out (command $call)
            set code $status
        end
        if test "$out[1]" = berth-hook; and set -q out[5]
            set -gx BERTH_SESSION_BIND $out[4]
            if test -n "$out[2]"
                set -gx BERTH_USE $out[2]
            else
                set -e BERTH_USE
            end
            berth_hook_set $out[3..5]
            set -e out[1..5]
        end
        if set -q out[1]
            printf '%s\n' $out
        end
        return $code
    end

    # The short ID, for a prompt.
    function berth_prompt
        printf '%s' "$BERTH_SESSION_SHORT"
    end

    #prompt
    # At every prompt: compares variables and starts nothing.
    function berth_hook_prompt --on-event fish_prompt
        set -l now "$BERTH_SESSION" "$BERTH_USE" "$TMUX" "$TMUX_PANE"
        test "$now" = "$berth_hook_seen"; or berth_hook_ask
    end
    #end

    # Takes everything out of this shell again.
    function berth_unhook
        functions -e berth_hook_ask berth_hook_set berth_hook_prompt berth_prompt berth_unhook @command@
        set -e berth_hook_seen
        set -e berth_hook_shell
        set -e BERTH_SESSION_ID
        set -e BERTH_SESSION_SHORT
        set -e BERTH_SESSION_BIND
        set -e BERTH_USE
    end

    # Not exported, so a shell inside of this one asks for itself; loaded twice is loaded once.
    if test "$berth_hook_shell" != "$fish_pid"
        berth_hook_ask
        set -gu berth_hook_shell $fish_pid
    end
end

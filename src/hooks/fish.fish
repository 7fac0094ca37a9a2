# berth: the session of this terminal in BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook
if test -z "$VSCODE_RESOLVING_ENVIRONMENT$INTELLIJ_ENVIRONMENT_READER"

    # The program that printed this text while it is there, else that of the PATH.
    function berth_hook_program
        set -l program @program@
        if test -f "$program" -a -x "$program"
            echo $program
        else
            echo @command@
        end
    end

    # Asks once, for 2 seconds at most, and exports the answer; without one there is no session.
    function berth_hook_ask
        set -l call (berth_hook_program) id --bind --strict
        # In a directory that was deleted the program could not even start.
        test . -ef "$PWD" 2>/dev/null; or set call sh -c 'cd / && exec "$@"' sh $call
        if command -sq timeout
            set call timeout -s KILL 2 $call
        else
            # fish has no timed read, so it borrows the one of bash; without either there is no limit.
            command -sq bash; and set call bash -c '{
                read -r pid && read -r -t 2 id && read -r -t 1 bind && read -r -t 1 short && { read -r -t 1 use || :; }
            } < <(exec sh -c "echo \$\$; exec \"\$@\"" sh "$@") || { kill -KILL "$pid"; exit 1; }
            printf "%s\n" "$id" "$bind" "$short" "$use"' bash $call
        end
        # The call alone gets what was there: after ^C nothing of another terminal's stays, and the next prompt does
        # not ask.
        set -l bound $BERTH_SESSION_BIND
        set -l used $BERTH_USE
        set -gu berth_hook_seen "$BERTH_SESSION" "" "$TMUX" "$TMUX_PANE"
        for name in BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
            set -e $name
        end
        set -l id
        set -l bind
        set -l short
        set -l use
        begin
            set -lx BUN_OPTIONS ''
            set -lx BUN_BE_BUN ''
            set -lx BUN_INSPECT ''
            test -n "$bound"; and set -fx BERTH_SESSION_BIND $bound
            test -n "$used"; and set -fx BERTH_USE $used
            command $call </dev/null 2>/dev/null | read -L id bind short use
        end
        berth_hook_set "$id" "$bind" "$short" "$use"
    end

    # Exports id, bind, short and use if they are what berth prints.
    function berth_hook_set --argument-names id bind short use
        # What it changes itself is no news.
        set -g berth_hook_busy y
        if not string match -qr '^(?=.{1,80}$)[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+$' -- "$id"
            or not string match -qr '^(?:[0-9]+,[^[:cntrl:]]{1,1000})?$' -- "$bind"
            or test -z "$short"
            or string match -qr '[^A-Za-z0-9._-]' -- "$use"
            or test "$short" != (string sub -l (string length -- "$short") -- "$id")
            set -e BERTH_SESSION_ID
            set -e BERTH_SESSION_SHORT
            set -e BERTH_SESSION_BIND
            set -e BERTH_USE
        else
            if test -n "$use"
                set -gx BERTH_USE $use
            else
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
        set -e berth_hook_busy
    end

    # "berth use" and "berth refresh": the program prints a first line of its own, what is to be exported, and the rest.
    function berth_hook_command
        set -l call (berth_hook_program) $argv
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
            berth_hook_set $out[3..5] "$out[2]"
            set -e out[1..5]
        end
        if set -q out[1]
            printf '%s\n' $out
        end
        return $code
    end

    # Every other command: that of the PATH, else the one that printed this text. In a directory that was deleted the
    # program runs in / and is told which one that was.
    function berth_hook_run
        set -l program @command@
        command -sq @command@; or set program (berth_hook_program)
        if test . -ef "$PWD" 2>/dev/null
            command $program $argv
        else
            printf '@command@: this directory was deleted: %s\n' $PWD >&2
            set -lx BERTH_DELETED_DIRECTORY $PWD
            # A sh that complains of the directory before it leaves it is not heard. (What fish does with 3 is its own.)
            command sh -c 'cd / && exec "$@" 2>&9 9>&-' sh $program $argv 9>&2 2>/dev/null
        end
    end

    # The commands after which the shell may have to be elsewhere: the program says where, in a file of this call's own.
    function berth_hook_go
        if test "$argv" = 'cd -'
            cd -
            return
        end
        set -l tmp $TMPDIR /tmp
        set -lx BERTH_CD_FILE (command mktemp $tmp[1]/berth-cd.XXXXXXXXXX 2>/dev/null)
        if test -z "$BERTH_CD_FILE"
            set -e BERTH_CD_FILE
            berth_hook_run $argv
            return
        end
        berth_hook_run $argv
        set -l code $status
        set -l dir
        read dir <$BERTH_CD_FILE
        command rm -f $BERTH_CD_FILE
        if test -n "$dir"
            # Not the builtin, which "cd -" knows nothing of.
            cd $dir
            or set code $status
        end
        return $code
    end

    function @command@ --description 'The session of this terminal'
        switch "$argv[1]"
            case use refresh
                berth_hook_command $argv
            case cd finish destroy prune
                berth_hook_go $argv
            case '*'
                berth_hook_run $argv
        end
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
        set -gu berth_hook_shown y
    end

    # Whoever changes a variable between this and the prompt that is drawn (direnv, mise) is heard at once.
    function berth_hook_changed --on-variable BERTH_SESSION --on-variable BERTH_USE --on-variable TMUX --on-variable TMUX_PANE
        set -q berth_hook_shown; and not set -q berth_hook_busy; or return
        set -l now "$BERTH_SESSION" "$BERTH_USE" "$TMUX" "$TMUX_PANE"
        test "$now" = "$berth_hook_seen"; or berth_hook_ask
    end

    # What a command changes while it runs waits for the next prompt.
    function berth_hook_command_begins --on-event fish_preexec
        set -e berth_hook_shown
    end
    #end

    # Takes everything out of this shell again; a prompt that calls berth_prompt goes on having it.
    function berth_unhook
        functions -e berth_hook_program berth_hook_ask berth_hook_set berth_hook_command berth_hook_run berth_hook_go
        #prompt
        functions -e berth_hook_prompt berth_hook_changed berth_hook_command_begins
        #end
        if not functions fish_prompt fish_right_prompt 2>/dev/null | string match -q '*berth_prompt*'
            functions -e berth_prompt
        end
        functions -e berth_unhook @command@
        for name in berth_hook_seen berth_hook_shown berth_hook_shell BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
            set -e $name
        end
        return 0
    end

    # Not exported, so a shell inside of this one asks for itself; loaded twice is loaded once.
    if test "$berth_hook_shell" != "$fish_pid"
        berth_hook_ask
        set -gu berth_hook_shell $fish_pid
    end
end

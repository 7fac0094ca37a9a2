# Completions of berth for fish
function berth_complete
    # Without the quote that is open: fish puts in what is needed.
    set -l words (commandline -opc) (commandline -ct | string replace -r '^[\'"]' '')
    set -l program @program@
    test -f "$program" -a -x "$program"; or set program @command@
    # For 2 seconds at most, where there is a "timeout".
    set -l limit
    command -sq timeout; and set limit timeout -s KILL 2
    set -l found
    begin
        set -lx BUN_OPTIONS ''
        set -lx BUN_BE_BUN ''
        set -lx BUN_INSPECT ''
        set found (command $limit $program complete fish -- $words[2..-1] </dev/null 2>/dev/null)
    end
    if test "$found" = ':files'
        __fish_complete_path (commandline -ct)
    else if set -q found[1]
        printf '%s\n' $found
    end
end
complete -c @command@ -e
complete -c @command@ -f -k -a '(berth_complete)'

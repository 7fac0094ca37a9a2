# berth: the session of this terminal in $env.BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook

# The program that printed this text while it is there, else that of the PATH.
def berth_hook_program []: nothing -> string {
    let program = @program@
    if ($program | is-not-empty) and ($program | path type) == "file" { $program } else { "@command@" }
}

# Every other command: that of the PATH, else the one that printed this text.
def berth_hook_typed []: nothing -> string {
    if (which --all @command@ | where type == external | is-empty) { berth_hook_program } else { "@command@" }
}

# Asks for 2 seconds at most.
def berth_hook_call [words: list<string>]: nothing -> list<string> {
    let mail = (random int 1..1000000000)
    let program = (berth_hook_program)
    mut job = -1
    mut answer = []
    # ^C can come at any of these, and would end the profile that loads this.
    try {
        $job = (job spawn {
            let text = (try {
                with-env {BUN_OPTIONS: "", BUN_BE_BUN: "", BUN_INSPECT: ""} {
                    do { ^$program ...$words } | complete | get stdout
                }
            } catch { "" })
            $text | job send 0 --tag $mail
        })
        $answer = (job recv --tag $mail --timeout 2sec | lines)
    }
    if ($answer | is-empty) and $job >= 0 { try { job kill $job } }
    $answer
}

def berth_hook_seen []: nothing -> string {
    $"($env.BERTH_SESSION?)\n($env.BERTH_USE?)\n($env.TMUX?)\n($env.TMUX_PANE?)"
}

# Exports the answer if it is what berth prints.
def --env berth_hook_set [answer: list<string>] {
    let id = ($answer.0? | default "")
    let bind = ($answer.1? | default "")
    let short = ($answer.2? | default "")
    let use = ($answer.3? | default "")
    let valid = (
        ($id | str length) <= 80 and $id =~ '\A[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+\z'
        and ($bind | str length) <= 1000 and $bind =~ '\A(?:[0-9]+,[^\x00-\x1f\x7f]+)?\z'
        and ($short | is-not-empty) and ($id | str starts-with $short) and $use =~ '\A[A-Za-z0-9._-]{0,80}\z'
    )
    if not $valid {
        hide-env --ignore-errors BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    } else {
        if ($use | is-empty) { hide-env --ignore-errors BERTH_USE } else { $env.BERTH_USE = $use }
        $env.BERTH_SESSION_ID = $id
        $env.BERTH_SESSION_SHORT = $short
        if ($bind | is-empty) { hide-env --ignore-errors BERTH_SESSION_BIND } else { $env.BERTH_SESSION_BIND = $bind }
    }
    # A record is handed to no program, so a shell inside of this one asks for itself.
    $env.BERTH_HOOK_STATE = {shell: $nu.pid, seen: (berth_hook_seen)}
}

# "berth use" and "berth refresh": the program prints a first line of its own, what is to be exported, and the rest.
def --env berth_hook_command [words: list<string>] {
    # Through a variable and through nothing else: so a failure is the program's own, for try and for the prompt.
    let out = (with-env {BERTH_HOOK: "1", BUN_OPTIONS: "", BUN_BE_BUN: "", BUN_INSPECT: ""} { ^(berth_hook_program) ...$words })
    let out = ($out | lines)
    # As text that flows, as a program's is: where there is none nothing is shown, and a pipe gets an empty one.
    if $out.0? != "berth-hook" or ($out | length) < 5 { return ($out | to text) }
    berth_hook_set [$out.2 $out.3 $out.4 $out.1]
    $out | skip 5 | to text
}

# The commands after which the shell may have to be elsewhere: the program says where, in a file of this call's own.
def --env berth_hook_go [words: list<string>] {
    if $words == [cd "-"] { cd -; return }
    let file = (try { mktemp --tmpdir berth-cd.XXXXXXXXXX } catch { "" })
    let set = (if ($file | is-empty) { {} } else { {BERTH_CD_FILE: $file} })
    # What is for programs goes on through a pipe; all else to the terminal at once.
    let done = (try {
        if "--json" in $words {
            let out = (with-env $set { ^(berth_hook_typed) ...$words })
            {out: $out}
        } else {
            with-env $set { ^(berth_hook_typed) ...$words }
            {out: ""}
        }
    } catch {|error| {failed: $error} })
    if ($file | is-not-empty) {
        # From a directory that is there: in one that was deleted Nushell opens no file.
        let directory = (do {
            cd ($file | path dirname)
            let found = (try { open --raw $file | lines | first } catch { "" })
            rm -f $file
            $found
        })
        if ($directory | is-not-empty) { cd $directory }
    }
    if $done.failed? != null { $done.failed.raw } else { $done.out | lines | to text }
}

# What Nushell hands over is the words of the line; the line itself is understood as well.
def berth_hook_complete [line: any] {
    let words = (if ($line | describe) == string { $line | split row --regex '\s+' } else { $line } | skip 1)
    # The word comes with the quote that is open, and with the one that closes it.
    let last = ($words | last | default "" | str replace --regex "^[\"'`](.*?)[\"'`]?$" "$1")
    let words = ($words | drop 1 | append $last)
    let found = (berth_hook_call [complete nu "--" ...$words])
    if $found.0? == ":files" { return null }
    $found | each {|row|
        let cell = ($row | split row "\t")
        let value = (if $cell.0 =~ '^[A-Za-z0-9_./=+:-]+$' { $cell.0 } else { $cell.0 | to nuon })
        {value: $value, description: ($cell.1? | default "")}
    }
}

# The session of this terminal
@complete berth_hook_complete
def --env --wrapped @command@ [...words] {
    match $words.0? {
        "use" | "refresh" => { berth_hook_command ($words | each { into string }) }
        "cd" | "finish" | "destroy" | "prune" => { berth_hook_go ($words | each { into string }) }
        _ => { $in | ^(berth_hook_typed) ...$words }
    }
}

# The short ID, for a prompt
def berth_prompt []: nothing -> string { $env.BERTH_SESSION_SHORT? | default "" }

#prompt
# At every prompt: compares variables and starts nothing.
def --env berth_hook_prompt [] {
    if $env.BERTH_HOOK_STATE?.seen? != (berth_hook_seen) { berth_hook_set (berth_hook_call [id --bind --strict]) }
}
#end

# Take everything out of this shell again that a shell can give up: Nushell keeps the definitions.
def --env berth_unhook [] {
    #prompt
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt | where $it != "berth_hook_prompt")
    #end
    hide-env --ignore-errors BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE BERTH_HOOK_STATE
}

# Loaded twice is loaded once.
if ($env.VSCODE_RESOLVING_ENVIRONMENT? | is-empty) and ($env.INTELLIJ_ENVIRONMENT_READER? | is-empty) and $env.BERTH_HOOK_STATE?.shell? != $nu.pid {
    berth_hook_set (berth_hook_call [id --bind --strict])
    #prompt
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | append "berth_hook_prompt")
    #end
}

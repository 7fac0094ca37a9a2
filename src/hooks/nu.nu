# berth: the session of this terminal in $env.BERTH_SESSION_ID. To be rid of it in this shell: berth_unhook

# Asks for 2 seconds at most.
def berth_hook_call []: nothing -> list<string> {
    let mail = (random int 1..1000000000)
    let job = (job spawn {
        let answer = (try {
            with-env {BUN_OPTIONS: "", BUN_BE_BUN: "", BUN_INSPECT: ""} {
                do { ^@command@ id --bind --strict } | complete | get stdout
            }
        } catch { "" })
        $answer | job send 0 --tag $mail
    })
    try { job recv --tag $mail --timeout 2sec | lines } catch { try { job kill $job }; [] }
}

def berth_hook_seen []: nothing -> string {
    $"($env.BERTH_SESSION?)\n($env.BERTH_USE?)\n($env.TMUX?)\n($env.TMUX_PANE?)"
}

# Exports the answer if it is what berth prints. What "berth use" chose stays with its terminal.
def --env berth_hook_set [answer: list<string>] {
    let id = ($answer.0? | default "")
    let bind = ($answer.1? | default "")
    let short = ($answer.2? | default "")
    let valid = (
        ($id | str length) <= 80 and $id =~ '\A[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+\z'
        and ($bind | str length) <= 1000 and $bind =~ '\A(?:[0-9]+,[^\x00-\x1f\x7f]+)?\z'
        and ($short | is-not-empty) and ($id | str starts-with $short)
    )
    if not $valid {
        hide-env --ignore-errors BERTH_SESSION_ID BERTH_SESSION_SHORT BERTH_SESSION_BIND BERTH_USE
    } else {
        if $env.BERTH_USE? != $id and ($env.BERTH_SESSION_BIND? | default "") != $bind {
            hide-env --ignore-errors BERTH_USE
        }
        $env.BERTH_SESSION_ID = $id
        $env.BERTH_SESSION_SHORT = $short
        if ($bind | is-empty) { hide-env --ignore-errors BERTH_SESSION_BIND } else { $env.BERTH_SESSION_BIND = $bind }
    }
    # A record is handed to no program, so a shell inside of this one asks for itself.
    $env.BERTH_HOOK_STATE = {shell: $nu.pid, seen: (berth_hook_seen)}
}

# "berth use" and "berth refresh": the program prints a first line of its own, what is to be exported, and the rest.
def --env berth_hook_command [words: list<string>] {
    let out = (with-env {BERTH_HOOK: "1", BUN_OPTIONS: "", BUN_BE_BUN: "", BUN_INSPECT: ""} { ^@command@ ...$words } | lines)
    if $out.0? != "berth-hook" or ($out | length) < 5 { return ($out | str join "\n") }
    let bind = $out.3
    if ($bind | is-not-empty) { $env.BERTH_SESSION_BIND = $bind }
    if ($out.1 | is-empty) { hide-env --ignore-errors BERTH_USE } else { $env.BERTH_USE = $out.1 }
    berth_hook_set ($out | slice 2..4)
    if ($out | length) > 5 { $out | skip 5 | str join "\n" }
}

def berth_hook_complete [line: string] {
    let words = ($line | split row --regex '\s+' | skip 1)
    let found = (try { do { ^@command@ complete nu -- ...$words } | complete | get stdout | lines } catch { [] })
    if $found.0? == ":files" { return null }
    $found | each {|row| let cell = ($row | split row "\t"); {value: $cell.0, description: ($cell.1? | default "")} }
}

# The session of this terminal
def --env --wrapped @command@ [...words: string@berth_hook_complete] {
    if ($words.0? in [use refresh]) { berth_hook_command $words } else { ^@command@ ...$words }
}

# The short ID, for a prompt
def berth_prompt []: nothing -> string { $env.BERTH_SESSION_SHORT? | default "" }

#prompt
# At every prompt: compares variables and starts nothing.
def --env berth_hook_prompt [] {
    if $env.BERTH_HOOK_STATE?.seen? != (berth_hook_seen) { berth_hook_set (berth_hook_call) }
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
if ($env.VSCODE_RESOLVING_ENVIRONMENT? | is-empty) and $env.BERTH_HOOK_STATE?.shell? != $nu.pid {
    berth_hook_set (berth_hook_call)
    #prompt
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | append "berth_hook_prompt")
    #end
}

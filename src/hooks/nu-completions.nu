# Completions of berth for Nushell without its hook: what "berth init nu" prints has them already
def berth_complete [line: any] {
    let words = (if ($line | describe) == string { $line | split row --regex '\s+' } else { $line } | skip 1)
    # The word comes with the quote that is open, and with the one that closes it.
    let last = ($words | last | default "" | str replace --regex "^[\"'`](.*?)[\"'`]?$" "$1")
    let words = ($words | drop 1 | append $last)
    let own = @program@
    let program = (if ($own | is-not-empty) and ($own | path type) == "file" { $own } else { "@command@" })
    let mail = (random int 1..1000000000)
    let job = (job spawn {
        let answer = (try {
            with-env {BUN_OPTIONS: "", BUN_BE_BUN: "", BUN_INSPECT: ""} {
                do { ^$program complete nu "--" ...$words } | complete | get stdout
            }
        } catch { "" })
        $answer | job send 0 --tag $mail
    })
    let found = (try { job recv --tag $mail --timeout 2sec | lines } catch { try { job kill $job }; [] })
    if $found.0? == ":files" { return null }
    $found | each {|row|
        let cell = ($row | split row "\t")
        let value = (if $cell.0 =~ '^[A-Za-z0-9_./=+:-]+$' { $cell.0 } else { $cell.0 | to nuon })
        {value: $value, description: ($cell.1? | default "")}
    }
}

# The session of this terminal
extern @command@ [...words: string@berth_complete]

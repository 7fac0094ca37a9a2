# Completions of berth for Nushell without its hook: what "berth init nu" prints has them already
def berth_complete [line: string] {
    let words = ($line | split row --regex '\s+' | skip 1)
    let found = (try { do { ^@command@ complete nu -- ...$words } | complete | get stdout | lines } catch { [] })
    if $found.0? == ":files" { return null }
    $found | each {|row| let cell = ($row | split row "\t"); {value: $cell.0, description: ($cell.1? | default "")} }
}

# The session of this terminal
extern @command@ [...words: string@berth_complete]

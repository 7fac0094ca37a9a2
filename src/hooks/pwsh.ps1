# berth: the session of this terminal in $env:BERTH_SESSION_ID. To be rid of it in this shell: Disable-BerthHook
if (-not $env:VSCODE_RESOLVING_ENVIRONMENT -and -not $env:INTELLIJ_ENVIRONMENT_READER) {

    # Loaded twice is loaded once. A function that is not there is no error, in strict mode either.
    if ($null -eq ${function:Disable-BerthHook}) {
        $global:BerthHookSeen = $null
        $global:BerthHookPrompts = @()
        $global:BerthHookFound = @()
    }

    function global:Test-BerthHookLanguage { $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage' }

    # The program on the PATH, and not the function below that has its name; looked for anew when the PATH changes or
    # it is gone.
    function global:Get-BerthHookCommand {
        if ($global:BerthHookFound.Count -eq 2 -and $global:BerthHookFound[0] -ceq $env:PATH -and (Test-BerthHookFile -Path $global:BerthHookFound[1])) {
            return $global:BerthHookFound[1]
        }
        $found = Microsoft.PowerShell.Core\Get-Command -Name '@command@' -CommandType Application -TotalCount 1 -ErrorAction Ignore
        if ($null -ne $found) {
            $global:BerthHookFound = @("$env:PATH", $found.Path)
            $found.Path
        }
    }

    function global:Test-BerthHookFile {
        param([string] $Path)
        if (Test-BerthHookLanguage) { [System.IO.File]::Exists($Path) }
        else { Microsoft.PowerShell.Management\Test-Path -LiteralPath $Path -PathType Leaf }
    }

    # The program that printed this text, while it is there, else the one on the PATH. Runs unseen: no launcher's job.
    function global:Get-BerthHookProgram {
        $own = @program@
        if ($own -ne '' -and (Test-BerthHookFile -Path $own)) { $own } else { Get-BerthHookCommand }
    }

    # Asks by .NET, for 2 seconds at most, whoever holds the pipe, in steps between which ^C is heard.
    function global:Invoke-BerthHookProcess {
        param([string] $Path)
        $start = [System.Diagnostics.ProcessStartInfo]::new($Path, 'id --bind --strict')
        $start.WorkingDirectory = [System.IO.Path]::GetDirectoryName($Path)
        $start.UseShellExecute = $false
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        foreach ($name in 'BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT', 'BERTH_HOOK') {
            $start.EnvironmentVariables.Remove($name)
        }
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $process.StandardInput.Close()
            $buffer = [char[]]::new(4096)
            $text = ''
            $until = [System.DateTime]::UtcNow.AddSeconds(2)
            while ($text.Length -lt $buffer.Length -and $text.Split("`n").Count -lt 5) {
                $reading = $process.StandardOutput.ReadAsync($buffer, $text.Length, $buffer.Length - $text.Length)
                while (-not $reading.Wait(20)) {
                    if ([System.DateTime]::UtcNow -gt $until) { return }
                }
                if ($reading.Result -eq 0) { break }
                $text = [string]::new($buffer, 0, $text.Length + $reading.Result)
            }
            $text.Split("`n") | Microsoft.PowerShell.Core\ForEach-Object { $_.TrimEnd("`r") }
        } finally {
            if (-not $process.HasExited) { $process.Kill() }
        }
    }

    # In constrained language no .NET: the limit is that of "timeout", and on Windows there is none.
    function global:Invoke-BerthHookNative {
        param([string] $Path)
        $PSNativeCommandUseErrorActionPreference = $false
        $null = $PSNativeCommandUseErrorActionPreference
        $timeout = $null
        if ($env:OS -ne 'Windows_NT') {
            $timeout = Microsoft.PowerShell.Core\Get-Command -Name timeout -CommandType Application -TotalCount 1 -ErrorAction Ignore
        }
        $last = Microsoft.PowerShell.Utility\Get-Variable -Name LASTEXITCODE -Scope Global -ErrorAction Ignore
        $code = if ($null -ne $last) { $last.Value }
        $kept = @($env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK)
        $env:BUN_OPTIONS = $env:BUN_BE_BUN = $env:BUN_INSPECT = $env:BERTH_HOOK = $null
        try {
            if ($null -ne $timeout) { & $timeout --foreground -s KILL 2 $Path id --bind --strict 2>$null }
            else { & $Path id --bind --strict 2>$null }
            ''
        } finally {
            $env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK = $kept
            $global:LASTEXITCODE = $code
        }
    }

    # Asks once and exports the answer; without one there is no session.
    function global:Invoke-BerthHookAsk {
        # First of all, so that after ^C the next prompt does not ask the same.
        $global:BerthHookSeen = "$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE"
        $ErrorActionPreference = 'SilentlyContinue'
        $answer = @()
        try {
            $path = Get-BerthHookProgram
            if ($null -eq $path) { $answer = @() }
            elseif (Test-BerthHookLanguage) { $answer = @(Invoke-BerthHookProcess -Path $path) }
            else { $answer = @(Invoke-BerthHookNative -Path $path) }
        } catch { $answer = @() }
        $id = $bind = $short = $use = ''
        # What stands behind the last end of a line is no line.
        if ($answer.Count -ge 4) { $id, $bind, $short = $answer[0..2] }
        if ($answer.Count -ge 5) { $use = $answer[3] }
        Use-BerthHookAnswer -Id $id -Bind $bind -Short $short -Use $use
    }

    # Exports the answer if it is what berth prints.
    function global:Use-BerthHookAnswer {
        param([string] $Id, [string] $Bind, [string] $Short, [string] $Use)
        $valid = $Id.Length -le 80 -and $Id -cmatch '^[A-Za-z0-9._][A-Za-z0-9._-]*--[A-Za-z0-9._-]+$' -and
            $Bind.Length -le 1000 -and $Bind -cmatch '^([0-9]+,[^\x00-\x1f\x7f]+)?$' -and
            $Short -cmatch '^[A-Za-z0-9._-]+$' -and $Id -clike "$Short*" -and
            $Use.Length -le 80 -and $Use -cmatch '^[A-Za-z0-9._-]*$'
        if (-not $valid) { $Id = $Bind = $Short = $Use = '' }
        # An empty text would be an empty variable in some versions.
        $env:BERTH_SESSION_ID = if ($Id -ne '') { $Id } else { $null }
        $env:BERTH_SESSION_SHORT = if ($Short -ne '') { $Short } else { $null }
        $env:BERTH_SESSION_BIND = if ($Bind -ne '') { $Bind } else { $null }
        $env:BERTH_USE = if ($Use -ne '') { $Use } else { $null }
        $global:BerthHookSeen = "$env:BERTH_SESSION`n$env:BERTH_USE`n$env:TMUX`n$env:TMUX_PANE"
    }

    # What "use" and "refresh" print: a line that says so, what is to be exported, and the rest for the user.
    function global:Use-BerthHookOutput {
        param([object[]] $Out)
        if ($Out.Count -ge 5 -and $Out[0] -ceq 'berth-hook') {
            Use-BerthHookAnswer -Id $Out[2] -Bind $Out[3] -Short $Out[4] -Use $Out[1]
            if ($Out.Count -gt 5) { $Out[5..($Out.Count - 1)] }
        } else { $Out }
    }

    # The same failure that a program leaves behind: $? is False, $Error stays as it is.
    function global:Set-BerthHookFailed {
        if (-not (Test-BerthHookLanguage)) { return }
        $failing = { Microsoft.PowerShell.Core\Get-Job -Id 2147483647 -ErrorAction Ignore }.GetSteppablePipeline()
        $failing.Begin($false)
        $failing.End()
    }

    # A word of the line that was typed, for the same line with the program in it: a constant as it was written, all
    # else as a reference to its value, quoted where it was.
    function global:Get-BerthHookWord {
        param($Ast, [string] $Value)
        $kind = $Ast.GetType().Name
        if ($kind -eq 'StringConstantExpressionAst' -or $kind -eq 'ConstantExpressionAst') { return $Ast.Extent.Text }
        if ($kind -eq 'ExpandableStringExpressionAst' -and $Ast.StringConstantType -ne 'BareWord') {
            return "`"`$($Value)`""
        }
        if ($kind -ne 'ArrayLiteralAst') { return $Value }
        $text = $Ast.Extent.Text
        # A program may get a list as it is written; so it stays that where it can be looked up once more without harm.
        $harm = $Ast.Find({
                $args[0].GetType().Name -cnotmatch '^(ArrayLiteral|StringConstantExpression|ConstantExpression|VariableExpression|ExpandableStringExpression|MemberExpression)Ast$' -or
                ($args[0].GetType().Name -eq 'VariableExpressionAst' -and
                    $args[0].VariablePath.UserPath -match '^(args|input|MyInvocation|PSBoundParameters|PSScriptRoot|PSCommandPath)$')
            }, $true)
        if ($null -eq $harm) { return $text }
        $done = $index = 0
        $out = ''
        foreach ($element in $Ast.Elements) {
            $from = $element.Extent.StartOffset - $Ast.Extent.StartOffset
            $out += $text.Substring($done, $from - $done)
            $out += Get-BerthHookWord -Ast $element -Value "$Value[$index]"
            $done = $from + $element.Extent.Text.Length
            $index++
        }
        $out + $text.Substring($done)
    }

    # The call of this function as it was typed, with the program in place of the function. PowerShell treats the
    # words of the two unlike: a function does not see the first "--", gets -a:b as two words and 1.50 as a number, and
    # what it hands on from a variable is expanded. So the words are taken from the text, and their values from $args.
    function global:Get-BerthHookLine {
        param($Invocation, [object[]] $Words)
        $text = ''
        if ($null -ne $Invocation.PSObject.Properties['Statement']) { $text = "$($Invocation.Statement)" }
        elseif ($Invocation.OffsetInLine -ge 1 -and $Invocation.OffsetInLine -le $Invocation.Line.Length) {
            $text = $Invocation.Line.Substring($Invocation.OffsetInLine - 1)
        }
        $elements = @([System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $null, [ref] $null).Find(
                { $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true).CommandElements)
        # How many entries of $args each element is: of a splat as many as it holds, and a table's come at the end.
        $dash = $false
        $unknown = -1
        $counts = @(0) * $elements.Count
        $tables = @{}
        $sum = 0
        for ($i = 1; $i -lt $elements.Count; $i++) {
            $element = $elements[$i]
            $kind = $element.GetType().Name
            $counts[$i] = 1
            if ($kind -eq 'VariableExpressionAst' -and $element.Splatted) {
                $value = Get-BerthHookValue -Name $element.VariablePath.UserPath
                if ($value -is [System.Collections.IDictionary]) {
                    $tables[$i] = 2 * $value.Count
                    $sum += $tables[$i]
                    $counts[$i] = 0
                } elseif ($unknown -lt 0) {
                    $unknown = $i
                    $counts[$i] = 0
                } else { $counts[$i] = @($value).Count }
            } elseif ($kind -eq 'CommandParameterAst' -and $null -ne $element.Argument) { $counts[$i] = 2 }
            elseif ($kind -eq 'CommandParameterAst' -and $element.Extent.Text -ceq '--' -and -not $dash) {
                $dash = $true
                $counts[$i] = 0
            }
            $sum += $counts[$i]
        }
        if ($unknown -ge 0) { $counts[$unknown] = $Words.Count - $sum }
        if ($elements.Count -eq 0 -or $Words.Count -lt $sum -or ($unknown -lt 0 -and $Words.Count -ne $sum)) { return }
        $end = $Words.Count
        foreach ($i in $tables.Keys) { $end -= $tables[$i] }
        $out = ''
        $at = 0
        for ($i = 1; $i -lt $elements.Count; $i++) {
            $element = $elements[$i]
            if ($tables.ContainsKey($i)) {
                $out += Get-BerthHookSplat -Words $Words -From $end -Count $tables[$i]
                $end += $tables[$i]
            } elseif ($element.GetType().Name -eq 'VariableExpressionAst' -and $element.Splatted) {
                $out += Get-BerthHookSplat -Words $Words -From $at -Count $counts[$i]
            } elseif ($counts[$i] -eq 2) {
                $name = $element.Extent.Text.Substring(0, $element.Argument.Extent.StartOffset - $element.Extent.StartOffset)
                $out += " $name" + (Get-BerthHookWord -Ast $element.Argument -Value "`$berthHookWords[$($at + 1)]")
            } elseif ($element.GetType().Name -eq 'CommandParameterAst') { $out += " $($element.Extent.Text)" }
            else { $out += ' ' + (Get-BerthHookWord -Ast $element -Value "`$berthHookWords[$at]") }
            $at += $counts[$i]
        }
        $out
    }

    # A variable of whoever called the function, by scope, since those of the hook hide others.
    function global:Get-BerthHookValue {
        param([string] $Name)
        if ($Name -match '^(args|input)$') { return }
        for ($scope = 3; $scope -lt 100; $scope++) {
            try { $found = Microsoft.PowerShell.Utility\Get-Variable -Name $Name -Scope $scope -ErrorAction Ignore } catch { return }
            if ($null -ne $found) { return , $found.Value }
        }
    }

    # The words of a splat; what was -a:b or a table's entry is two for the function, and one for a program.
    function global:Get-BerthHookSplat {
        param([object[]] $Words, [int] $From, [int] $Count)
        $out = ''
        for ($at = $From; $at -lt $From + $Count; $at++) {
            $name = $Words[$at]
            if ($null -ne $name -and $null -ne $name.PSObject.Properties['<CommandParameterName>'] -and
                "$name".EndsWith(':') -and $at + 1 -lt $From + $Count) {
                $at++
                $out += " $name`$berthHookWords[$at]"
            } else { $out += " `$berthHookWords[$at]" }
        }
        $out
    }

    # Every word as it came, for a line that nobody can take apart; "--" is put back where the text tells.
    function global:Get-BerthHookPlainLine {
        param($Invocation, [object[]] $Words)
        $line = "$($Invocation.Line)"
        $at = -1
        if ($Invocation.OffsetInLine -ge 1 -and $Invocation.OffsetInLine -le $line.Length) {
            $word = '(?:''[^'']*''|"[^"`$]*"|[^\s''"`|;&(){}@,<>#]+)'
            if ($line.Substring($Invocation.OffsetInLine - 1) -cmatch "^(?:&\s*)?$word((?:\s+$word)*?)\s+--(?:\s|`$)") {
                $at = @($Matches[1] -split "\s+(?=(?:[^'`"]|'[^']*'|`"[^`"]*`")*`$)" |
                    Microsoft.PowerShell.Core\Where-Object { $_ -ne '' }).Count
            }
        }
        $out = ''
        for ($i = 0; $i -le $Words.Count; $i++) {
            if ($i -eq $at -and ($i -eq $Words.Count -or "$($Words[$i])" -cne '--')) { $out += " '--'" }
            if ($i -eq $Words.Count -or $null -eq $Words[$i]) { continue }
            $out += if ($Words[$i] -is [string]) { " `"`$(`$berthHookWords[$i])`"" } else { " `$berthHookWords[$i]" }
        }
        $out
    }

    # Runs a block with what the call needs in its environment; afterwards all is as it was.
    function global:Invoke-BerthHookBlock {
        param([scriptblock] $Block, [string] $Hook, [string] $File, [string] $Deleted)
        $kept = @($env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK, $env:BERTH_CD_FILE, $env:BERTH_DELETED_DIRECTORY)
        if ($Hook -ne '') {
            $env:BUN_OPTIONS = $env:BUN_BE_BUN = $env:BUN_INSPECT = $null
            $env:BERTH_HOOK = $Hook
        }
        if ($File -ne '') { $env:BERTH_CD_FILE = $File }
        if ($Deleted -ne '') { $env:BERTH_DELETED_DIRECTORY = $Deleted }
        try { . $Block }
        finally {
            $env:BUN_OPTIONS, $env:BUN_BE_BUN, $env:BUN_INSPECT, $env:BERTH_HOOK, $env:BERTH_CD_FILE, $env:BERTH_DELETED_DIRECTORY = $kept
        }
    }

    # A file of our own, in which the program says where to go.
    function global:New-BerthHookFile {
        try {
            if (Test-BerthHookLanguage) { return [System.IO.Path]::GetTempFileName() }
            (Microsoft.PowerShell.Utility\New-TemporaryFile -WhatIf:$false -Confirm:$false).FullName
        } catch { '' }
    }

    # Goes where the file says, and removes it.
    function global:Use-BerthHookFile {
        param([string] $File)
        $directory = "$(Microsoft.PowerShell.Management\Get-Content -LiteralPath $File -Encoding UTF8 -TotalCount 1 -ErrorAction Ignore)"
        Microsoft.PowerShell.Management\Remove-Item -LiteralPath $File -Force -ErrorAction Ignore -WhatIf:$false -Confirm:$false
        if ($directory -ne '') { Microsoft.PowerShell.Management\Set-Location -LiteralPath $directory }
    }

    # Where the current directory was deleted: says so, and sees to it that programs start in one that is there.
    function global:Get-BerthHookDeleted {
        $here = (Microsoft.PowerShell.Management\Get-Location -PSProvider FileSystem).ProviderPath
        if (Test-BerthHookLanguage) { $there = [System.IO.Directory]::Exists($here) }
        else { $there = Microsoft.PowerShell.Management\Test-Path -LiteralPath $here -PathType Container }
        if ($there) { return '' }
        if (Test-BerthHookLanguage) {
            [System.IO.Directory]::SetCurrentDirectory([System.IO.Path]::GetPathRoot($here))
            [System.Console]::Error.WriteLine("@command@: this directory was deleted: $here")
        }
        $here
    }

    # Its variables are called so that no caller's is hidden, since the line that was typed may name them.
    function global:@command@ {
        $berthHookWords = $args
        $berthHookInput = $input
        $berthHookState = @{ ok = $false }
        $berthHookWord = if ($args.Count -gt 0) { "$($args[0])" }
        if ($berthHookWord -ceq 'cd' -and $args.Count -eq 2 -and "$($args[1])" -ceq '-') {
            Microsoft.PowerShell.Management\Set-Location -Path -
            return
        }
        $berthHookProgram = Get-BerthHookCommand
        if ($null -eq $berthHookProgram) { $berthHookProgram = Get-BerthHookProgram }
        if ($null -eq $berthHookProgram) {
            Microsoft.PowerShell.Utility\Write-Error -Message 'Cannot find the program "@command@" on the PATH'
        } else {
            $berthHookLine = $null
            if (Test-BerthHookLanguage) {
                try { $berthHookLine = Get-BerthHookLine -Invocation $MyInvocation -Words $args } catch { $berthHookLine = $null }
            }
            if ($null -eq $berthHookLine) { $berthHookLine = Get-BerthHookPlainLine -Invocation $MyInvocation -Words $args }
            $berthHookPipe = if ($MyInvocation.ExpectingInput) { '$berthHookInput | ' }
            $berthHookLine = "$($berthHookPipe)& `$berthHookProgram$berthHookLine`n`$berthHookState.ok = `$?"
            $berthHookDeleted = Get-BerthHookDeleted
            if ($berthHookWord -cmatch '^(use|refresh)$') {
                $berthHookOut = @(Invoke-BerthHookBlock -Hook '1' -Deleted $berthHookDeleted -Block {
                        Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine
                    })
                Use-BerthHookOutput -Out $berthHookOut
            } elseif ($berthHookWord -cmatch '^(cd|finish|destroy|prune)$') {
                $berthHookFile = New-BerthHookFile
                try {
                    Invoke-BerthHookBlock -File $berthHookFile -Deleted $berthHookDeleted -Block {
                        Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine
                    }
                } finally { if ($berthHookFile -ne '') { Use-BerthHookFile -File $berthHookFile } }
            } elseif ($berthHookDeleted -ne '') {
                Invoke-BerthHookBlock -Deleted $berthHookDeleted -Block {
                    Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine
                }
            } else { Microsoft.PowerShell.Utility\Invoke-Expression -Command $berthHookLine }
        }
        # The last statement is what $? tells of; a function that fails for us would not do.
        if (-not $berthHookState.ok -and (Test-BerthHookLanguage)) {
            $berthHookFailing = { Microsoft.PowerShell.Core\Get-Job -Id 2147483647 -ErrorAction Ignore }.GetSteppablePipeline()
            $berthHookFailing.Begin($false)
            $berthHookFailing.End()
        }
    }

    # The short ID, for a prompt.
    function global:Get-BerthPrompt { "$env:BERTH_SESSION_SHORT" }

    #prompt
    # At every prompt: compares texts and starts nothing. The condition leaves $? alone, so the prompt that was there
    # sees that of the last command. Around whatever prompt is there now, unless that is this one.
    if ("$function:prompt" -cnotlike '*$global:BerthHookPrompts*') {
        $global:BerthHookPrompts = @($global:BerthHookPrompts) + @(if ($null -ne $function:prompt) { $function:prompt } else { { 'PS> ' } })
        Microsoft.PowerShell.Utility\Invoke-Expression -Command @"
function global:prompt {
    if ("`$env:BERTH_SESSION``n`$env:BERTH_USE``n`$env:TMUX``n`$env:TMUX_PANE" -ceq `$global:BerthHookSeen -or
        `$null -eq `${function:Invoke-BerthHookAsk}) {
        & `$global:BerthHookPrompts[$($global:BerthHookPrompts.Count - 1)]
    } else {
        `$berthHookOk = `$?
        Invoke-BerthHookAsk
        if (-not `$berthHookOk) { Set-BerthHookFailed }
        & `$global:BerthHookPrompts[$($global:BerthHookPrompts.Count - 1)]
    }
}
"@
    }
    #end

    # Takes everything out of this shell again.
    function global:Disable-BerthHook {
        $env:BERTH_SESSION_ID = $env:BERTH_SESSION_SHORT = $env:BERTH_SESSION_BIND = $env:BERTH_USE = $null
        $left = @('BerthHookSeen', 'BerthHookFound', 'BerthHookPrompts')
        $stays = @()
        #prompt
        # Where another tool has wrapped this prompt, it stays and does nothing but call the one before.
        if ("$function:prompt" -cmatch '\$global:BerthHookPrompts\[(\d+)\]') {
            $function:global:prompt = $global:BerthHookPrompts[[int] $Matches[1]]
            if ("$function:prompt" -cmatch 'Get-BerthPrompt') { $stays = @('Get-BerthPrompt') }
        } else {
            $left = @('BerthHookFound')
            $global:BerthHookSeen = $null
            $stays = @('Get-BerthPrompt')
        }
        #end
        foreach ($name in 'Test-BerthHookLanguage', 'Get-BerthHookCommand', 'Get-BerthHookProgram', 'Test-BerthHookFile',
            'Invoke-BerthHookProcess',
            'Invoke-BerthHookNative', 'Invoke-BerthHookAsk', 'Use-BerthHookAnswer', 'Use-BerthHookOutput',
            'Set-BerthHookFailed', 'Get-BerthHookWord', 'Get-BerthHookLine', 'Get-BerthHookValue',
            'Get-BerthHookSplat', 'Get-BerthHookPlainLine',
            'Invoke-BerthHookBlock', 'New-BerthHookFile', 'Use-BerthHookFile', 'Get-BerthHookDeleted', '@command@',
            'Get-BerthPrompt', 'Disable-BerthHook') {
            if ($stays -cnotcontains $name) {
                Microsoft.PowerShell.Management\Remove-Item -LiteralPath "Function:$name" -ErrorAction Ignore -WhatIf:$false -Confirm:$false
            }
        }
        Microsoft.PowerShell.Utility\Remove-Variable -Name $left -Scope Global -ErrorAction Ignore -WhatIf:$false -Confirm:$false
    }

    if ($null -eq $global:BerthHookSeen) { Invoke-BerthHookAsk }
}
